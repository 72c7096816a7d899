"""The ledger's rows as raw bytes in order, a few thousand at a time, for whoever recomputes everything from them."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import LargeBinary, cast, func, select
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col

from core.ledger.tables import LogCheckpoint, LogEntry, LogPayload, LogTile

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry's row, unjudged."""

    index: int
    body: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A checkpoint's row, unjudged."""

    size: int
    note: bytes


@dataclass(frozen=True, slots=True)
class StoredPayload:
    """A payload's row, unjudged."""

    index: int
    salt: bytes | None
    body: bytes | None


def entries(session: Session) -> Iterator[StoredEntry]:
    statement = select(col(LogEntry.idx), _raw(session, col(LogEntry.body)), col(LogEntry.leaf)).order_by(
        col(LogEntry.idx)
    )
    for index, body, leaf in session.execute(statement.execution_options(yield_per=CHUNK)):
        yield StoredEntry(index, body, leaf)


def notes(session: Session) -> Iterator[StoredNote]:
    statement = select(col(LogCheckpoint.size), _raw(session, col(LogCheckpoint.note))).order_by(
        col(LogCheckpoint.size)
    )
    for size, note in session.execute(statement.execution_options(yield_per=CHUNK)):
        yield StoredNote(size, note)


def payloads(session: Session) -> Iterator[StoredPayload]:
    statement = select(col(LogPayload.entry_id), col(LogPayload.salt), _raw(session, col(LogPayload.body))).order_by(
        col(LogPayload.entry_id)
    )
    for index, salt, body in session.execute(statement.execution_options(yield_per=CHUNK)):
        yield StoredPayload(index, salt, body)


def tiles(session: Session) -> Iterator[tuple[int, int, bytes]]:
    """Level, position and hashes, in the order of level and position."""
    columns = (col(LogTile.level), col(LogTile.idx), col(LogTile.hashes))
    statement = select(*columns).order_by(*columns[:2])
    rows = session.execute(statement.execution_options(yield_per=CHUNK))
    yield from ((level, idx, hashes) for level, idx, hashes in rows)


def _raw(session: Session, text: Mapped[str] | Mapped[str | None]) -> ColumnElement[bytes]:
    """Text as its bytes: a flipped bit can leave text that is no text any more."""
    if session.get_bind().dialect.name == "postgresql":
        return func.convert_to(text, "UTF8", type_=LargeBinary)
    return cast(text, LargeBinary)
