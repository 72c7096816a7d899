"""Reads of recorded events: the files, and one event with its proof."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, func, select

from core.errors import NotFound
from core.ledger.batches import ids
from core.ledger.batches.inputs import day_of, event_key, input_key
from core.ledger.batches.proofs import EventProof
from core.ledger.batches.rows import bodies, leaf_inputs
from core.ledger.batches.tables import EventBatch
from core.ledger.batches.tree import leaves_of, proof_of
from core.ledger.extract import parts
from core.store import EvidenceFiles
from core.store.paging import Page


@dataclass(frozen=True)
class BatchRow:
    """A file of events as pages list it."""

    number: str
    entry: int
    rows: int
    size: int
    first_at: datetime
    last_at: datetime
    recorded_by: str
    recorded_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True)
class FoundEvent:
    """Where an event stands: its file, its line there from 0, and its canonical JSON."""

    batch: EventBatch
    line: int
    body: bytes


def batches(
    session: Session,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Page[BatchRow]:
    """Files that hold events of this span of time, the newest first."""
    wanted = []
    if since:
        wanted.append(col(EventBatch.last_at) >= since)
    if until:
        wanted.append(col(EventBatch.first_at) < until)
    total = session.exec(select(func.count()).select_from(EventBatch).where(*wanted)).one()
    rows = session.exec(
        select(EventBatch).where(*wanted).order_by(col(EventBatch.id).desc()).limit(limit).offset(offset)
    ).all()
    return Page(
        tuple(
            BatchRow(
                row.number,
                row.entry,
                row.rows,
                row.size,
                row.first_at,
                row.last_at,
                row.recorded_by,
                row.recorded_at,
                row.removed_at,
            )
            for row in rows
        ),
        total,
    )


def find_event(session: Session, files: EvidenceFiles, event_id: str) -> FoundEvent:
    """The event of this id; raises `NotFound`, also for one that retention removed."""
    wanted = ids.hashes_of([event_id])
    for batch in session.exec(
        select(EventBatch).where(col(EventBatch.removed_at).is_(None)).order_by(col(EventBatch.id).desc())
    ):
        if not ids.may_hold(files.path(batch.ids), wanted)[0]:
            continue
        column = pq.read_table(files.path(batch.digest), columns=["id"]).column("id")
        line = pc.index(column, pa.scalar(event_id)).as_py()
        if line >= 0:
            table = pq.read_table(files.path(batch.digest))
            return FoundEvent(batch, line, bodies(table.slice(line, 1))[0])
    raise NotFound("event", event_id)


def event_proof(session: Session, files: EvidenceFiles, event_id: str, *, vkey: str) -> EventProof:
    """The proof that this event is on record, for whoever has the verifier key; raises `NotFound`."""
    found = find_event(session, files, event_id)
    leaves = leaves_of(leaf_inputs(pq.read_table(files.path(found.batch.digest))))
    taken = parts(session, [found.batch.entry], vkey=vkey)
    (entry,) = taken.entries
    key = input_key(session, day_of(orjson.loads(found.body)["at"]))
    return EventProof(
        event=found.body.decode(),
        line=found.line,
        rows=found.batch.rows,
        path=proof_of(leaves, found.line),
        payload=entry.payload,
        salt=entry.salt,
        entry=entry.body,
        receipt=taken.proofs[found.batch.entry],
        input_key=event_key(key, event_id).hex() if key and _committed(found.body) else "",
    )


def _committed(body: bytes) -> bool:
    return bool(orjson.loads(body)["form"] == "commitment")


def events_between(
    session: Session, files: EvidenceFiles, *, since: datetime, until: datetime, most: int
) -> Iterator[bytes]:
    """The canonical JSON of events of this span in the order of their files, at most so many."""
    given = 0
    first, last = int(since.timestamp() * 1_000_000), int(until.timestamp() * 1_000_000)
    for batch in session.exec(
        select(EventBatch)
        .where(col(EventBatch.last_at) >= since, col(EventBatch.first_at) < until, col(EventBatch.removed_at).is_(None))
        .order_by(col(EventBatch.id))
    ):
        table = pq.read_table(files.path(batch.digest))
        times = table.column("at").to_numpy()
        table = table.filter(pa.array(np.logical_and(times >= first, times < last))).slice(0, most - given)
        given += len(table)
        yield from bodies(table)
        if given >= most:
            return
