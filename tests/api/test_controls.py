"""Controls, outputs and rows in quarantine through the API."""

import json

import pytest
from fastapi.testclient import TestClient

from tests.api.test_access import assert_problem
from tests.api.world import World
from tests.builders import a_version

CSV = "id,at,prediction,score,note\na,2026-11-20T10:00:00Z,1,0.5,x\nb,2026-11-20T11:00:00Z,0,0.2,ask jo@example.org\n"
FILE = {"filename": "day.csv", "version": "1.0.0"}
BAND = {
    "title": "Unsure",
    "of": "outputs",
    "kind": "score band",
    "action": "flag for review",
    "low": 0.45,
    "high": 0.55,
}
WHY = "Agreed with credit risk."


@pytest.fixture
def model(world: World) -> str:
    return a_version(world.place.store, world.cast)[0]


@pytest.fixture
def client(world: World) -> TestClient:
    return world.client()


def test_a_pipeline_declares_a_control_and_reads_what_it_found(client: TestClient, model: str) -> None:
    declared = client.post(f"models/{model}/controls", json={**BAND, "reason": WHY}).json()
    taken = client.put(f"models/{model}/production/inferences", params=FILE, content=CSV).json()

    assert json.loads(declared["ledger"]["entry"])["action"] == "control.declared"
    assert (taken["rows"], taken["held"], taken["quarantined"]) == (1, 1, ["QR0001"])
    found = client.get(f"models/{model}/control-results", params={"found_only": True}).json()
    assert {(one["clause"], one["found"], one["batch"]) for one in found["results"]} == {
        (declared["control"], 1, "PB0001"), ("21.1", 1, "PB0001"),
    }  # fmt: skip
    held = client.get(f"models/{model}/controls").json()["controls"]
    assert [(one["clause"], one["own"]) for one in held][-1] == (declared["control"], True)

    assert client.post(f"controls/{declared['control']}/ending", json={"reason": WHY}).status_code == 201
    assert_problem(client.post(f"controls/{declared['control']}/ending", json={"reason": WHY}), 409, "conflict")
    loose = {"title": "L", "of": "inputs", "kind": "length", "action": "count", "longest": 9, "reason": WHY}
    assert_problem(client.post(f"models/{model}/controls", json=loose), 403, "refused")


def test_the_queue_is_read_and_not_decided_by_a_token(client: TestClient, model: str) -> None:
    client.post(f"models/{model}/controls", json={**BAND, "reason": WHY})
    client.put(f"models/{model}/production/inferences", params=FILE, content=CSV)

    queue = client.get("outputs", params={"model": model}).json()

    assert (queue["waiting"], queue["overdue"], queue["total"]) == (1, 0, 1)
    (row,) = queue["outputs"]
    assert (row["output"], row["row"], row["people"], row["says"]) == (
        "OR0001",
        "a",
        2,
        {"prediction": "1", "score": "0.5"},
    )
    one = client.get(f"outputs/{row['output']}").json()
    assert (one["inputs"], one["decisions"]) == ({"note": "x"}, [])
    assert client.get("outputs", params={"shown": "decided"}).json()["outputs"] == []
    assert_problem(client.get("outputs/OR0009"), 404, "not-found")


def test_rows_of_a_stranger_are_taken_over_by_the_version_that_they_are(client: TestClient, model: str) -> None:
    taken = client.put("models/Letters/production/inferences", params=FILE, content=CSV).json()
    (held,) = client.get("quarantine").json()["quarantine"]
    assert (taken["batches"], held["quarantine"], held["because"], held["rows"]) == ([], "QR0001", "unknown model", 2)
    address = f"quarantine/{held['quarantine']}"
    assert_problem(client.post(f"{address}/taking-over", json={"reason": WHY}), 403, "refused")

    done = client.post(f"{address}/taking-over", json={"reason": WHY, "model": model})

    assert (done.status_code, done.json()["batches"], done.json()["rows"]) == (201, ["PB0001"], 2)
    assert client.get("quarantine").json()["total"] == 0
    assert_problem(client.post(f"{address}/discarding", json={"reason": WHY}), 403, "refused")
