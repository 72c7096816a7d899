"""A pipeline hands predictions in, learns what they were taken to mean, and starts the validation."""

import hashlib
from pathlib import Path

import pytest
from sqlmodel import func, select

from core.access.personal_data import Kind
from core.ledger.events import Event
from core.ledger.tables import LogEntry
from core.validation.tables import Evidence, Run
from tests.api.test_access import assert_problem
from tests.api.world import World
from tests.builders import a_version

ROWS = "".join(f"{number},{number % 2},{number % 3 % 2},{'ab'[number % 2]}\n" for number in range(60))
FILE = ("entity_id,label_value,prediction,group\n" + ROWS).encode()
MAPPING = {"label": "label_value", "prediction": "prediction", "positive": "1", "sensitive": "group"}
PATH = "models/M0001/versions/1.0.0/predictions"
PLANTED = "anna.muster@example.org"


@pytest.fixture
def drafted(world: World) -> World:
    """A world with one version in draft."""
    a_version(world.place.store, world.cast)
    return world


def stored(world: World) -> tuple[int, int]:
    """How many files and pieces of evidence there are."""
    with world.place.store.reading() as session:
        rows = session.exec(select(func.count()).select_from(Evidence)).one()
    return len([path for path in world.place.files.folder.rglob("*") if path.is_file()]), rows


def left_over(world: World) -> list[Path]:
    return list((world.place.settings.data_dir / "incoming").glob("*"))


def test_predictions_are_taken_in_by_digest_and_on_record(drafted: World) -> None:
    response = drafted.client().put(PATH, params={"filename": "p.csv", **MAPPING}, content=FILE)

    assert response.status_code == 200, response.text
    answer = response.json()
    assert (answer["evidence"], answer["rows"]) == ("E0001", 60)
    assert answer["file_digest"] == hashlib.sha256(FILE).hexdigest()
    assert answer["mapping"]["sensitive"] == ["group"]
    assert answer["ledger"]["receipt"].startswith("c2sp.org/tlog-proof@v1\n")
    read = drafted.client().get("models/M0001/versions/1.0.0").json()
    assert read["evidence"]["table_digest"] == answer["table_digest"]
    assert read["evidence_digest"] == answer["evidence_digest"]
    assert left_over(drafted) == []


def test_without_a_mapping_the_meaning_is_guessed_and_said(drafted: World) -> None:
    answer = drafted.client().put(PATH, params={"filename": "p.csv"}, content=FILE).json()

    assert answer["mapping"] == {
        "label": "label_value",
        "prediction": "prediction",
        "score": None,
        "positive": "1",
        "favourable": "1",
        "favourable_words": "",
        "sensitive": [],
        "row_id": "entity_id",
        "numbers": [],
        "probability": False,
        "task": "binary",
        "features": [],
        "controls": [],
        "class_probabilities": [],
        "scenario": None,
        "audit_sex": None,
        "audit_race": None,
        "audit_because": "",
    }


def test_the_favourable_outcome_may_be_the_other_label_and_is_kept(drafted: World) -> None:
    wish = {**MAPPING, "favourable": "0", "favourable_words": "cleared"}

    answer = drafted.client().put(PATH, params={"filename": "p.csv", **wish}, content=FILE).json()

    assert (answer["mapping"]["favourable"], answer["mapping"]["favourable_words"]) == ("0", "cleared")


def test_a_favourable_outcome_that_does_not_occur_is_refused(drafted: World) -> None:
    response = drafted.client().put(PATH, params={"filename": "p.csv", **MAPPING, "favourable": "2"}, content=FILE)

    assert response.status_code == 422
    assert "favourable" in response.text
    assert left_over(drafted) == []


def test_the_owner_of_the_token_becomes_a_contributor(drafted: World) -> None:
    token = drafted.token()

    drafted.client(token.secret).put(PATH, params={"filename": "p.csv", **MAPPING}, content=FILE)

    with drafted.place.store.reading() as session:
        row = session.exec(select(Evidence)).one()
    assert (row.uploaded_by, row.uploaded_through) == (drafted.cast.developer.id, token.number)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"label_value,prediction\n",
        b"label_value,label_value\n1,1\n",
        b"<!DOCTYPE html><html></html>",
        b"\x80\x04\x95cposix\nsystem",
        b"label_value,prediction,group\n1,1\n",
        b"label_value,prediction,group\n1,1,\x00\n",
    ],
    ids=["empty", "header only", "repeated column", "HTML", "pickle", "ragged", "NUL"],
)
def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(drafted: World, content: bytes) -> None:
    response = drafted.client().put(PATH, params={"filename": "p.csv", **MAPPING}, content=content)

    body = assert_problem(response, 422, "unreadable")
    assert body["problems"]
    assert stored(drafted) == (0, 0)
    assert left_over(drafted) == []


def test_a_column_that_is_not_there_is_named(drafted: World) -> None:
    response = drafted.client().put(PATH, params={"filename": "p.csv", **MAPPING, "sensitive": "age"}, content=FILE)

    problems = assert_problem(response, 422, "unreadable")["problems"]
    assert isinstance(problems, list)
    assert "age" in {one["column"] for one in problems}
    assert stored(drafted) == (0, 0)


