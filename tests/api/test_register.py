"""The register through the API: a pipeline raises from an alert, says what was done, and reads the list."""

from core.access.rules import Permission
from core.inventory.rules import Stage
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.validation.rules import Severity
from tests.api.world import World
from tests.builders import NOON, a_version


def test_a_pipeline_raises_a_finding_and_says_what_was_done(world: World) -> None:
    place = world.place
    model, version = a_version(place.store, world.cast, stage=Stage.IN_PRODUCTION)
    signal = Signal(AlertKind.BREACH, "breach 1", Severity.HIGH, "Error rate", "6 %", model, version)
    with place.store.transaction() as tx:
        alert = raise_alert(tx, place.ledger, signal, at=NOON)
    client = world.client(world.token().secret)
    wish = {"source": "alert", "number": alert, "title": "Errors above 5 %", "severity": "high"}

    made = client.post("findings", json=wish, headers={"Idempotency-Key": "one"})
    again = client.post("findings", json=wish, headers={"Idempotency-Key": "one"})
    number = made.json()["finding"]
    bare = client.post(f"findings/{number}/remediation", json={"text": "Mended the join of the file."})
    shown = {"kind": "version", "key": f"{model} v{version}"}
    done = client.post(f"findings/{number}/remediation", json={"text": "Mended the join.", "evidence": [shown]})
    body = client.get("findings", params={"source": "monitoring"}).json()

    assert (made.status_code, again.json()["finding"]) == (201, number)
    assert (bare.status_code, done.status_code) == (403, 200)
    assert done.json()["ledger"]["receipt"].startswith("c2sp.org/tlog-proof@v1")
    assert [(one["number"], one["state"], one["evidence"], one["links"]) for one in body["items"]] == [
        (number, "remediated", 1, 2)
    ]
    assert (body["total"], body["pending"], client.get("findings?kind=deviation").json()["total"]) == (1, 1, 0)


def test_raising_and_remediating_take_their_scopes(world: World) -> None:
    reader = world.client(world.token(scopes=frozenset({Permission.RECORD_READ})).secret)
    wish = {"source": "alert", "number": "AL0001", "title": "Errors above 5 %", "severity": "high"}

    assert reader.post("findings/F0001/remediation", json={"text": "Mended it."}).status_code in (403, 404)
    assert reader.post("findings", json=wish | {"severity": "dreadful"}).status_code == 422
