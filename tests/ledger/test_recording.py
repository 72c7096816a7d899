"""Recording: in the transaction of the change, in order, once, under one signed checkpoint a commit."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from ledger_builders import ACTOR, NOON, fill, put
from sqlalchemy import text
from sqlmodel import select

from core.errors import NotFound
from core.ledger.canonical import NotCanonical
from core.ledger.checkpoints import open_checkpoint
from core.ledger.events import Event
from core.ledger.notes import Verifier
from core.ledger.receipts import parse_receipt, verify_receipt
from core.ledger.service import AlreadyRecorded, Entity, Ledger, newest_note
from core.ledger.tables import LogCheckpoint, LogEntry, LogHead, LogPayload
from core.store import Store


def test_an_entry_and_its_receipt_verify_under_the_ledgers_key(store: Store, ledger: Ledger) -> None:
    index = put(store, ledger)

    with store.reading() as session:
        receipt = parse_receipt(ledger.receipt(session, index))
        body = session.exec(select(LogEntry.body)).one()
    checkpoint = verify_receipt(receipt, body.encode(), Verifier.parse(ledger.vkey))
    assert (checkpoint.origin, checkpoint.size, receipt.index) == ("countersign.test/ledger", 1, 0)


def test_every_receipt_of_a_longer_log_verifies(store: Store, ledger: Ledger) -> None:
    fill(store, ledger, 40)

    with store.reading() as session:
        bodies = session.exec(select(LogEntry.body).order_by(LogEntry.idx)).all()
        for index, body in enumerate(bodies):
            receipt = parse_receipt(ledger.receipt(session, index))
            assert verify_receipt(receipt, body.encode(), Verifier.parse(ledger.vkey)).size == 40


def test_a_rolled_back_change_leaves_no_entry(store: Store, ledger: Ledger) -> None:
    put(store, ledger)

    with pytest.raises(ZeroDivisionError), store.transaction() as tx:  # noqa: PT012  the error after the entry is the case
        ledger.record(tx, Event.VOTE_CAST, entity=Entity("change", "C0001"), actor=ACTOR, at=NOON)
        raise ZeroDivisionError

    with store.reading() as session:
        assert len(session.exec(select(LogEntry.idx)).all()) == 1
        assert session.exec(select(LogHead.size)).one() == 1


def test_a_savepoint_undone_takes_its_entry_with_it_and_the_log_goes_on(store: Store, ledger: Ledger) -> None:
    with store.transaction() as tx:
        ledger.record(tx, Event.VOTE_CAST, entity=Entity("change", "C0001"), actor=ACTOR, at=NOON)
        savepoint = tx.session.begin_nested()
        ledger.record(tx, Event.VOTE_VOIDED, entity=Entity("change", "C0001"), actor=ACTOR, at=NOON)
        savepoint.rollback()
        again = ledger.record(tx, Event.VOTE_CAST, entity=Entity("change", "C0002"), actor=ACTOR, at=NOON)

    assert again.index == 1
    with store.reading() as session:
        assert session.exec(select(LogEntry.entity_id).order_by(LogEntry.idx)).all() == ["C0001", "C0002"]


def test_a_transaction_whose_entries_were_all_undone_signs_nothing(store: Store, ledger: Ledger) -> None:
    put(store, ledger)

    with store.transaction() as tx:
        savepoint = tx.session.begin_nested()
        ledger.record(tx, Event.VOTE_CAST, entity=Entity("change", "C0001"), actor=ACTOR, at=NOON)
        savepoint.rollback()

    with store.reading() as session:
        assert session.exec(select(LogCheckpoint.size)).all() == [1]


def test_one_commit_signs_one_checkpoint_over_all_its_entries(store: Store, ledger: Ledger) -> None:
    with store.transaction() as tx:
        for number in range(3):
            ledger.record(tx, Event.VOTE_CAST, entity=Entity("change", f"C000{number}"), actor=ACTOR, at=NOON)

    with store.reading() as session:
        note = newest_note(session)
        assert session.exec(select(LogCheckpoint.size)).all() == [3]
    assert note is not None
    assert open_checkpoint(note, Verifier.parse(ledger.vkey)).size == 3


def test_an_entry_quotes_the_checkpoint_before_it(store: Store, ledger: Ledger) -> None:
    put(store, ledger)
    with store.reading() as session:
        note = newest_note(session) or ""

    put(store, ledger)

    with store.reading() as session:
        body = session.exec(select(LogEntry.body).where(LogEntry.idx == 1)).one()
    assert hashlib.sha256(note.encode()).hexdigest() in body


def test_an_entry_cannot_be_dated_before_the_one_in_front_of_it(store: Store, ledger: Ledger) -> None:
    put(store, ledger, at=NOON)

    with store.transaction() as tx:
        earlier = NOON - timedelta(hours=1)
        recorded = ledger.record(tx, Event.VOTE_CAST, entity=Entity("c", "1"), actor=ACTOR, at=earlier)

    assert recorded.at == NOON
    with store.reading() as session:
        assert session.exec(select(LogEntry.at)).all() == [NOON, NOON]


def test_a_moment_without_a_zone_is_refused(store: Store, ledger: Ledger) -> None:
    with pytest.raises((ValueError, TypeError)), store.transaction() as tx:
        ledger.record(tx, Event.VOTE_CAST, entity=Entity("c", "1"), actor=ACTOR, at=datetime(2026, 1, 1))  # noqa: DTZ001

    with store.reading() as session:
        assert session.exec(select(LogEntry.idx)).all() == []


def test_an_event_sent_twice_is_recorded_once_and_its_change_is_not_made_again(store: Store, ledger: Ledger) -> None:
    put(store, ledger, event_id="job-17")

    with pytest.raises(AlreadyRecorded) as caught, store.transaction() as tx:  # noqa: PT012  the change comes first
        tx.session.execute(text("INSERT INTO number_series (prefix, last) VALUES ('Z', 9)"))
        ledger.record(tx, Event.VOTE_CAST, entity=Entity("c", "1"), actor=ACTOR, at=NOON, event_id="job-17")

    assert caught.value.index == 0
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM number_series")).scalar() == 0
        assert len(session.exec(select(LogEntry.idx)).all()) == 1


@pytest.mark.parametrize("event_id", ["", "a b", "é", "{", "x" * 65])
def test_an_event_id_outside_its_alphabet_is_refused(store: Store, ledger: Ledger, event_id: str) -> None:
    with pytest.raises(NotCanonical), store.transaction() as tx:
        ledger.record(tx, Event.VOTE_CAST, entity=Entity("c", "1"), actor=ACTOR, at=NOON, event_id=event_id)

    with store.reading() as session:
        assert session.exec(select(LogEntry.idx)).all() == []


@pytest.mark.parametrize("payload", [{"share": 0.5}, {"n": 2**53}, {"é": 1}, {"text": "\0"}, {"text": "x" * 66_000}])
def test_a_payload_outside_the_profile_is_refused_with_its_change(
    store: Store, ledger: Ledger, payload: dict[str, object]
) -> None:
    with pytest.raises(NotCanonical), store.transaction() as tx:
        ledger.record(tx, Event.VOTE_CAST, entity=Entity("c", "1"), actor=ACTOR, at=NOON, payload=payload)  # type: ignore[arg-type]

    with store.reading() as session:
        assert session.exec(select(LogPayload.entry_id)).all() == []


def test_a_receipt_of_an_entry_that_is_not_there_is_refused(store: Store, ledger: Ledger) -> None:
    put(store, ledger)

    with store.reading() as session:
        for index in (-1, 1):
            with pytest.raises(NotFound):
                ledger.receipt(session, index)


def test_an_erased_payload_leaves_its_entry_and_the_record_of_its_erasure(store: Store, ledger: Ledger) -> None:
    index = put(store, ledger, payload={"name": "a person"})

    with store.transaction() as tx:
        ledger.erase(tx, index, reason="request of the data subject", actor=ACTOR, at=NOON)

    with store.reading() as session:
        erased = session.exec(select(LogPayload).where(LogPayload.entry_id == index)).one()
        assert (erased.salt, erased.body) == (None, None)
        assert session.exec(select(LogEntry.action).order_by(LogEntry.idx)).all()[-1] == "payload.erased"


def test_an_entry_without_a_payload_has_nothing_to_erase(store: Store, ledger: Ledger) -> None:
    index = put(store, ledger, payload=None)

    with pytest.raises(NotFound), store.transaction() as tx:
        ledger.erase(tx, index, reason="request", actor=ACTOR, at=NOON)


def test_the_columns_that_are_queried_follow_from_the_body(store: Store, ledger: Ledger) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

    put(store, ledger, at=moment, event_id="e-1")

    with store.reading() as session:
        row = session.exec(select(LogEntry)).one()
        assert (row.event_id, row.at, row.actor, row.role) == ("e-1", moment, "P0001", "developer")
        assert (row.action, row.entity_kind, row.entity_id) == ("model.registered", "model", "M0001")