def a_file_with_addresses() -> bytes:
    header, *rows = FILE.decode().splitlines()
    return "\n".join([f"{header},contact", *(f"{row},{PLANTED}" for row in rows)]).encode()


def test_personal_data_is_refused_without_being_repeated(drafted: World) -> None:
    response = drafted.client().put(PATH, params={"filename": "p.csv", **MAPPING}, content=a_file_with_addresses())

    refusals = assert_problem(response, 403, "refused")["refusals"]
    assert isinstance(refusals, list)
    assert [one["code"] for one in refusals] == ["personal-data"]
    assert PLANTED not in response.text
    assert stored(drafted) == (0, 0)


def test_personal_data_that_is_declared_with_a_reason_is_taken_in_and_named(drafted: World) -> None:
    params = [("filename", "p.csv"), *MAPPING.items(), ("sensitive", "contact")]
    params.append(("declare", "contact=Stands for the household, by which groups are compared"))

    response = drafted.client().put(PATH, params=params, content=a_file_with_addresses())

    assert response.status_code == 200, response.text
    (found,) = [one for one in response.json()["personal_data"] if one["column"] == "contact"]
    assert found["kinds"] == {Kind.EMAIL.value: 60}
    assert PLANTED not in response.text


@pytest.mark.parametrize("declared", ["contact", "=reason enough"])
def test_a_declaration_without_its_reason_is_refused(drafted: World, declared: str) -> None:
    response = drafted.client().put(PATH, params={"filename": "p.csv", **MAPPING, "declare": declared}, content=FILE)

    assert_problem(response, 422, "unreadable")


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_a_form_is_not_a_file(drafted: World, kind: str) -> None:
    response = drafted.client().put(PATH, params={"filename": "p.csv"}, content=FILE, headers={"Content-Type": kind})

    assert_problem(response, 415, "unsupported-media-type")


def test_an_upload_without_a_file_name_is_refused(drafted: World) -> None:
    assert_problem(drafted.client().put(PATH, content=FILE), 422, "unreadable")


def test_a_version_that_is_not_there_takes_no_file(drafted: World) -> None:
    response = drafted.client().put("models/M0001/versions/7.0.0/predictions?filename=p.csv", content=FILE)

    assert_problem(response, 404, "not-found")
    assert stored(drafted) == (0, 0)


def test_a_repeated_upload_is_one_piece_of_evidence(drafted: World) -> None:
    client, headers = drafted.client(), {"Idempotency-Key": "build-1"}
    params = {"filename": "p.csv", **MAPPING}
    first = client.put(PATH, params=params, content=FILE, headers=headers)

    again = client.put(PATH, params=params, content=FILE, headers=headers)
    other = client.put(PATH, params=params, content=FILE + b"60,0,0,a\n", headers=headers)

    assert again.json() == first.json()
    assert again.headers["idempotent-replay"] == "true"
    assert_problem(other, 422, "idempotency-key-reused")
    assert stored(drafted)[1] == 1


def test_a_repeat_is_answered_though_the_version_has_moved_on(world_on_both: World) -> None:
    a_version(world_on_both.place.store, world_on_both.cast)
    client, headers = world_on_both.client(), {"Idempotency-Key": "build-1"}
    params = {"filename": "p.csv", **MAPPING}
    first = client.put(PATH, params=params, content=FILE, headers=headers)
    client.post("models/M0001/versions/1.0.0/validations")

    again = client.put(PATH, params=params, content=FILE, headers=headers)

    assert again.json() == first.json()
    assert_problem(client.put(PATH, params=params, content=FILE), 403, "refused")


def test_a_validation_is_started_and_can_be_followed(drafted: World) -> None:
    client = drafted.client()
    client.put(PATH, params={"filename": "p.csv", **MAPPING}, content=FILE)

    response = client.post("models/M0001/versions/1.0.0/validations")

    assert response.status_code == 202, response.text
    assert (response.json()["run"], response.json()["status"]) == ("R0001", "queued")
    run = client.get("runs/R0001").json()
    assert (run["model"], run["version"], run["evidence"], run["status"]) == ("M0001", "1.0.0", "E0001", "queued")
    assert (run["verdicts"], run["checks"]) == (None, [])


def test_a_validation_without_predictions_is_refused(drafted: World) -> None:
    response = drafted.client().post("models/M0001/versions/1.0.0/validations")

    refusals = assert_problem(response, 403, "refused")["refusals"]
    assert isinstance(refusals, list)
    assert [one["code"] for one in refusals] == ["no-evidence"]


def test_a_repeated_start_is_one_run(drafted: World) -> None:
    client, headers = drafted.client(), {"Idempotency-Key": "build-1"}
    client.put(PATH, params={"filename": "p.csv", **MAPPING}, content=FILE)
    first = client.post("models/M0001/versions/1.0.0/validations", headers=headers)

    again = client.post("models/M0001/versions/1.0.0/validations", headers=headers)

    assert again.json() == first.json()
    with drafted.place.store.reading() as session:
        assert session.exec(select(func.count()).select_from(Run)).one() == 1


def test_a_refused_upload_is_on_record(drafted: World) -> None:
    drafted.client().put(PATH, params={"filename": "p.csv", **MAPPING}, content=b"")

    with drafted.place.store.reading() as session:
        actions = session.exec(select(LogEntry.action)).all()
    assert Event.EVIDENCE_REFUSED.value in actions
