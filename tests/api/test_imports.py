"""Imports through the API: shown, made once, refused with places; documents go out as they come in."""

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from core.access.rules import Permission
from core.inventory.importing.discovering import seen_inference
from tests.api.world import World
from tests.importing.conftest import as_csv, rows_of

FILE = {"Content-Type": "text/csv"}


SCOPES = frozenset({Permission.RECORD_READ, Permission.MODEL_REGISTER, Permission.VERSION_REGISTER})


def client_of(world: World):  # type: ignore[no-untyped-def]
    return world.client(world.token(scopes=SCOPES).secret)


def content(world: World, *changes: dict[str, str]) -> bytes:
    people = {"Owner": world.cast.owner.id, "Developer": world.cast.developer.id}
    return as_csv(rows_of(*(people | change for change in changes or ({},))))


def put(client, path: str, body: bytes, key: str = "", **query: str):  # type: ignore[no-untyped-def]
    headers = FILE | ({"Idempotency-Key": key} if key else {})
    return client.put(path, params={"filename": "models.csv", **query}, content=body, headers=headers)


def test_a_file_is_shown_then_imported_once(world: World) -> None:
    client, body = client_of(world), content(world, {}, {"Version": "1.1.0"})

    shown = put(client, "imports/dry-run", body).json()
    done = put(client, "imports", body, "key-1", expected=shown["plan"])
    again = put(client, "imports", body, "key-1", expected=shown["plan"])

    assert (shown["possible"], shown["models"], shown["versions"], shown["problems"]) == (True, 1, 2, [])
    assert (done.status_code, done.json()["import_number"], done.json()["versions"]) == (201, "I0001", 2)
    assert again.json() == done.json()
    assert client.get("models").json()["total"] == 1
    assert put(client, "imports/dry-run", body).json()["same"] == 2


def test_problems_come_with_line_and_column_and_nothing_is_stored(world: World) -> None:
    client, body = client_of(world), content(world, {}, {"Model": "Other", "Exposure": "?"})

    shown, refused = put(client, "imports/dry-run", body).json(), put(client, "imports", body)

    assert [(one["line"], one["column"]) for one in shown["problems"]] == [(3, "Exposure")]
    assert (refused.status_code, refused.json()["problems"][0]["line"]) == (422, 3)
    assert client.get("models").json()["total"] == 0


def test_a_plan_that_is_another_by_now_is_a_conflict(world: World) -> None:
    assert put(client_of(world), "imports", content(world), expected="0" * 64).status_code == 409


def test_columns_and_fixed_texts_are_said_in_the_address(world: World) -> None:
    body = content(world).replace(b"Business line", b"Abteilung").replace(b"Exposure", b"Stufe")
    client = client_of(world)
    columns = put(client, "imports/dry-run", body).json()["columns"]
    said = [f"{key}={name}" for key, name in columns.items()]

    shown = client.put(
        "imports/dry-run",
        params={"filename": "a.csv", "column": [*said, "business_line=Abteilung"], "fixed": ["exposure=low"]},
        content=body,
        headers=FILE,
    ).json()

    assert (shown["possible"], shown["left_out"]) == (True, ["Stufe"])
    assert put(client, "imports/dry-run", body, fixed="nothing").status_code == 422


@pytest.mark.parametrize("path", ["imports", "imports/dry-run"])
def test_a_token_without_the_scope_is_refused(world: World, path: str) -> None:
    reader = world.client(world.token(scopes=frozenset({Permission.RECORD_READ})).secret)

    assert put(reader, path, content(world)).status_code == 403
    assert put(world.anonymous(), path, content(world)).status_code == 401


def test_a_version_goes_out_as_an_ml_bom_and_a_model_card(world: World) -> None:
    client = client_of(world)
    put(client, "imports", content(world))

    bom = client.get("models/M0001/versions/1.0.0/ml-bom")
    card = client.get("models/M0001/versions/1.0.0/model-card")

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bom.text) is None
    assert card.text.startswith("---\nmodel_name: Credit ranking\n")
    assert bom.headers["content-disposition"] == 'attachment; filename="M0001-1.0.0.cdx.json"'
    assert put(client, "imports/dry-run", bom.content).json()["same"] == 1
    assert client.get("models/M0001/versions/1.0.0/other").status_code == 404


def test_discoveries_are_listed(world: World) -> None:
    place = world.place
    seen_inference(place.store, place.ledger, model="shadow", version="7", source="gateway", at=world.clock.now)

    found = client_of(world).get("discoveries").json()

    assert (found["total"], found["discoveries"][0]["name"]) == (1, "shadow")
