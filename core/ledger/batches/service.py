"""Puts a file of events on record: durable file first, then one entry that carries the root over its rows."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, select

from core.errors import Problem, Unreadable
from core.ledger.batches import ids
from core.ledger.batches.rows import MOST_PROBLEMS, SCHEMA_DIGEST, bodies, checked, leaf_inputs
from core.ledger.batches.tables import EventBatch
from core.ledger.batches.tree import leaves_of, root_of
from core.ledger.events import Event
from core.ledger.head import lock_head
from core.ledger.service import Actor, Entity, Ledger
from core.store import EvidenceFiles, Store, Transaction
from core.store.numbers import next_number
from core.store.types import instant

BATCH_KIND = "batch"


@dataclass(frozen=True)
class Batch:
    """A file of events on record: its number, ledger entry, rows, and how many of those handed in were known."""

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
    store: Store, ledger: Ledger, files: EvidenceFiles, submissions: Sequence[Submission], *, at: datetime
) -> list[Batch | Unreadable | None]:
    """Record what several handed in under one checkpoint; of each what `record_events` says, in their order.

    The tables have gone through `rows.checked`. One that is refused leaves the others as they are. An id that comes
    twice among them counts once, and each of them is a file of its own, so that every entry names who recorded.
    """
    outcomes: list[Batch | Unreadable | None] = []
    with store.transaction() as tx:
        lock_head(tx.session)  # others who record wait here, so that none misses the ids of another
        for one in submissions:
            try:
                fresh = _without_known(tx.session, files, one.events)
            except Unreadable as refused:
                outcomes.append(refused)
                continue
            repeated = one.events.num_rows - fresh.num_rows
            outcomes.append(_recorded(tx, ledger, files, fresh, repeated, one, at=at) if fresh.num_rows else None)
    return outcomes


def _recorded(
    tx: Transaction,
    ledger: Ledger,
    files: EvidenceFiles,
    table: pa.Table,
    repeated: int,
    submission: Submission,
    *,
    at: datetime,
) -> Batch:
    actor = submission.actor
    root = root_of(leaves_of(leaf_inputs(table)))
    stored = files.add([_parquet(table)])
    index = files.add([ids.written(ids.hashes_of(ids.ids_in(table)))])
    span = pc.min_max(table.column("at")).as_py()
    number = next_number(tx.session, "B")
    entry = ledger.record(
        tx,
        Event.EVENTS_RECORDED,
        entity=Entity(BATCH_KIND, number),
        actor=actor,
        at=at,
        payload={
            "file": stored.digest,
            "first_at": span["min"],
            "last_at": span["max"],
            "root": root.hex(),
            "rows": table.num_rows,
            "schema": SCHEMA_DIGEST,
        },
    )
    tx.session.add(
        EventBatch(
            number=number,
            entry=entry.index,
            digest=stored.digest,
            root=root.hex(),
            rows=table.num_rows,
            size=stored.size,
            ids=index.digest,
            first_at=instant(span["min"]),
            last_at=instant(span["max"]),
            recorded_by=actor.acting_as,
            recorded_at=entry.at,
        )
    )
    tx.session.flush()
    return Batch(number, entry.index, table.num_rows, repeated, root, stored.digest)


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=len(table))
    return sink.getvalue()


def _without_known(session: Session, files: EvidenceFiles, table: pa.Table) -> pa.Table:
    """The table without events that are on record; raises `Unreadable` where one stands there otherwise.

    An event keeps its time, so only files whose times overlap can hold it.
    """
    span = pc.min_max(table.column("at")).as_py()
    around = session.exec(
        select(EventBatch).where(
            col(EventBatch.last_at) >= instant(span["min"]),
            col(EventBatch.first_at) <= instant(span["max"]),
            col(EventBatch.removed_at).is_(None),
        )
    ).all()
    if not around:
        return table
    wanted = ids.hashes_of(ids.ids_in(table))
    known = np.zeros(len(table), dtype=bool)
    for batch in around:
        maybe = np.flatnonzero(ids.may_hold(files.path(batch.ids), wanted))
        if maybe.size:
            known[_same(files, batch, table, maybe.tolist())] = True
    return table.filter(pa.array(~known)) if known.any() else table


def _same(files: EvidenceFiles, batch: EventBatch, table: pa.Table, lines: Sequence[int]) -> list[int]:
    """The lines whose event stands in this file in the same words; raises `Unreadable` where the words differ."""
    asked = table.take(pa.array(lines))
    there = pq.read_table(files.path(batch.digest), filters=pc.field("id").isin(asked.column("id")))
    stored = dict(zip(ids.ids_in(there), bodies(there), strict=True))
    same, problems = list[int](), list[Problem]()
    for line, identity, body in zip(lines, ids.ids_in(asked), bodies(asked), strict=True):
        if identity not in stored:  # another id of the same hash
            continue
        if stored[identity] == body:
            same.append(line)
        else:
            found = f"{identity}, in {batch.number}"
            problems.append(Problem("id is on record with other content", column="id", line=line + 1, found=found))
    if problems:
        raise Unreadable(problems[:MOST_PROBLEMS])
    return same
