"""The narrowed inventory as a file: all rows, harmless text, the filter in it, and on record who took it."""

import csv
import io
import json

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from app.composition import Workplace
from core.ledger.queries import entries
from tests.builders import Cast, a_model
from tests.downloads.conftest import sign_in

HOSTILE = '=HYPERLINK("https://evil.example")'


def rows_of(content: bytes) -> list[dict[str, str]]:
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    return list(csv.DictReader(io.StringIO("".join(lines[3:]))))


def test_every_row_of_the_filter_comes_with_the_filter_and_the_time(
    client: TestClient, place: Workplace, cast: Cast
) -> None:
    for at in range(30):
        a_model(place.store, cast, name=f"Card fraud {at}", tier=4)
    sign_in(client, place, cast.auditor)

    answer = client.get("/exports/inventory.csv", params={"search": "fraud", "tier": "4", "sort": "Number"})

    assert answer.headers["cache-control"] == "no-store"
    assert "attachment" in answer.headers["content-disposition"]
    assert [row["number"] for row in rows_of(answer.content)] == [f"M{at:04d}" for at in range(2, 32)]
    head = answer.content.decode("utf-8-sig").splitlines()[:3]
    assert "UTC, 30 rows" in head[1]
    assert "words: fraud, tier: 4" in head[2]


def test_text_is_never_a_formula(client: TestClient, place: Workplace, cast: Cast) -> None:
    a_model(place.store, cast, name=HOSTILE)
    sign_in(client, place, cast.auditor)

    as_csv = client.get("/exports/inventory.csv").content
    sheet = load_workbook(io.BytesIO(client.get("/exports/inventory.xlsx").content)).active

    assert rows_of(as_csv)[1]["name"] == f"'{HOSTILE}"
    assert sheet is not None
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == HOSTILE)
    assert (cell.data_type, cell.hyperlink) == ("s", None)


def test_json_carries_the_same_rows_as_csv(client: TestClient, place: Workplace, cast: Cast) -> None:
    a_model(place.store, cast, name="Ünïcode “quoted”, with a comma")
    sign_in(client, place, cast.auditor)

    whole = json.loads(client.get("/exports/inventory.json").content)
    read = rows_of(client.get("/exports/inventory.csv").content)

    assert whole["total"] == len(whole["models"]) == 2
    assert whole["filter"] == "everything"
    assert [row["name"] for row in whole["models"]] == [row["name"] for row in read]


def test_what_was_taken_is_on_record(client: TestClient, place: Workplace, cast: Cast) -> None:
    sign_in(client, place, cast.auditor)
    client.get("/exports/inventory.csv", params={"owner": f"Ana · {cast.owner.id}"})

    with place.store.reading() as session:
        newest = entries(session, limit=1).rows[0]
    assert (newest.action, newest.actor) == ("inventory.exported", cast.auditor.id)


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_nobody_anonymous_and_no_administrator_takes_it(
    form: str, client: TestClient, place: Workplace, cast: Cast
) -> None:
    assert client.get(f"/exports/inventory.{form}").status_code == 401
    sign_in(client, place, cast.administrator)
    assert client.get(f"/exports/inventory.{form}").status_code == 403


def test_another_form_is_not_there(client: TestClient, place: Workplace, cast: Cast) -> None:
    sign_in(client, place, cast.auditor)

    assert client.get("/exports/inventory.pdf").status_code == 404
