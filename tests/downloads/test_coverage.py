"""Coverage and documents as files: only for who reads records, and harmless in a spreadsheet or a browser."""

import csv
import hashlib
import io

import pytest
from starlette.testclient import TestClient

from app.composition import Workplace, now
from core.access.rules import Role
from core.audits.queries import whole_audit
from core.documents.service import keep_document
from core.inventory.rules import Stage
from core.policy.packs.signals import DocumentKind
from tests.audits.conftest import World
from tests.builders import Cast, a_model, a_person, a_version
from tests.downloads.conftest import sign_in

COVERAGE = "/exports/coverage.csv"


def test_the_list_of_coverage_is_taken_away_with_its_filter(place: Workplace, cast: Cast, client: TestClient) -> None:
    a_model(place.store, cast, packs="gdpr", name="=HYPERLINK(1)")
    a_model(place.store, cast, packs="sr-26-2", name="Other")
    sign_in(client, place, cast.auditor)

    answer = client.get(f"{COVERAGE}?pack=gdpr")
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["cache-control"] == "no-store"
    assert [(row["name"], row["pack"]) for row in rows] == [("'=HYPERLINK(1)", "gdpr")]
    assert client.get(f"{COVERAGE}?tier=9").status_code == 422


def test_a_model_is_taken_away_item_by_item(place: Workplace, cast: Cast, client: TestClient) -> None:
    model, _ = a_version(place.store, cast, packs="sr-26-2", stage=Stage.VALIDATED)
    sign_in(client, place, cast.auditor)

    rows = list(csv.DictReader(io.StringIO(client.get(f"{COVERAGE}?model={model}").text)))

    assert len(rows) == 29
    assert next(row for row in rows if row["item"] == "MRM-11")["state"] == "shown"
    assert client.get(f"{COVERAGE}?model=M9999").status_code == 404


@pytest.mark.parametrize(("form", "kind"), [("md", "text/markdown"), ("html", "text/html")])
def test_a_document_is_taken_away_as_a_locked_up_file(
    form: str, kind: str, place: Workplace, cast: Cast, client: TestClient
) -> None:
    model, version = a_version(place.store, cast)
    number = keep_document(
        place.store, place.ledger, model=model, version=version, kind=DocumentKind.RISK_ASSESSMENT,
        body="# Risk\n\n<script>alert(1)</script>", actor=cast.owner, at=now(),
    ).document  # fmt: skip
    sign_in(client, place, cast.auditor)

    answer = client.get(f"/exports/{number}/document?version=1&form={form}")

    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["content-disposition"] == f'attachment; filename="{number}-1.{form}"'
    assert "sandbox" in answer.headers["content-security-policy"]
    assert ("<script>" in answer.text) is (form == "md")
    assert client.get(f"/exports/{number}/document?form=exe").status_code == 422
    assert client.get("/exports/DOC9999/document").status_code == 404


def test_strangers_and_people_without_a_role_take_nothing_away(
    place: Workplace, cast: Cast, client: TestClient
) -> None:
    assert client.get(COVERAGE).status_code == 401

    sign_in(client, place, a_person(place.store))

    assert client.get(COVERAGE).status_code == 403


def test_a_population_is_taken_away_to_the_byte_as_it_was_digested(
    place: Workplace, cast: Cast, client: TestClient
) -> None:
    for _ in range(3):
        a_model(place.store, cast)
    world = World(place.store, place.ledger, cast, cast.auditor, a_person(place.store, Role.AUDITOR), now())
    audit = world.planned()
    world.drawn(audit)
    assert client.get(f"/exports/{audit}/population").status_code == 401
    sign_in(client, place, cast.owner)

    answer = client.get(f"/exports/{audit}/population?sample=1")

    with place.store.reading() as session:
        (sample,) = whole_audit(session, audit).samples
    assert hashlib.sha256(answer.content).hexdigest() == sample.population_digest
    assert client.get(f"/exports/{audit}/population?sample=2").status_code == 404
    assert client.get("/exports/AU0099/population").status_code == 404
