"""Alerts through the API: read by urgency, acknowledged and closed once by the owner's token."""

from core.access.rules import Permission
from core.monitoring.alerts.raising import raise_alert
from core.policy.alerting.rules import Severity
from tests.api.world import World
from tests.builders import NOON, a_model
from tests.monitoring.alerts.conftest import a_signal


def raised(world: World, **changed: object) -> str:
    with world.place.store.transaction() as tx:
        return raise_alert(tx, world.place.ledger, a_signal(**changed), at=NOON)


def test_alerts_are_read_by_urgency_and_narrowed(world: World) -> None:
    a_model(world.place.store, world.cast)
    raised(world)
    raised(world, key="other", severity=Severity.CRITICAL)
    client = world.client(world.token(scopes=frozenset({Permission.RECORD_READ})).secret)

    found = client.get("alerts").json()
    assert [one["alert"] for one in found["alerts"]] == ["AL0002", "AL0001"]
    assert client.get("alerts?severity=medium").json()["total"] == 1
    assert client.get("alerts?state=closed").json()["total"] == 0
    whole = client.get("alerts/AL0001").json()
    assert (whole["state"], whole["history"][0]["act"]) == ("open", "raised")
    assert whole["linked"] == [{"kind": "chunk", "number": "CH0001"}]
    assert client.get("alerts/AL0009").status_code == 404
    assert client.post("alerts/AL0001/acknowledgement").status_code == 403


def test_an_alert_is_acknowledged_and_closed_once(world: World) -> None:
    a_model(world.place.store, world.cast)
    raised(world)
    client = world.client(world.token().secret)

    taken = [client.post("alerts/AL0001/acknowledgement", headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [one.status_code for one in taken] == [200, 200]
    assert taken[0].json() == taken[1].json()
    short = client.post("alerts/AL0001/closure", json={"cause": "the model", "found": "x"})
    assert (short.status_code, "fewer than 10 characters" in short.text) == (403, True)
    assert client.post("alerts/AL0001/closure", json={"cause": "luck", "found": "x"}).status_code == 422
    done = client.post("alerts/AL0001/closure", json={"cause": "the model", "found": "Rolled back to 1.0.0."})

    assert done.status_code == 200
    assert done.json()["ledger"]["index"] > taken[0].json()["ledger"]["index"]
    assert client.get("alerts/AL0001").json()["cause"] == "the model"
