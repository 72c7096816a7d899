"""A pipeline registers models and versions, and reads the inventory back."""

import json

import pytest

from core.access.rules import Role
from core.inventory.rules import Stage
from core.ledger.notes import Verifier
from core.ledger.receipts import parse_receipt, verify_receipt
from tests.api.test_access import assert_problem
from tests.api.world import World, a_dataset, a_registration, a_version_wish
from tests.builders import a_person, a_version


def test_a_model_is_registered_with_version_and_datasets(world: World) -> None:
    client = world.client()

    response = client.post("models", json=a_registration(world))

    assert response.status_code == 201, response.text
    assert (response.json()["model"], response.json()["version"]) == ("M0001", "1.0.0")
    read = client.get("models/M0001/versions/1.0.0").json()
    assert (read["stage"], read["verdicts"], read["evidence"]) == ("draft", None, None)
    assert read["training_dataset"] == "D0001 Recidivism score training 1"
    assert client.get("models/M0001").json()["developer"] == world.cast.developer.id


def test_the_receipt_in_the_answer_proves_the_entry(world: World) -> None:
    answer = world.client().post("models", json=a_registration(world)).json()["ledger"]

    checkpoint = verify_receipt(
        parse_receipt(answer["receipt"]), answer["entry"].encode(), Verifier.parse(world.place.ledger.vkey)
    )

    assert checkpoint.size == answer["index"] + 1
    assert json.loads(answer["entry"])["action"] == "version.registered"


def test_a_receipt_can_be_had_again_under_a_later_checkpoint(world_on_both: World) -> None:
    client = world_on_both.client()
    first = client.post("models", json=a_registration(world_on_both)).json()["ledger"]
    client.post("models", json=a_registration(world_on_both, name="Another"))

    later = client.get(f"ledger/entries/{first['index']}/receipt").json()

    assert later["entry"] == first["entry"]
    proven = parse_receipt(later["receipt"])
    checkpoint = verify_receipt(proven, later["entry"].encode(), Verifier.parse(world_on_both.place.ledger.vkey))
    assert checkpoint.size > first["index"] + 1


def test_a_repeat_gets_the_first_answer_and_registers_nothing(world_on_both: World) -> None:
    client = world_on_both.client()
    headers = {"Idempotency-Key": "build-1"}
    first = client.post("models", json=a_registration(world_on_both), headers=headers)

    second = client.post("models", json=a_registration(world_on_both), headers=headers)

    assert (second.status_code, second.json()) == (201, first.json())
    assert (first.headers.get("idempotent-replay"), second.headers.get("idempotent-replay")) == (None, "true")
    assert client.get("models").json()["total"] == 1


def test_a_key_with_another_body_is_refused(world: World) -> None:
    client = world.client()
    headers = {"Idempotency-Key": "build-1"}
    client.post("models", json=a_registration(world), headers=headers)

    response = client.post("models", json=a_registration(world, name="Another"), headers=headers)

    assert_problem(response, 422, "idempotency-key-reused")
    assert client.get("models").json()["total"] == 1


def test_a_key_with_another_address_is_refused(world: World) -> None:
    client = world.client()
    headers = {"Idempotency-Key": "build-1"}
    client.post("models", json=a_registration(world), headers=headers)

    response = client.post(
        "models/M0001/versions", json={"version": a_version_wish("Recidivism score", "1.0.1")}, headers=headers
    )

    assert_problem(response, 422, "idempotency-key-reused")


@pytest.mark.parametrize("key", ["", "a b", "a" * 201, "schlüssel"])
def test_a_key_that_cannot_be_one_is_refused(world: World, key: str) -> None:
    response = world.client().post(
        "models", json=a_registration(world), headers={"Idempotency-Key": key.encode("latin-1")}
    )

    assert_problem(response, 422, "unreadable")


def test_the_next_version_may_add_datasets(world: World) -> None:
    client = world.client()
    client.post("models", json=a_registration(world))

    wish = {
        "version": a_version_wish("Later", "1.1.0"),
        "datasets": [a_dataset("Later training"), a_dataset("Later test")],
    }
    response = client.post("models/M0001/versions", json=wish)

    assert response.status_code == 201, response.text
    versions = client.get("models/M0001").json()["versions"]
    assert [one["version"] for one in versions] == ["1.1.0", "1.0.0"]


@pytest.mark.parametrize(
    ("version", "code"), [("1.0.0", "version-reuse"), ("1.3.0", "version-order"), ("v2", "version-form")]
)
def test_a_version_out_of_order_is_refused(world: World, version: str, code: str) -> None:
    client = world.client()
    client.post("models", json=a_registration(world))

    response = client.post("models/M0001/versions", json={"version": a_version_wish("Recidivism score", version)})

    refusals = assert_problem(response, 403, "refused")["refusals"]
    assert isinstance(refusals, list)
    assert [one["code"] for one in refusals] == [code]


