"""Incidents through the API: a pipeline declares one, says more of it, and reads what became of it."""

from core.access.rules import Permission
from tests.api.world import World
from tests.builders import NOON, a_version
from tests.incidents.conftest import World as Incidents

DECLARED = {
    "title": "Refusals doubled",
    "severity": "high",
    "what": "Refusals in the branch rose to twice the usual share.",
    "versions": ["1.0.0"],
    "environment": "production",
}


def test_a_pipeline_declares_once_for_a_key_and_writes_notes(world: World) -> None:
    model, _ = a_version(world.place.store, world.cast)
    client = world.client(world.token(scopes={Permission.INCIDENT_DECLARE, Permission.RECORD_READ}).secret)
    record = DECLARED | {"model": model, "aware_at": "2026-11-20T10:00:00Z"}

    first, again = (client.post("incidents", json=record, headers={"Idempotency-Key": "one"}) for _ in range(2))
    note = client.post("incidents/IN0001/notes", json={"text": "The job of the night was stopped."})
    body = client.get("incidents/IN0001").json()

    assert (first.status_code, again.json()) == (201, first.json())
    assert first.json()["ledger"]["receipt"].startswith("c2sp.org/tlog-proof@v1")
    assert note.status_code == 201
    assert [one["event"] for one in body["timeline"]] == ["incident.declared", "incident.noted"]
    assert (body["aware_at"], body["affected"]) == ("2026-11-20T10:00:00Z", [f"{model} 1.0.0"])
    assert client.get("incidents").json()["total"] == 1


def test_incidents_and_actions_are_listed_narrowed(world: World) -> None:
    model, _ = a_version(world.place.store, world.cast)
    there = Incidents(world.place.store, world.place.ledger, world.cast, model, NOON)
    number = there.resolved()
    there.decided(number, "gdpr-33")
    client = world.client(world.token().secret)

    line = client.get("incidents?open_only=true&severity=high").json()["incidents"][0]
    found = client.get(f"actions?incident={number}&status=open").json()

    assert (line["next_clock"]["rule"], line["actions"], line["pending"]) == ("gdpr-33", 1, 1)
    assert client.get("incidents?status=closed").json()["total"] == 0
    assert [one["links"] for one in found["actions"]] == [[f"incident {number}"]]
    assert client.get("incidents/IN0404").status_code == 404


def test_what_cannot_be_declared_is_refused_with_its_reasons(world: World) -> None:
    without = world.client(world.token(scopes={Permission.RECORD_READ}).secret)
    client = world.client(world.token().secret)

    assert without.post("incidents", json=DECLARED | {"model": "", "versions": []}).status_code == 403
    assert client.post("incidents", json=DECLARED | {"severity": "dire"}).status_code == 422
    assert client.post("incidents", json=DECLARED).status_code == 422  # versions of no model
    assert client.post("incidents", json=DECLARED | {"model": "M0404"}).status_code == 404
