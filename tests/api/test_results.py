"""The stored result of a validation, to the byte."""

import base64
import hashlib

import pytest
from sqlmodel import select

from core.ledger.tables import LogPayload
from core.validation.results import from_json
from core.validation.runs import cancel, perform
from tests.api.test_access import assert_problem
from tests.api.test_predictions import FILE, MAPPING, PATH
from tests.api.world import World
from tests.builders import NOON, a_version


@pytest.fixture
def started(world: World) -> World:
    """A world with one validation that waits for a worker."""
    a_version(world.place.store, world.cast)
    client = world.client()
    assert client.put(PATH, params={"filename": "p.csv", **MAPPING}, content=FILE).status_code == 200
    assert client.post("models/M0001/versions/1.0.0/validations").status_code == 202
    return world


def perform_it(world: World) -> None:
    place = world.place
    perform(place.store, place.ledger, place.files, run="R0001", clock=lambda: NOON)


def test_the_result_arrives_as_stored_under_the_digest_that_the_ledger_has(started: World) -> None:
    perform_it(started)

    response = started.client().get("runs/R0001/result")

    digest = hashlib.sha256(response.content)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["etag"] == f'"{digest.hexdigest()}"'
    assert response.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert from_json(response.content).quality.rows == 60
    with started.place.store.reading() as session:
        payloads = [row.body for row in session.exec(select(LogPayload)).all()]
    assert any(digest.hexdigest() in (body or "") for body in payloads)


def test_a_validation_that_has_not_finished_has_no_result(started: World) -> None:
    body = assert_problem(started.client().get("runs/R0001/result"), 409, "no-result")

    assert "queued" in str(body["detail"])


def test_a_validation_that_was_cancelled_has_no_result(started: World) -> None:
    place = started.place
    cancel(place.store, place.ledger, run="R0001", actor=started.cast.developer, at=NOON)

    body = assert_problem(started.client().get("runs/R0001/result"), 409, "no-result")

    assert "cancelled" in str(body["detail"])


def test_a_validation_that_does_not_exist_has_no_result(world: World) -> None:
    assert_problem(world.client().get("runs/R0404/result"), 404, "not-found")


def test_facts_of_a_bias_audit_are_stated_and_read_back(world: World) -> None:
    model, version = a_version(world.place.store, world.cast)
    client = world.client()
    at = f"models/{model}/versions/{version}/bias-audit-facts"
    facts = {"tool": "Screener", "distribution_date": "2025-05-06", "data_kind": "historical"}

    assert_problem(client.get(at), 404, "not-found")
    stated = client.post(at, json=facts)
    answer = client.get(at)
    assert answer.status_code == 200, answer.text
    read = answer.json()

    assert stated.status_code == 201
    assert {name: read[name] for name in facts} == facts
    assert_problem(client.post(at, json={"latest_use": "2030-01-01"}), 422, "unreadable")