def test_every_wrong_field_is_named_at_once(world: World) -> None:
    wish = a_registration(world)
    wish["model"] = {"name": "x", "exposure": "enormous", "surprise": 1}

    problems = assert_problem(world.client().post("models", json=wish), 422, "unreadable")["problems"]

    assert isinstance(problems, list)
    named = {one["column"] for one in problems}
    assert {"model.purpose", "model.owner", "model.exposure", "model.surprise"} <= named


def test_an_unknown_owner_registers_nothing(world: World) -> None:
    wish = a_registration(world)
    assert isinstance(wish["model"], dict)
    wish["model"]["owner"] = "P9999"

    response = world.client().post("models", json=wish)

    assert_problem(response, 422, "unreadable")
    assert world.client().get("models").json()["total"] == 0


@pytest.mark.parametrize("path", ["models/M0404", "models/M0001/versions/9.9.9", "runs/R0404", "changes/CR0404"])
def test_what_is_not_there_is_404(world: World, path: str) -> None:
    a_version(world.place.store, world.cast)

    assert_problem(world.client().get(path), 404, "not-found")


def test_a_receipt_of_an_entry_that_is_not_there_is_404_and_of_a_number_below_zero_unreadable(world: World) -> None:
    assert_problem(world.client().get("ledger/entries/99999/receipt"), 404, "not-found")
    assert_problem(world.client().get("ledger/entries/-1/receipt"), 422, "unreadable")


def test_an_unknown_address_and_method_are_problems_too(world: World) -> None:
    client = world.client()

    assert_problem(client.get("nothing"), 404, "not-found")
    assert_problem(client.delete("models"), 405, "method-not-allowed")


def test_the_inventory_is_paged(world_on_both: World) -> None:
    for _ in range(3):
        a_version(world_on_both.place.store, world_on_both.cast)

    page = world_on_both.client().get("models", params={"limit": 2, "offset": 2}).json()

    assert (page["total"], [one["model"] for one in page["models"]]) == (3, ["M0003"])


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "offset=-1"])
def test_a_page_that_is_none_is_refused(world: World, query: str) -> None:
    assert_problem(world.client().get(f"models?{query}"), 422, "unreadable")


def test_a_version_tells_its_verdicts(world: World) -> None:
    a_version(world.place.store, world.cast, stage=Stage.VALIDATED)

    read = world.client().get("models/M0001/versions/1.0.0").json()

    assert read["verdicts"] == {
        "outcome": "pass",
        "passed": 3,
        "failed": 0,
        "insufficient": 0,
        "required_failed": 0,
        "required_insufficient": 0,
    }


def test_nothing_in_production_is_said_plainly(world: World) -> None:
    a_version(world.place.store, world.cast)

    read = world.client().get("models/M0001/production")

    assert read.json() == {
        "model": "M0001",
        "environment": "production",
        "at": "2026-11-20T12:00:00Z",
        "version": None,
        "stage": None,
        "evidence_digest": None,
        "artefact_digest": None,
        "since": None,
        "moved_by": None,
        "change": None,
        "beside": [],
        "restrictions": [],
    }


def test_a_voter_by_token_is_refused_with_every_reason_of_the_use_case(world: World) -> None:
    model, version = a_version(world.place.store, world.cast, stage=Stage.VALIDATED)
    developer = world.client()
    change = developer.post(f"models/{model}/versions/{version}/changes", json={"rationale": "Ready for use."}).json()
    digest = developer.get(f"changes/{change['change']}").json()["evidence_digest"]

    wish = {"choice": "approve", "rationale": "Good", "seen_digest": digest}
    response = developer.post(f"changes/{change['change']}/votes", json=wish)

    refusals = assert_problem(response, 403, "refused")["refusals"]
    assert isinstance(refusals, list)
    codes = {one["code"] for one in refusals}
    assert {"token-scope", "duty-development", "checklist-open", "reason"} <= codes


def test_a_change_is_requested_once(world_on_both: World) -> None:
    model, version = a_version(world_on_both.place.store, world_on_both.cast, stage=Stage.VALIDATED)
    client = world_on_both.client()
    path = f"models/{model}/versions/{version}/changes"
    first = client.post(path, json={"rationale": "Ready for use."}, headers={"Idempotency-Key": "k"})

    again = client.post(path, json={"rationale": "Ready for use."}, headers={"Idempotency-Key": "k"})
    other = client.post(path, json={"rationale": "Ready for use."})

    assert first.status_code == 201
    assert first.json()["status"] == "requested"
    assert again.json() == first.json()
    assert_problem(other, 403, "refused")


def test_hostile_names_come_back_as_they_are(world: World) -> None:
    person = a_person(world.place.store, Role.DEVELOPER)
    name = "<img src=x onerror=alert(1)> =1+1"

    client = world.client(world.token(person).secret)
    client.post("models", json=a_registration(world, name=name))

    response = client.get("models")
    assert response.json()["models"][0]["name"] == name
    assert response.headers["content-type"] == "application/json"
