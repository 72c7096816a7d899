"""The ledger's rows as raw bytes in order, a few thousand at a time, for whoever recomputes everything from them."""

from collections.abc import Iterator, Sequence
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


def tiles(session: Session, level: int) -> Iterator[tuple[int, bytes]]:
    """Position and hashes of the tiles of a level, in order."""
    statement = select(col(LogTile.idx), col(LogTile.hashes)).where(col(LogTile.level) == level)
    rows = session.execute(statement.order_by(col(LogTile.idx)).execution_options(yield_per=CHUNK))
    yield from ((idx, hashes) for idx, hashes in rows)


def tile_levels(session: Session) -> Sequence[int]:
    """The levels of which tiles are stored, lowest first; each is found from the one before it."""
    level, found = col(LogTile.level), list[int]()
    lowest = select(func.min(level))
    while (following := session.execute(lowest.where(level > found[-1]) if found else lowest).scalar()) is not None:
        found.append(following)
    return found


def _raw(session: Session, text: Mapped[str] | Mapped[str | None]) -> ColumnElement[bytes]:
    """Text as its bytes: a flipped bit can leave text that is no text any more."""
    if session.get_bind().dialect.name == "postgresql":
        return func.convert_to(text, "UTF8", type_=LargeBinary)
    return cast(text, LargeBinary)
