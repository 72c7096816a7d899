"""Events are recorded once, all or none; each has a proof for strangers; retention leaves proofs standing."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from sqlmodel import select

from core.errors import NotFound, Unreadable
from core.ledger.batches import places, taken
from core.ledger.batches.index import hashes_of
from core.ledger.batches.inputs import input_commitment, input_keys
from core.ledger.batches.known import known_rows
from core.ledger.batches.preparing import prepared
from core.ledger.batches.proofs import input_is, parse_event_proof, verify_event_proof
from core.ledger.batches.queries import batches, event_proof, events_between, find_event
from core.ledger.batches.retention import SHORTEST, destroy_input_key, remove_events, sweep_removed
from core.ledger.batches.service import _put_on_record, record_events
from core.ledger.batches.tables import EventBatch
from core.ledger.batches.taken import FIRST, TakenIds, taken_ids
from core.ledger.batches.verify import verify_events
from core.ledger.canonical import JsonValue
from core.ledger.head import lock_head
from core.ledger.notes import NoteRefused, Verifier
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.ledger.verify import verify_store
from core.store import EvidenceFiles, Store
from tests.builders import NOON
from tests.event_batches.conftest import PIPELINE, START, events

LATER = NOON + timedelta(days=200)


def record(store: Store, ledger: Ledger, files: EvidenceFiles, table: pa.Table) -> str:
    batch = record_events(store, ledger, files, table, actor=PIPELINE, at=NOON)
    return batch.number if batch else ""


def verdicts(store: Store, files: EvidenceFiles) -> list[str]:
    """The names of the steps that fail."""
    with store.reading() as session:
        return [step.name for step in verify_events(session, files) if not step.passed]


def test_a_file_is_one_entry_and_every_event_has_a_proof(store: Store, ledger: Ledger, files: EvidenceFiles) -> None:
    assert record(store, ledger, files, events(1000)) == "B0001"

    with store.reading() as session:
        assert [(row.action, row.entity_id, row.actor) for row in entries(session).rows] == [
            ("events.recorded", "B0001", "T0001")
        ]
        for name in ("e-000000", "e-000511", "e-000999"):
            proof = event_proof(session, files, name)
            read = parse_event_proof(proof.text())
            assert read == proof
            assert verify_event_proof(read, Verifier.parse(ledger.vkey)).size == 1
        assert verify_store(session, ledger.vkey).passed
    assert verdicts(store, files) == []


def test_what_is_on_record_is_not_recorded_again(store: Store, ledger: Ledger, files: EvidenceFiles) -> None:
    record(store, ledger, files, events(100))

    assert record(store, ledger, files, events(100)) == ""
    batch = record_events(store, ledger, files, events(100, first=50), actor=PIPELINE, at=NOON)

    assert batch is not None
    assert (batch.rows, batch.repeated) == (50, 50)
    with store.reading() as session:
        assert [row.rows for row in batches(session).rows] == [50, 100]
        assert find_event(session, files, "e-000120").batch.number == "B0002"


def test_an_id_with_other_content_is_refused_and_nothing_is_recorded(
    store: Store, ledger: Ledger, files: EvidenceFiles
) -> None:
    record(store, ledger, files, events(100))

    with pytest.raises(Unreadable) as refused:
        record(store, ledger, files, events(100, first=99, output="reject"))

    assert [str(problem) for problem in refused.value.problems] == [
        "line 1, column “id”: id is on record with other content, found e-000099, in B0001"
    ]
    with store.reading() as session:
        assert batches(session).total == 1


def test_an_id_is_taken_once_whatever_time_it_is_given_later(
    store: Store, ledger: Ledger, files: EvidenceFiles
) -> None:
    """Else the later event would stand before the one that is on record, and hide it."""
    record(store, ledger, files, events(100))
    later = events(1, first=3, at=[START + 10**13], output="reject")

    for _ in ("this process", "another one"):
        with pytest.raises(Unreadable, match="id is on record with other content, found e-000003, in B0001"):
            record(store, ledger, files, later)
        taken._STORES.clear()

    with store.reading() as session:
        assert find_event(session, files, "e-000003").batch.number == "B0001"


def test_an_id_is_known_although_its_file_got_the_number_of_one_that_was_undone(
    store: Store, ledger: Ledger, files: EvidenceFiles
) -> None:
    with suppress(RuntimeError), store.transaction() as tx:
        lock_head(tx.session)
        _put_on_record(tx, ledger, files, prepared(events(10)), PIPELINE, at=NOON)
        known_rows(tx.session, files, events(5, first=500))
        raise RuntimeError("undone")

    record(store, ledger, files, events(10, first=100))

    with pytest.raises(Unreadable, match="found e-000105"):
        record(store, ledger, files, events(1, first=105, at=[START + 10**13]))


def test_a_file_that_is_lost_does_not_stop_the_intake(store: Store, ledger: Ledger, files: EvidenceFiles) -> None:
    record(store, ledger, files, events(10))
    for path in [one for one in files.folder.rglob("*") if one.is_file()]:
        path.unlink()
    taken._STORES.clear()
    places._VERIFIED.clear()

    many = events(5_000, first=5_000)  # of which the filter holds some for taken
    hashes = hashes_of(many.column("id"))
    with store.reading() as session:
        known = taken_ids(files)
        known._add(hashes[:3])
        assert known.may_hold(session, files, hashes).any()
    assert record(store, ledger, files, many) != ""


def test_a_store_that_went_back_in_time_is_followed_anew(
    store: Store, ledger: Ledger, files: EvidenceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taken, "AGAIN", 0)
    known = taken_ids(files)

    def held(first: int) -> bool:
        with store.reading() as session:
            return bool(known.may_hold(session, files, hashes_of(events(3, first=first).column("id"))).all())

    for first in (0, 10):
        record(store, ledger, files, events(3, first=first))
        assert held(first)
    known._below += 5  # as after the loss of five files

    assert held(0)
    assert known._below == 2


def test_the_filter_of_ids_never_says_no_of_one_that_is_there() -> None:
    drawn, known = np.random.default_rng(7), TakenIds()
    there = drawn.integers(0, 1 << 64, 3 * FIRST, dtype=np.uint64)

    known._add(there)

    held = [layer.may_hold(there) for layer in known._layers]
    assert len(held) > 1
    assert np.logical_or.reduce(held).all()
    others = drawn.integers(0, 1 << 64, 100_000, dtype=np.uint64)
    assert np.logical_or.reduce([layer.may_hold(others) for layer in known._layers]).mean() < 0.005


def test_eight_who_record_the_same_events_record_them_once(store: Store, ledger: Ledger, files: EvidenceFiles) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(record(store, ledger, files, events(200)))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [""] * 7 + ["B0001"]
    with store.reading() as session:
        assert verify_store(session, ledger.vkey).passed


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"event": "body"}, "does not stand on this line"),
        ({"line": 4}, "does not stand on this line"),
        ({"rows": 999}, "name no root of so many rows"),
        ({"path": ()}, "does not stand on this line"),
        ({"payload": "{}"}, "commits to other particulars"),
        ({"salt": "00" * 32}, "commits to other particulars"),
        ({"salt": "x"}, "salt is not hexadecimal"),
        ({"entry": "{}"}, "exactly the fields"),
    ],
)
def test_a_proof_that_was_changed_is_refused(
    sqlite_store: Store, ledger: Ledger, files: EvidenceFiles, changes: dict[str, Any], said: str
) -> None:
    record(sqlite_store, ledger, files, events(10))
    with sqlite_store.reading() as session:
        proof = event_proof(session, files, "e-000003")
    if changes.get("event") == "body":
        changes = {"event": proof.event.replace("approve", "decline")}

    with pytest.raises(NoteRefused, match=said):
        verify_event_proof(replace(proof, **changes), Verifier.parse(ledger.vkey))


def test_a_flipped_byte_of_a_proof_is_never_accepted(sqlite_store: Store, ledger: Ledger, files: EvidenceFiles) -> None:
    record(sqlite_store, ledger, files, events(10))
    with sqlite_store.reading() as session:
        text = event_proof(session, files, "e-000003").text()
    verifier, right = Verifier.parse(ledger.vkey), parse_event_proof(text)

    for place in range(len(text)):
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        try:
            read = parse_event_proof(changed)
            verify_event_proof(read, verifier)
        except NoteRefused:
            continue
        assert read.event == right.event, place  # only the key of an input, which no signature covers, may differ
        assert read.input_key != right.input_key or read == right, place


def committed(store: Store, event_id: str, given: dict[str, JsonValue]) -> str:
    key = input_keys(store, {"2026-11-20"})["2026-11-20"]
    assert key is not None
    return input_commitment(key, event_id, given)


def test_an_input_is_shown_later_to_be_the_one(store: Store, ledger: Ledger, files: EvidenceFiles) -> None:
    given: dict[str, JsonValue] = {"age": 41, "income": 52_000}
    record(store, ledger, files, events(1, form="commitment", input=committed(store, "e-000000", given)))

    with store.reading() as session:
        proof = event_proof(session, files, "e-000000")
    assert input_is(proof, given)
    assert not input_is(proof, {"age": 42, "income": 52_000})
    assert "52000" not in proof.text()


def test_two_events_of_one_input_commit_to_it_in_different_words(sqlite_store: Store) -> None:
    assert committed(sqlite_store, "a", {"age": 41}) == committed(sqlite_store, "a", {"age": 41})
    assert committed(sqlite_store, "a", {"age": 41}) != committed(sqlite_store, "b", {"age": 41})


def test_once_its_key_is_destroyed_an_input_is_tied_to_nothing(
    sqlite_store: Store, ledger: Ledger, files: EvidenceFiles
) -> None:
    commitment = committed(sqlite_store, "e-000000", {"age": 41})
    record(sqlite_store, ledger, files, events(1, form="commitment", input=commitment))

    with sqlite_store.transaction() as tx:
        destroy_input_key(tx, ledger, day=NOON.date(), reason="Erasure asked for", actor=PIPELINE, at=NOON)

    with sqlite_store.reading() as session:
        proof = event_proof(session, files, "e-000000")
        assert verify_event_proof(proof, Verifier.parse(ledger.vkey))
    assert not input_is(proof, {"age": 41})
    assert input_keys(sqlite_store, {"2026-11-20"}) == {"2026-11-20": None}
    with pytest.raises(NotFound), sqlite_store.transaction() as tx:
        destroy_input_key(tx, ledger, day=NOON.date(), reason="Again", actor=PIPELINE, at=NOON)


def test_retention_removes_rows_and_keeps_proofs(store: Store, ledger: Ledger, files: EvidenceFiles) -> None:
    record(store, ledger, files, events(100))
    record_events(store, ledger, files, events(10, first=199 * 86_400), actor=PIPELINE, at=LATER)
    with store.reading() as session:
        kept = event_proof(session, files, "e-000003")

    removed = remove_events(store, ledger, files, older_than=SHORTEST, actor=PIPELINE, at=LATER)

    assert (removed.batches, removed.rows) == (1, 100)
    assert verify_event_proof(kept, Verifier.parse(ledger.vkey)).size == 2
    with store.reading() as session:
        with pytest.raises(NotFound):
            find_event(session, files, "e-000003")
        assert find_event(session, files, f"e-{199 * 86_400:06d}").line == 0
        assert sweep_removed(session, files) == 0
    assert verdicts(store, files) == []


def test_six_months_are_the_least(sqlite_store: Store, ledger: Ledger, files: EvidenceFiles) -> None:
    with pytest.raises(Unreadable, match="kept for too short a time, found 183 days, expected at least 184"):
        remove_events(sqlite_store, ledger, files, older_than=timedelta(days=183), actor=PIPELINE, at=LATER)


def swap(sqlite_store: Store, files: EvidenceFiles, table: pa.Table) -> None:
    with sqlite_store.reading() as session:
        (batch,) = session.exec(select(EventBatch)).all()
    pq.write_table(table, files.path(batch.digest))


def edit_row(sqlite_store: Store, **values: object) -> None:
    with sqlite_store.transaction() as tx:
        row = tx.session.exec(select(EventBatch)).one()
        for name, value in values.items():
            setattr(row, name, value)
        tx.session.add(row)


def remove_file(sqlite_store: Store, files: EvidenceFiles) -> None:
    with sqlite_store.reading() as session:
        files.remove(session.exec(select(EventBatch)).one().digest)


@pytest.mark.parametrize(
    ("attack", "caught"),
    [
        (lambda store, files: swap(store, files, events(10, output="reject")), "files of events"),
        (lambda store, files: swap(store, files, events(10).take(list(range(9, -1, -1)))), "files of events"),
        (lambda store, files: swap(store, files, events(9)), "files of events"),
        (lambda store, files: swap(store, files, events(10)), "files of events"),  # the same rows, encoded anew
        (remove_file, "removed files"),
        (lambda store, files: edit_row(store, root="00" * 32), "found by id"),
        (lambda store, files: edit_row(store, rows=9), "found by id"),
        (lambda store, files: edit_row(store, removed_at=LATER), ""),  # the file is still there and proven
    ],
)
def test_what_was_changed_behind_the_ledger_is_caught(
    sqlite_store: Store, ledger: Ledger, files: EvidenceFiles, attack: object, caught: str
) -> None:
    record(sqlite_store, ledger, files, events(10))

    attack(sqlite_store, files)  # type: ignore[operator]

    assert verdicts(sqlite_store, files) == ([caught] if caught else [])


def test_the_particulars_of_recorded_events_cannot_be_erased(
    sqlite_store: Store, ledger: Ledger, files: EvidenceFiles
) -> None:
    record(sqlite_store, ledger, files, events(10))

    with pytest.raises(Unreadable, match="every proof of its events rests on it"), sqlite_store.transaction() as tx:
        ledger.erase(tx, 0, reason="asked for", actor=PIPELINE, at=NOON)


def test_events_of_a_span_are_read_in_order(sqlite_store: Store, ledger: Ledger, files: EvidenceFiles) -> None:
    for first in (0, 100, 200):
        record(sqlite_store, ledger, files, events(100, first=first))

    with sqlite_store.reading() as session:
        found = list(
            events_between(
                session, files, since=NOON + timedelta(seconds=95), until=NOON + timedelta(seconds=205), most=1000
            )
        )
        assert len(found) == 110
        few = list(events_between(session, files, since=NOON, until=LATER, most=150))
        assert len(few) == 150
