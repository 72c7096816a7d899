"""The head row: where writers queue, and what an append needs to know of all that came before."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, select

from core.ledger.tables import LogHead, table_of
from core.ledger.tiles import Pending
from core.store.types import EPOCH

SINGLE = 1
# built once: an append is a handful of statements, and building them costs more than running them
_READ = select(LogHead.size, LogHead.frontier, LogHead.last_at, LogHead.checkpoint_digest).where(LogHead.id == SINGLE)
_LOCK = _READ.with_for_update()
_SAVE = update(table_of(LogHead)).where(table_of(LogHead).c.id == SINGLE)


@dataclass(frozen=True)
class Head:
    """The tree's open end, the last entry's time, and the digest of the newest checkpoint note."""

    pending: Pending
    last_at: datetime
    checkpoint_digest: str


def lock_head(session: Session) -> Head:
    """The head, locked until the transaction ends; made when this is the first entry of all.

    SQLite's transaction holds the only write lock already; PostgreSQL needs FOR UPDATE, or two writers fork the log.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = session.exec(_LOCK).first()
    if row is None:
        values = {"id": SINGLE, "size": 0, "frontier": b"", "last_at": EPOCH, "checkpoint_digest": ""}
        session.execute(insert(LogHead).values(values).on_conflict_do_nothing())
        row = session.exec(_LOCK).one()
    return _head(*row)


def read_head(session: Session) -> Head:
    """The head as this transaction sees it."""
    row = session.exec(_READ).first()
    return Head(Pending(), EPOCH, "") if row is None else _head(*row)


def save_head(session: Session, head: Head) -> None:
    """Write the head that `lock_head` locked."""
    values = {
        "size": head.pending.size,
        "frontier": head.pending.to_bytes(),
        "last_at": head.last_at,
        "checkpoint_digest": head.checkpoint_digest,
    }
    session.execute(_SAVE, values)


def _head(size: int, frontier: bytes, last_at: datetime, checkpoint_digest: str) -> Head:
    return Head(Pending.parse(size, frontier), last_at, checkpoint_digest)
