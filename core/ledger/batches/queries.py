"""Reads of recorded events: the files, what they hold, and one event with its proof."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, func, select

from core.errors import NotFound
from core.ledger.batches.inputs import day_of, event_key, input_key
from core.ledger.batches.places import FoundEvent, find_event
from core.ledger.batches.proofs import EventProof
from core.ledger.batches.rows import InputForm
from core.ledger.batches.sealing import read_rows
from core.ledger.batches.tables import EventBatch, EventCount, EventErasure
from core.ledger.batches.writing import bodies
from core.ledger.extract import one_entry
from core.store import EvidenceFiles
from core.store.paging import Page
from core.store.types import EPOCH

__all__ = ["BatchFilter", "BatchRow", "FoundEvent", "batch_by_number", "batches", "event_proof", "find_event"]


@dataclass(frozen=True)
class BatchFilter:
    """Which events are meant; empty words mean any. `until` is the first day that is too late."""

    kind: str = ""
    model: str = ""
    role: str = ""
    since: date | None = None
    until: date | None = None


ANY = BatchFilter()


@dataclass(frozen=True)
class BatchRow:
    """A file of events as pages list it; `holds` are its kinds and models, those with the most events first."""

    number: str
    entry: int
    rows: int
    size: int
    digest: str
    first_at: datetime
    last_at: datetime
    recorded_by: str
    recorded_at: datetime
    removed_at: datetime | None
    kinds: tuple[str, ...]
    models: tuple[str, ...]
    erased: int


@dataclass(frozen=True)
class Volume:
    """How many events of one kind a day had."""

    day: date
    kind: str
    rows: int


@dataclass(frozen=True)
class Choices:
    """What the files hold, to choose from."""

    models: tuple[str, ...]
    roles: tuple[str, ...]


def batches(session: Session, wanted: BatchFilter = ANY, *, limit: int = 50, offset: int = 0) -> Page[BatchRow]:
    """Files that hold such events, the newest first."""
    some = [exists().where(col(EventCount.batch_id) == col(EventBatch.id), *_conditions(wanted))]
    chosen = [] if wanted == ANY else some
    total = session.exec(select(func.count()).select_from(EventBatch).where(*chosen)).one()
    newest = select(EventBatch).where(*chosen).order_by(col(EventBatch.id).desc()).limit(limit).offset(offset)
    rows = session.exec(newest).all()
    return Page(tuple(_listed(session, rows)), total)


def volume(session: Session, wanted: BatchFilter = ANY) -> tuple[Volume, ...]:
    """Such events by day and kind, the earliest first, whether their files are still kept or not."""
    day, kind = col(EventCount.day), col(EventCount.kind)
    counted = select(day, kind, func.sum(col(EventCount.rows))).where(*_conditions(wanted))
    rows = session.exec(counted.group_by(day, kind).order_by(day, kind)).all()
    return tuple(Volume((EPOCH + timedelta(days=number)).date(), word, int(rows)) for number, word, rows in rows)


def choices(session: Session, *, most: int = 500) -> Choices:
    """The models and roles that events on record name."""

    def values(column: str) -> tuple[str, ...]:
        named = getattr(EventCount, column)
        return tuple(session.exec(select(named).where(named != "").distinct().order_by(named).limit(most)).all())

    return Choices(values("model"), values("role"))


def batch_by_number(session: Session, number: str) -> EventBatch:
    """The file of this number; raises `NotFound`."""
    row = session.exec(select(EventBatch).where(EventBatch.number == number)).first()
    if row is None:
        raise NotFound("batch of events", number)
    return row


def erased_in(session: Session, batch: EventBatch) -> int:
    """How many events of a file were erased."""
    counted = select(func.count()).select_from(EventErasure).where(EventErasure.batch_id == batch.id)
    return session.exec(counted).one()


def event_proof(session: Session, files: EvidenceFiles, event_id: str) -> EventProof:
    """The proof that this event is on record, for whoever has the verifier key; raises `NotFound`."""
    return proof_of_found(session, find_event(session, files, event_id))


def proof_of_found(session: Session, found: FoundEvent) -> EventProof:
    """As `event_proof`; raises `NotFound` for an event whose particulars were erased."""
    event = orjson.loads(found.body)
    if found.erased:
        raise NotFound("proof of the erased event", event["id"])
    entry, receipt = one_entry(session, found.batch.entry)
    return EventProof(
        event=found.body.decode(),
        line=found.line,
        rows=found.batch.rows,
        path=found.path,
        payload=entry.payload,
        salt=entry.salt,
        entry=entry.body,
        receipt=receipt,
        input_key=key_to(session, event),
    )


def key_to(session: Session, event: dict[str, object]) -> str:
    """The key that opens this event's commitment, in hexadecimal; empty where there is none or it was destroyed."""
    if event["form"] != InputForm.COMMITMENT.value or not isinstance(event["at"], int):
        return ""
    key = input_key(session, day_of(event["at"]))
    return event_key(key, str(event["id"])).hex() if key else ""


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
        table = read_rows(files, batch.digest)
        times = table.column("at").to_numpy()
        table = table.filter(pa.array(np.logical_and(times >= first, times < last))).slice(0, most - given)
        given += len(table)
        yield from bodies(table)
        if given >= most:
            return


def _conditions(wanted: BatchFilter) -> list[ColumnElement[bool]]:
    equal = ((EventCount.kind, wanted.kind), (EventCount.model, wanted.model), (EventCount.role, wanted.role))
    day = col(EventCount.day)
    return [
        *(col(column) == value for column, value in equal if value),
        *([day >= (wanted.since - EPOCH.date()).days] if wanted.since else []),
        *([day < (wanted.until - EPOCH.date()).days] if wanted.until else []),
    ]


def _listed(session: Session, rows: Sequence[EventBatch]) -> Iterator[BatchRow]:
    ids = [row.id for row in rows]
    held = session.exec(
        select(EventCount.batch_id, EventCount.kind, EventCount.model, func.sum(col(EventCount.rows)).label("held"))
        .where(col(EventCount.batch_id).in_(ids))
        .group_by(col(EventCount.batch_id), col(EventCount.kind), col(EventCount.model))
        .order_by(func.sum(col(EventCount.rows)).desc(), col(EventCount.kind), col(EventCount.model))
    ).all()
    gone = select(EventErasure.batch_id, func.count()).where(col(EventErasure.batch_id).in_(ids))
    erased = dict(session.exec(gone.group_by(col(EventErasure.batch_id))).all())
    for row in rows:
        mine = [(kind, model) for batch, kind, model, _ in held if batch == row.id]
        yield BatchRow(
            row.number,
            row.entry,
            row.rows,
            row.size,
            row.digest,
            row.first_at,
            row.last_at,
            row.recorded_by,
            row.recorded_at,
            row.removed_at,
            tuple(dict.fromkeys(kind for kind, _ in mine)),
            tuple(dict.fromkeys(model for _, model in mine if model)),
            erased.get(row.id or 0, 0),
        )
