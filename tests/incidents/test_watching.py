"""Clocks and due dates are watched by the worker: queued where something is due, and warned of once by however many."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

from sqlmodel import select

from app.incidents import due_watches
from app.worker import KINDS
from core.improvement.watching import INCIDENT_JOB, waits, watch
from core.ledger.service import Ledger
from core.monitoring.alerts.tables import Alert
from core.store import Store
from tests.builders import NOON
from tests.incidents.conftest import World, a_world

NEAR = NOON + timedelta(hours=60)


def test_a_slot_is_due_only_while_a_warning_is(world: World) -> None:
    world.decided(world.declared(), "gdpr-33")
    place = SimpleNamespace(store=world.store, ledger=world.ledger)

    calm, due = (list(due_watches(place, at)) for at in (NOON, NEAR + timedelta(minutes=3)))  # type: ignore[arg-type]
    watch(world.store, world.ledger, at=NEAR)

    assert (calm, due) == ([], ["2026-11-23 00:00"])
    with world.store.reading() as session:
        assert not waits(session, at=NEAR + timedelta(minutes=3))
    assert INCIDENT_JOB in KINDS


def test_workers_that_look_together_warn_once(store: Store, ledger: Ledger) -> None:
    world = a_world(store, ledger)
    number = world.declared()
    world.decided(number, "gdpr-33")
    world.action(number, due_at=NEAR - timedelta(hours=1))

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _n: partial(watch, store, ledger, at=NEAR)(), range(4)))

    with store.reading() as session:
        kinds = sorted(one.kind for one in session.exec(select(Alert)))
    assert sum(said) == 2
    assert kinds == ["incident clock", "overdue action"]
