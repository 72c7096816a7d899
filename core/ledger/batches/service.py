"""Puts a file of events on record: durable file first, then one entry that carries the root over its rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from sqlalchemy import insert

from core.errors import Unreadable
from core.ledger.batches.checking import checked
from core.ledger.batches.known import known_rows, repeated_within
from core.ledger.batches.preparing import Prepared, prepared
from core.ledger.batches.rows import MOST_ROWS, SCHEMA_DIGEST
from core.ledger.batches.sealing import is_readable
from core.ledger.batches.tables import EventBatch, EventCount
from core.ledger.events import Event
from core.ledger.head import lock_head
from core.ledger.service import Actor, Entity, Ledger
from core.ledger.tables import table_of
from core.store import EvidenceFiles, Store, Transaction
from core.store.numbers import next_number
from core.store.types import instant

BATCH_KIND = "batch"


@dataclass(frozen=True)
class Batch:
    """What became of events that were handed in: the file that holds them, its ledger entry, how many are new in it,
    and how many were on record before."""

    number: str
    entry: int
    rows: int
    repeated: int
    root: bytes
    digest: str


@dataclass(frozen=True)
class Submission:
    """Events that one actor hands in, of the columns of `rows.SCHEMA`."""

    events: pa.Table
    actor: Actor


Outcome = Batch | Unreadable | None


def record_events(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    events: pa.Table,
    *,
    actor: Actor,
    at: datetime,
) -> Batch | None:
    """Record events once: those on record already are left out, and None says that all of them were.

    Raises `Unreadable` for what is no event, and for an id that is on record with other content. Nothing is recorded
    then.
    """
    submission = Submission(checked(events), actor)
    (outcome,) = record_together(store, ledger, files, [submission], at=at)
    if isinstance(outcome, Unreadable):
        raise outcome
    return outcome


def record_together(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    submissions: Sequence[Submission],
    *,
    at: datetime,
    first: Callable[[Transaction], None] | None = None,
) -> list[Outcome]:
    """Record what several handed in under one checkpoint; of each what `record_events` says, in their order.

    The tables have gone through `rows.checked`. What one actor handed in is one file; another actor's is another, so
    that every entry names who recorded. One submission that is refused leaves the others as they are, and an id that
    comes twice among them counts once. `first` is what else belongs to the act: it runs before the head is locked.
    """
    outcomes: list[Outcome] = [None] * len(submissions)
    works = [_Work(places, [submissions[place] for place in places]) for places in _together(submissions)]
    with store.transaction() as tx:
        if first is not None:
            first(tx)
        lock_head(tx.session)  # others who record wait here, so that none misses the ids of another
        for work in works:
            for place, outcome in zip(work.places, _group(tx, ledger, files, work, at=at), strict=True):
                outcomes[place] = outcome
    return outcomes


class _Work:
    """What becomes one file if nothing of it is on record; the hashing is done before anybody has to wait for it."""

    def __init__(self, places: Sequence[int], submissions: Sequence[Submission]) -> None:
        self.places, self.submissions = places, submissions
        self.events = pa.concat_tables([one.events for one in submissions]).combine_chunks()
        self.clashes = len(submissions) > 1 and repeated_within(self.events)
        self.prepared = None if self.clashes else prepared(self.events)


def _together(submissions: Sequence[Submission]) -> Iterator[list[int]]:
    """The positions of those that share a file: one actor, and no more rows than a file may have."""
    open_groups: dict[tuple[str, str], tuple[list[int], int]] = {}
    for place, one in enumerate(submissions):
        who = (one.actor.acting_as, one.actor.role_words)
        places, rows = open_groups.get(who, ([], 0))
        if rows + len(one.events) > MOST_ROWS and places:
            yield places
            places, rows = [], 0
        open_groups[who] = ([*places, place], rows + len(one.events))
    yield from (places for places, _ in open_groups.values())


def _group(tx: Transaction, ledger: Ledger, files: EvidenceFiles, work: _Work, *, at: datetime) -> list[Outcome]:
    one_by_one = work.clashes
    known = np.zeros(0, bool)
    if not one_by_one:
        try:
            known = known_rows(tx.session, files, work.events)
        except Unreadable as refused:
            if len(work.submissions) == 1:
                return [refused]
            one_by_one = True
    if one_by_one:
        alone = [_Work([0], [one]) for one in work.submissions]
        return [outcome for each in alone for outcome in _group(tx, ledger, files, each, at=at)]
    return _recorded(tx, ledger, files, work, known, at=at)


def _recorded(
    tx: Transaction, ledger: Ledger, files: EvidenceFiles, work: _Work, known: NDArray[np.bool_], *, at: datetime
) -> list[Outcome]:
    ready = work.prepared
    if ready is None or known.any():
        fresh = work.events.filter(pa.array(~known)).combine_chunks()
        ready = prepared(fresh) if len(fresh) else None
    row = _put_on_record(tx, ledger, files, ready, work.submissions[0].actor, at=at) if ready else None
    outcomes, start = list[Outcome](), 0
    for one in work.submissions:
        repeated = int(known[start : start + len(one.events)].sum())
        start, rows = start + len(one.events), len(one.events) - repeated
        done = Batch(row.number, row.entry, rows, repeated, bytes.fromhex(row.root), row.digest) if row else None
        outcomes.append(done if rows else None)
    return outcomes


def _put_on_record(
    tx: Transaction, ledger: Ledger, files: EvidenceFiles, ready: Prepared, actor: Actor, *, at: datetime
) -> EventBatch:
    stored = files.add([ready.parquet], sealing=is_readable(ready.table))
    index = files.add([ready.index], durable=False)
    number = next_number(tx.session, "B")
    entry = ledger.record(
        tx,
        Event.EVENTS_RECORDED,
        entity=Entity(BATCH_KIND, number),
        actor=actor,
        at=at,
        payload={
            "file": stored.digest,
            "first_at": ready.first_at,
            "last_at": ready.last_at,
            "root": ready.root.hex(),
            "rows": len(ready.table),
            "schema": SCHEMA_DIGEST,
        },
    )
    row = EventBatch(
        number=number,
        entry=entry.index,
        digest=stored.digest,
        root=ready.root.hex(),
        rows=len(ready.table),
        size=stored.size,
        ids=index.digest,
        first_at=instant(ready.first_at),
        last_at=instant(ready.last_at),
        recorded_by=actor.acting_as,
        recorded_at=entry.at,
    )
    tx.session.add(row)
    tx.session.flush()
    tx.session.execute(insert(table_of(EventCount)), [{**one, "batch_id": row.id} for one in ready.counts])
    return row
