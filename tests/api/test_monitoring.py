"""Checks on production data through the API: where a model stands, run on demand, computed again."""

import pytest
from sqlmodel import select

from core.access.rules import Permission
from core.jobs.tables import Job
from core.metrics.verdicts import Verdict
from core.monitoring.checks.service import perform_monitor
from core.monitoring.intake.rules import BatchKind
from core.monitoring.vocabulary import MONITOR_JOB
from tests.api.world import World
from tests.builders import NOON, a_version
from tests.monitoring_checks.conftest import Watch, point_at_version
from tests.monitoring_checks.test_checking import ERRORS, labels, ready, rows


@pytest.fixture
def watch(world: World) -> Watch:
    place = world.place
    model, version = a_version(place.store, world.cast)
    point_at_version(place.store, world.cast, model)
    found = Watch(place.store, place.ledger, place.files, world.cast, model, version)
    ready(found, ERRORS).take(BatchKind.INFERENCES, rows(150))
    found.take(BatchKind.LABELS, labels(150, wrong=8))
    return found


def test_a_pipeline_has_data_checked_and_gates_on_what_is_found(world: World, watch: Watch) -> None:
    client = world.client(world.token().secret)
    address = f"models/{watch.model}/monitoring"

    waiting = client.get(address).json()
    asked = client.post(f"{address}/run", json={"unfinished": True}, headers={"Idempotency-Key": "one"})
    again = client.post(f"{address}/run", json={"unfinished": True}, headers={"Idempotency-Key": "one"})
    with world.place.store.reading() as session:
        slots = session.exec(select(Job.slot).where(Job.kind == MONITOR_JOB)).all()
    assert (waiting["state"], waiting["newest"]) == ("waiting", [])
    assert (asked.status_code, asked.json()["slot"] in slots) == (202, True)
    assert (again.json(), again.headers["Idempotent-Replay"]) == (asked.json(), "true")

    place = world.place
    perform_monitor(place.store, place.ledger, place.files, slot=asked.json()["slot"], clock=lambda: NOON)
    state = client.get(address).json()
    listed = client.get(f"{address}/results?clause=20.1").json()["figures"]
    chunk = listed[0]["chunk"]
    same = client.get(f"{address}/chunks/{chunk}/again").json()

    # the last fifty rows are all that there is of the second chunk
    assert [(one["value"], one["verdict"], one["rows"]) for one in listed] == [
        (0.08, Verdict.FAIL, 100), (0.0, Verdict.PASS, 50),
    ]  # fmt: skip
    assert (state["state"], state["failed"], state["version"]) == ("calm", 0, "1.0.0")
    assert (same["outcome"], same["different"]) == ("the same", [])
    assert client.get(f"models/M0099/monitoring/chunks/{chunk}/again").status_code == 404
    assert client.get(f"{address}?environment=staging").status_code == 404


def test_running_checks_takes_the_scope_for_it(world: World, watch: Watch) -> None:
    reader = world.client(world.token(scopes=frozenset({Permission.RECORD_READ})).secret)

    assert reader.post(f"models/{watch.model}/monitoring/run", json={}).status_code == 403
    assert reader.get(f"models/{watch.model}/monitoring").status_code == 200
