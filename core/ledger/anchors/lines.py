"""Checkpoints with what witnesses and authorities added to them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.ledger.anchors.tables import LogAnchor, Outside
from core.ledger.tables import LogCheckpoint


@dataclass(frozen=True)
class Stamped:
    """A checkpoint note with a time stamp token over it."""

    size: int
    note: str
    token: bytes
    at: datetime


def cosigned(session: Session, size: int, note: str) -> str:
    """The note of a checkpoint with the cosignature lines that came back for it."""
    lines = session.exec(
        select(LogAnchor.line)
        .where(LogAnchor.size == size, LogAnchor.kind == Outside.WITNESS)
        .order_by(col(LogAnchor.id))
    ).all()
    return note + "".join(lines)


def newest_cosigned(session: Session, *, most: int) -> tuple[int, str] | None:
    """Size and note of the newest checkpoint of at most `most` entries that a witness cosigned."""
    sizes = select(LogAnchor.size).where(LogAnchor.kind == Outside.WITNESS, LogAnchor.size <= most)
    size = session.exec(sizes.order_by(col(LogAnchor.size).desc()).limit(1)).first()
    if size is None:
        return None
    note = session.exec(select(LogCheckpoint.note).where(LogCheckpoint.size == size)).first()
    return None if note is None else (size, cosigned(session, size, note))


def newest_stamped(session: Session, *, most: int) -> Stamped | None:
    """The newest checkpoint of at most `most` entries that an authority stamped."""
    found = session.exec(
        select(LogAnchor.size, LogAnchor.at)
        .where(LogAnchor.kind == Outside.AUTHORITY, LogAnchor.size <= most)
        .order_by(col(LogAnchor.size).desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    row = session.exec(
        select(LogCheckpoint.note, LogCheckpoint.timestamp_token).where(LogCheckpoint.size == found[0])
    ).first()
    return None if row is None or row[1] is None else Stamped(found[0], row[0], row[1], found[1])
