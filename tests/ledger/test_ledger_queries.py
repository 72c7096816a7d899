"""The ledger page's filters, answered by the database from the entries themselves."""

from datetime import timedelta

import pytest
from ledger_builders import NOON, Someone, fill, put

from core.errors import NotFound
from core.ledger import queries
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store


@pytest.fixture
def told(store: Store, ledger: Ledger) -> Store:
    """Three entries by two people about one model and its version."""
    admin = Someone("P0002", "administrator")
    put(store, ledger, at=NOON, entity=Entity("model", "M0001"))
    put(store, ledger, at=NOON + timedelta(hours=1), entity=Entity("version", "M0001 1.0.0"), event=Event.VOTE_CAST)
    put(store, ledger, at=NOON + timedelta(hours=2), entity=Entity("person", "P0009"), actor=admin, payload=None)
    return store


def test_entries_come_newest_first_with_their_total(told: Store) -> None:
    with told.reading() as session:
        page = queries.entries(session, limit=2)

    assert [row.index for row in page.rows] == [2, 1]
    assert page.total == 3


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"actor": "P0002"}, [2]),
        ({"action": "vote.cast"}, [1]),
        ({"entity_kind": "model"}, [0]),
        ({"entity_id": "M0001"}, [1, 0]),
        ({"entity_id": "M000"}, []),
        ({"text": "m0001 1"}, [1]),
        ({"text": "%"}, []),
        ({"text": "_"}, []),
        ({"text": "'; DROP TABLE log_entry; --"}, []),
        ({"since": NOON + timedelta(hours=1)}, [2, 1]),
        ({"until": NOON + timedelta(hours=1)}, [0]),
        ({"actor": "P0001", "action": "vote.cast", "text": "version"}, [1]),
        ({"offset": 2}, [0]),
    ],
)
def test_each_filter_narrows_and_all_hold_together(told: Store, wanted: dict[str, object], found: list[int]) -> None:
    with told.reading() as session:
        page = queries.entries(session, **wanted)  # type: ignore[arg-type]

    assert [row.index for row in page.rows] == found


def test_an_entry_is_shown_with_its_payload(told: Store) -> None:
    with told.reading() as session:
        assert queries.entry(session, 0).payload == '{"name":"Recidivism"}'
        assert queries.entry(session, 2).payload is None
        assert not queries.entry(session, 2).erased


def test_an_entry_that_is_not_there_is_not_found(told: Store) -> None:
    with told.reading() as session, pytest.raises(NotFound):
        queries.entry(session, 3)


def test_an_empty_ledger_has_no_checkpoint_and_no_entries(store: Store) -> None:
    with store.reading() as session:
        assert queries.latest_checkpoint(session) is None
        assert queries.entries(session) == queries.Page((), 0)


def test_the_latest_checkpoint_covers_every_entry(store: Store, ledger: Ledger) -> None:
    fill(store, ledger, 12)

    with store.reading() as session:
        latest = queries.latest_checkpoint(session)
    assert latest is not None
    assert latest.checkpoint.size == 12


def test_the_filters_offer_who_and_what_is_on_record(told: Store) -> None:
    with told.reading() as session:
        assert queries.actors(session) == ("P0001", "P0002")
        assert queries.actions(session) == ("model.registered", "vote.cast")
