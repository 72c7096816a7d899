"""The register and the evidence of remediations as files: narrowed as on the page, on record, harmless."""

import io
import json

from openpyxl import load_workbook
from starlette.testclient import TestClient

from app.composition import Workplace
from core.inventory.rules import Stage
from core.ledger.queries import entries
from core.validation.findings import FILE, Shown, remediate
from core.validation.rules import Severity
from tests.builders import NOON, REASON, Cast, a_finding, a_version
from tests.downloads.conftest import sign_in


def test_the_register_leaves_as_it_is_narrowed_and_that_is_on_record(
    client: TestClient, cast: Cast, place: Workplace
) -> None:
    model, version = a_version(place.store, cast, stage=Stage.IN_PRODUCTION)
    numbers = [a_finding(place.store, model, version, severity=one) for one in (Severity.LOW, Severity.CRITICAL)]
    sign_in(client, place, cast.auditor)

    text = client.get("/exports/findings.csv").content.decode("utf-8-sig")
    sheet = load_workbook(io.BytesIO(client.get("/exports/findings.xlsx").content)).active
    whole = json.loads(client.get("/exports/findings.json", params={"severity": "critical"}).content)

    assert [line.split(",")[0] for line in text.splitlines()[4:]] == numbers[::-1]
    assert [row[0].value for row in sheet.iter_rows(min_row=6)] == numbers[::-1]
    assert (whole["filter"], [one["number"] for one in whole["findings"]]) == ("severity: critical", [numbers[1]])
    with place.store.reading() as session:
        newest = entries(session, limit=1).rows[0]
    assert (newest.action, newest.actor) == ("register.exported", cast.auditor.id)
    assert client.get("/exports/findings.exe").status_code == 404


def test_a_file_that_shows_a_remediation_is_a_download_whatever_it_holds(
    client: TestClient, cast: Cast, place: Workplace
) -> None:
    model, version = a_version(place.store, cast, stage=Stage.IN_PRODUCTION)
    finding, kept = a_finding(place.store, model, version), place.files.add([b"<script>alert(1)</script>"])
    shown = [Shown(FILE, kept.digest, 'new"\n.html', kept.size)]
    remediate(
        place.store, place.ledger, finding=finding, text=REASON, evidence=shown, files=place.files,
        actor=cast.developer, at=NOON,
    )  # fmt: skip
    asked = {"finding": finding, "digest": kept.digest}
    sign_in(client, place, cast.auditor)

    answer = client.get("/exports/finding-evidence", params=asked)

    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''new%22%0A.html"
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/octet-stream", "no-store")
    assert client.get("/exports/finding-evidence", params={**asked, "finding": "F0099"}).status_code == 404
