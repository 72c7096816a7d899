"""Reads of the ledger for pages: filtered and paged in the database, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.ledger.checkpoints import Checkpoint, parse_checkpoint
from core.ledger.notes import split_note
from core.ledger.service import newest_note
from core.ledger.tables import LogEntry, LogPayload
from core.store.paging import Page

MAX_LIMIT = 1000


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
    """Entries newest first; `text` is looked for in actor, action and entity, `until` is exclusive.

    `entity_id` also finds what belongs to it: `M0001` finds `M0001 1.0.0`.
    """
    wanted = [
        *_equal(((LogEntry.actor, actor), (LogEntry.action, action), (LogEntry.entity_kind, entity_kind))),
        *_about(session, entity_id),
        *_like(text),
        *_between(since, until),
    ]
    total = session.exec(select(func.count()).select_from(LogEntry).where(*wanted)).one()
    newest_first = select(LogEntry).where(*wanted).order_by(col(LogEntry.idx).desc())
    rows = session.exec(newest_first.limit(min(limit, MAX_LIMIT)).offset(offset)).all()
    return Page(tuple(_row(row) for row in rows), total)


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
    return tuple(session.exec(select(LogEntry.actor).distinct().order_by(LogEntry.actor)).all())


def actions(session: Session) -> tuple[str, ...]:
    """Every action on record, for the filter."""
    return tuple(session.exec(select(LogEntry.action).distinct().order_by(LogEntry.action)).all())


def _row(stored: LogEntry) -> EntryRow:
    return EntryRow(
        stored.idx, stored.at, stored.actor, stored.role, stored.action, stored.entity_kind, stored.entity_id
    )


def _equal(pairs: Iterable[tuple[str, str | None]]) -> list[ColumnElement[bool]]:
    return [col(column) == value for column, value in pairs if value]


def _about(session: Session, entity_id: str | None) -> list[ColumnElement[bool]]:
    if not entity_id:
        return []
    column, bytewise = col(LogEntry.entity_id), "C" if session.get_bind().dialect.name == "postgresql" else "BINARY"
    ordered = column.collate(bytewise)  # a range, as LIKE cannot use the index on SQLite; "!" follows the space
    return [or_(column == entity_id, and_(ordered >= f"{entity_id} ", ordered < f"{entity_id}!"))]


def _like(text: str | None) -> list[ColumnElement[bool]]:
    if not text:
        return []
    columns = (LogEntry.actor, LogEntry.action, LogEntry.entity_kind, LogEntry.entity_id)
    return [or_(*(col(column).icontains(text, autoescape=True) for column in columns))]


def _between(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    at = col(LogEntry.at)
    return [*([at >= since] if since else []), *([at < until] if until else [])]
