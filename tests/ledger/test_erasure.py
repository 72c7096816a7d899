"""Erasing particulars: on record, for good, and without harm to the ledger's proofs."""

from datetime import timedelta
from pathlib import Path

import pytest
from ledger_builders import ACTOR, NOON, fill, put
from sqlmodel import select

from core.errors import NotFound
from core.ledger.erasure import erase_payload
from core.ledger.queries import entry
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.store import Store

SECRET = "Ottilie Musterfrau, born 1970-01-01"
LATER = NOON + timedelta(hours=1)


def test_no_file_of_the_store_holds_an_erased_payload(sqlite_store: Store, ledger: Ledger) -> None:
    folder = Path(str(sqlite_store.engine.url.database)).parent
    fill(sqlite_store, ledger, 3)
    index = put(sqlite_store, ledger, payload={"name": SECRET}, at=LATER)
    put(sqlite_store, ledger, at=LATER)
    assert any(SECRET.encode() in path.read_bytes() for path in folder.glob("store.db*"))

    erase_payload(sqlite_store, ledger, index, reason="request", actor=ACTOR, at=LATER)

    assert not any(SECRET.encode() in path.read_bytes() for path in folder.glob("store.db*"))


def test_the_ledger_verifies_after_an_erasure_and_shows_it(store: Store, ledger: Ledger) -> None:
    index = put(store, ledger, payload={"name": SECRET})

    erase_payload(store, ledger, index, reason="request", actor=ACTOR, at=LATER)

    with store.reading() as session:
        assert verify_store(session, ledger.vkey).passed
    with store.reading() as session:
        assert entry(session, index).erased
        assert entry(session, index).payload is None


def test_no_entry_holds_what_its_payload_says(store: Store, ledger: Ledger) -> None:
    put(store, ledger, payload={"name": SECRET})

    with store.reading() as session:
        assert SECRET not in session.exec(select(LogEntry.body)).one()


def test_an_erasure_is_put_on_record_once_only_where_there_is_something(store: Store, ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        erase_payload(store, ledger, 7, reason="request", actor=ACTOR, at=LATER)

    with store.reading() as session:
        assert session.exec(select(LogEntry.idx)).all() == []


def test_an_erased_payload_cannot_be_erased_again(store: Store, ledger: Ledger) -> None:
    index = put(store, ledger)
    erase_payload(store, ledger, index, reason="request", actor=ACTOR, at=LATER)

    with pytest.raises(NotFound):
        erase_payload(store, ledger, index, reason="request", actor=ACTOR, at=LATER)
