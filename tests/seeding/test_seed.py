"""A generated organisation: its ledger verifies, it follows from its number, and a store in use is left alone."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from core.access.rules import SYSTEM
from core.errors import Refused, Unreadable
from core.inventory.queries import FoundKind, InventoryFilter, find, inventory
from core.ledger.envelope import parse_envelope
from core.ledger.queries import COUNTED, actions, actors, entries
from core.ledger.service import Entity, Event, Ledger
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.seeding import Sizes, seed
from core.store import Store
from tests.builders import NOON, a_cast, a_policy

SMALL = Sizes(models=20, versions=60, entries=2_500)


def filled(store: Store, ledger: Ledger, *, number: int = 1, sizes: Sizes = SMALL) -> None:
    a_policy(store, at=NOON - timedelta(days=1_000))
    with store.transaction() as tx:
        entity = Entity("policy", "first")
        ledger.record(tx, Event.POLICY_PUBLISHED, entity=entity, actor=SYSTEM, at=NOON - timedelta(days=1_000))
    seed(store, ledger, sizes, number=number, at=NOON)


def bodies(session: Session) -> list[str]:
    return list(session.exec(select(LogEntry.body).order_by(col(LogEntry.idx))).all())


def test_everything_is_there_and_the_ledger_verifies_and_goes_on(store: Store, ledger: Ledger) -> None:
    filled(store, ledger)
    with store.transaction() as tx:
        entity = Entity("model", "M0001")
        ledger.record(tx, Event.MODEL_CHANGED, entity=entity, actor=SYSTEM, at=NOON, payload={"a": "b"})

    with store.reading() as session:
        report = verify_store(session, ledger.vkey)
        assert report.passed, report.failures
        assert report.size == SMALL.entries + 2
        assert inventory(session, InventoryFilter(), limit=1, offset=0).total == SMALL.models
        assert session.execute(text("SELECT count(*) FROM model_version")).scalar_one() == SMALL.versions
        assert find(session, "data warehouse", kind=FoundKind.DATASET, limit=1, offset=0).total == 2 * SMALL.models


def test_bodies_are_those_that_recording_would_write(sqlite_store: Store, ledger: Ledger) -> None:
    filled(sqlite_store, ledger)

    with sqlite_store.reading() as session:
        assert all(parse_envelope(body.encode()).body().decode() == body for body in bodies(session))


def test_triggers_and_indexes_are_back(store: Store, ledger: Ledger) -> None:
    filled(store, ledger)

    with pytest.raises(Exception, match="the ledger refuses"), store.transaction() as tx:
        tx.session.execute(text("DELETE FROM log_entry"))
    with store.reading() as session:
        session.execute(text("SELECT idx FROM log_entry WHERE subject = 'M0001' ORDER BY idx DESC"))


def test_one_number_gives_one_organisation(sqlite_store: Store, ledger: Ledger) -> None:
    filled(sqlite_store, ledger, number=7)

    with sqlite_store.reading() as session:
        assert inventory(session, InventoryFilter(numbers=("M0007",)), limit=1, offset=0).rows[0].name == NAME_OF_SEVEN


NAME_OF_SEVEN = "Price elasticity estimate, retail 7"


def test_a_store_in_use_is_refused_and_stays_as_it_is(store: Store, ledger: Ledger) -> None:
    a_cast(store)

    with pytest.raises(Refused, match="in use"):
        seed(store, ledger, SMALL, number=1, at=NOON)
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM model")).scalar_one() == 0


@pytest.mark.parametrize("sizes", [Sizes(0, 0, 1), Sizes(2, 1, 1), Sizes(1, 1, 0)])
def test_sizes_that_cannot_be_are_not_read(sizes: Sizes, sqlite_store: Store, ledger: Ledger) -> None:
    with pytest.raises(Unreadable):
        seed(sqlite_store, ledger, sizes, number=1, at=NOON)


def test_a_filter_of_many_entries_is_counted_up_to_ten_thousand(sqlite_store: Store, ledger: Ledger) -> None:
    filled(sqlite_store, ledger, sizes=Sizes(5, 5, 2 * COUNTED + 5_000))

    with sqlite_store.reading() as session:
        some = entries(session, entity_kind="version", limit=5)
        everything = entries(session, limit=5, offset=COUNTED + 3)
        spoken = [row.action for row in entries(session, text="vote", limit=3).rows]
        assert (some.total, some.more) == (COUNTED, True)
        assert (everything.total, everything.more) == (2 * COUNTED + 5_001, False)
        assert [row.index for row in everything.rows] == [everything.total - COUNTED - 4 - at for at in range(5)]
        assert spoken == ["vote.cast"] * 3
        assert len(actors(session)) > 20
        assert "person.disabled" in actions(session)
