"""Reads of the ledger for pages: filtered and paged in the database, newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, union
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.ledger.checkpoints import Checkpoint, parse_checkpoint
from core.ledger.events import Event
from core.ledger.notes import split_note
from core.ledger.service import newest_note
from core.ledger.tables import LogEntry, LogHead, LogPayload, table_of
from core.store.paging import Page

MAX_LIMIT = 1000
COUNTED = 10_000
SHORTEST_PART = 3  # of an event's name


@dataclass(frozen=True)
class EntryRow:
    """One line of the ledger page."""

    index: int
    at: datetime
    actor: str
    role: str
    action: str
    entity_kind: str
    entity_id: str


@dataclass(frozen=True)
class EntryDetail:
    """One entry whole: `body` as stored, `payload` as canonical JSON, none when there is none or it was erased."""

    row: EntryRow
    body: str
    leaf: bytes
    payload: str | None
    erased: bool


@dataclass(frozen=True)
class LatestCheckpoint:
    """The newest checkpoint, and its signed note."""

    checkpoint: Checkpoint
    note: str


def entries(
    session: Session,
    *,
    actor: str | None = None,
    action: str | None = None,
    entity_kind: str | None = None,
    entity_id: str | None = None,
    text: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Page[EntryRow]:
    """Entries that match every filter given, the newest first; `until` is the first moment that is too late.

    `text` is looked for in events by any part, in who and about what by the beginning. `entity_id` of a model finds
    what happened to its versions too: `M0001` also finds `M0001 1.0.0`. Counting stops at 10,000 (`more`), because
    the entries of a filter are not counted anywhere; without a filter, or between two times, the total is exact.
    """
    span = _span(session, since, until)
    equal = ((LogEntry.actor, actor), (LogEntry.action, action), (LogEntry.entity_kind, entity_kind))
    wanted = [*(col(column) == value for column, value in equal if value), *_about(entity_id)]
    limit = min(limit, MAX_LIMIT)
    if not wanted and not text:
        newest = span.last - offset
        return Page(_rows(session, range(max(span.first, newest - limit), max(newest, span.first))), len(span))
    ways = [[*wanted, *way, *span.conditions()] for way in (_ways(text) if text else [[]])]
    total = session.execute(select(func.count()).select_from(_newest(ways, COUNTED + 1).subquery())).scalar_one()
    found = session.execute(_newest(ways, min(offset, COUNTED) + limit).limit(limit).offset(offset)).scalars().all()
    return Page(_rows(session, found), min(total, COUNTED), more=total > COUNTED)


@dataclass(frozen=True)
class _Span:
    """Entries from `first` up to and without `last`: as times never go back, any span of time is one of these."""

    first: int
    last: int
    size: int

    def __len__(self) -> int:
        return max(0, self.last - self.first)

    def conditions(self) -> list[ColumnElement[bool]]:
        idx = col(LogEntry.idx)
        return [*([idx >= self.first] if self.first else []), *([idx < self.last] if self.last < self.size else [])]


def _span(session: Session, since: datetime | None, until: datetime | None) -> _Span:
    size = session.exec(select(LogHead.size)).first() or 0

    def first_at(moment: datetime) -> int:
        at, idx = col(LogEntry.at), col(LogEntry.idx)
        found = session.exec(select(LogEntry.idx).where(at >= moment).order_by(at, idx).limit(1)).first()
        return size if found is None else found

    return _Span(first_at(since) if since else 0, first_at(until) if until else size, size)


def _newest(ways: Sequence[Sequence[ColumnElement[bool]]], most: int) -> Select[tuple[int]]:
    """The newest numbers of entries that match in any of these ways, of each way at most `most`.

    Each way is read from the end of one index; one condition with OR in it would sort everything that matches.
    """
    idx = col(LogEntry.idx)
    parts = [select(idx.label("idx")).where(*way).order_by(idx.desc()).limit(most).subquery() for way in ways]
    if len(parts) == 1:
        return select(parts[0].c.idx).order_by(parts[0].c.idx.desc())
    found = union(*(select(part.c.idx) for part in parts)).subquery()
    return select(found.c.idx).order_by(found.c.idx.desc())


def _rows(session: Session, indexes: Sequence[int]) -> tuple[EntryRow, ...]:
    chosen = select(LogEntry).where(col(LogEntry.idx).in_(indexes)).order_by(col(LogEntry.idx).desc())
    return tuple(_row(row) for row in session.exec(chosen)) if indexes else ()


def entry(session: Session, idx: int) -> EntryDetail:
    """One entry with its payload; raises `NotFound`."""
    stored = session.exec(select(LogEntry).where(LogEntry.idx == idx)).first()
    if stored is None:
        raise NotFound("ledger entry", idx)
    payload = session.exec(select(LogPayload).where(LogPayload.entry_id == idx)).first()
    erased = payload is not None and payload.body is None
    return EntryDetail(_row(stored), stored.body, stored.leaf, payload.body if payload else None, erased)


def latest_checkpoint(session: Session) -> LatestCheckpoint | None:
    """The newest checkpoint; none in an empty ledger."""
    note = newest_note(session)
    return None if note is None else LatestCheckpoint(parse_checkpoint(split_note(note)[0]), note)


def actors(session: Session) -> tuple[str, ...]:
    """Everyone on record, for the filter."""
    return _distinct(session, "actor")


def actions(session: Session) -> tuple[str, ...]:
    """Every action on record, for the filter."""
    return _distinct(session, "action")


def _distinct(session: Session, name: str) -> tuple[str, ...]:
    """The values of an indexed column in order, each found from the one before: DISTINCT would read every entry."""
    value = table_of(LogEntry).c[name]
    first = select(func.min(value).label("value")).cte("found", recursive=True)
    following = select(func.min(value)).where(value > first.c.value).scalar_subquery()
    found = first.union_all(select(following).where(first.c.value.is_not(None)))
    return tuple(session.execute(select(found.c.value).where(found.c.value.is_not(None))).scalars())


def _row(stored: LogEntry) -> EntryRow:
    return EntryRow(
        stored.idx, stored.at, stored.actor, stored.role, stored.action, stored.entity_kind, stored.entity_id
    )


def _about(entity_id: str | None) -> list[ColumnElement[bool]]:
    if not entity_id:
        return []
    return [col(LogEntry.entity_id if " " in entity_id else LogEntry.subject) == entity_id]


def _ways(text: str) -> Iterator[list[ColumnElement[bool]]]:
    """The ways in which an entry can match a text, each answered by one index."""
    asked, (first, _, rest) = text.strip(), text.strip().partition(" ")
    for written in sorted({first, first.upper()}):
        begins = [col(LogEntry.entity_id).istartswith(asked, autoescape=True)] if rest else []
        yield [col(LogEntry.subject) == written, *begins]
        if not rest:
            yield [col(LogEntry.actor) == written]
    yield [col(LogEntry.entity_kind) == asked.lower()]
    for event in Event:
        if len(asked) >= SHORTEST_PART and asked.lower() in event.value:
            yield [col(LogEntry.action) == event.value]
