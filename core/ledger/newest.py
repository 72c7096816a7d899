"""What a receipt needs beside the tiles: the newest checkpoint's note, its cosignatures, and the tree's open end."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlmodel import Session

from core.ledger.anchors.tables import LogAnchor, Outside
from core.ledger.checkpoints import parse_checkpoint
from core.ledger.notes import split_note
from core.ledger.tables import LogCheckpoint, LogHead, table_of
from core.ledger.tiles import Pending

_HEAD, _ANCHOR, _NOTE = table_of(LogHead).c, table_of(LogAnchor).c, table_of(LogCheckpoint).c
_LAST = select(_NOTE.size, _NOTE.note).order_by(_NOTE.size.desc()).limit(1).subquery().c
_COSIGNS = and_(_ANCHOR.size == _LAST.size, _ANCHOR.kind == Outside.WITNESS)
# one statement: on a new connection each costs more than reading the tiles does
_NEWEST = (
    select(_LAST.note, _HEAD.size, _HEAD.frontier, _ANCHOR.line)
    .select_from(table_of(LogHead).join(_LAST.size.table, _LAST.size > 0).outerjoin(table_of(LogAnchor), _COSIGNS))
    .order_by(_ANCHOR.id)
)


@dataclass(frozen=True)
class Newest:
    """The newest checkpoint: its size, its note with the cosignature lines that came back, and the open end by now."""

    size: int
    note: str
    pending: Pending


def newest(session: Session) -> Newest | None:
    """As this statement sees the log; None in an empty one."""
    rows = session.connection().execute(_NEWEST).all()
    if not rows:
        return None
    note, size, frontier, _ = rows[0]
    lines = "".join(line for *_, line in rows if line is not None)
    return Newest(parse_checkpoint(split_note(note)[0]).size, note + lines, Pending.parse(size, frontier))
