"""Which key signed which checkpoints: a table that the ledger's own entries prove."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlmodel import Session, col
from sqlmodel import select as choose

from core.ledger.anchors.tables import LogKey
from core.ledger.events import Event
from core.ledger.notes import NoteRefused, Verifier
from core.ledger.tables import LogCheckpoint, LogEntry, table_of

KIND = "ledger key"
_KEYS = table_of(LogKey)
_AFTER = select(_KEYS.c.vkey).order_by(_KEYS.c.size.desc()).limit(1)
HANDED_OVER = (Event.LEDGER_KEY_ROTATED, Event.LEDGER_KEY_REPLACED, Event.LEDGER_RESUMED)


@dataclass(frozen=True)
class KeyRow:
    """One key of this ledger, and after how many entries it began to sign."""

    vkey: str
    after: int
    since: datetime


@dataclass(frozen=True)
class HandOver:
    """The entry that names a new key and the former one, and the note that the former key signed over it."""

    index: int
    event: Event
    new: Verifier
    former: Verifier
    body: str
    note: str

    def signed_by_former(self) -> bool:
        """Whether the note over this entry is signed by the key that it takes over from."""
        try:
            self.former.open(self.note)
        except NoteRefused:
            return False
        return True


def key_after(session: Session, size: int) -> str | None:
    """The key that signs a checkpoint of `size` entries; none while the first key was never replaced."""
    return session.execute(_AFTER.where(_KEYS.c.size < size)).scalar()


def put_key(session: Session, *, size: int, vkey: str, former: str, at: datetime) -> None:
    """Let `vkey` sign every checkpoint of more than `size` entries."""
    if key_after(session, size + 1) is None:
        session.execute(insert(_KEYS), {"size": 0, "vkey": former, "since": at})
    session.execute(insert(_KEYS), {"size": size, "vkey": vkey, "since": at})


def keys_in_order(session: Session) -> tuple[KeyRow, ...]:
    """Every key of this ledger, the first one first; empty while there was only one."""
    rows = session.exec(choose(LogKey).order_by(col(LogKey.size)))
    return tuple(KeyRow(row.vkey, row.size, row.since) for row in rows)


def hand_overs(session: Session) -> Iterator[HandOver]:
    """Every entry that names a new key, the oldest first; raises `NoteRefused` for one that does not read as such."""
    entries = choose(LogEntry.idx, LogEntry.body, LogEntry.action, LogEntry.entity_id)
    wanted = col(LogEntry.action).in_([event.value for event in HANDED_OVER])
    for index, body, action, named in session.exec(entries.where(wanted).order_by(col(LogEntry.idx))).all():
        note = session.exec(choose(LogCheckpoint.note).where(LogCheckpoint.size == index + 1)).first() or ""
        yield read_hand_over(index, action, named, body, note)


def read_hand_over(index: int, action: str, named: str, body: str, note: str) -> HandOver:
    """An entry whose entity names the new key and the former one; raises `NoteRefused`."""
    new, _, former = named.partition(" ")
    return HandOver(index, Event(action), Verifier.parse(new), Verifier.parse(former), body, note)


def followed(overs: Sequence[HandOver], pinned: Verifier) -> tuple[Verifier, tuple[int, ...]]:
    """The key that a pinned one leads to, and the entries that handed over.

    Only a rotation is followed, and only where the key trusted so far signed the note over it: a compromised key
    proves nothing, and a log that was resumed after a loss is another log.
    """
    current, through = pinned, []
    for one in overs:
        if one.event is Event.LEDGER_KEY_ROTATED and one.former == current and one.signed_by_former():
            current = one.new
            through.append(one.index)
    return current, tuple(through)


def former_keys(overs: Sequence[HandOver], current: Verifier) -> tuple[Verifier, ...]:
    """The keys before this one, newest first, as far as each signed the entry that handed over to the next."""
    found = [current]
    for one in reversed(overs):
        if one.event is Event.LEDGER_KEY_ROTATED and one.new == found[-1] and one.signed_by_former():
            found.append(one.former)
    return tuple(found[1:])


def known_keys(session: Session, current: Verifier) -> tuple[Verifier, ...]:
    """The keys whose signature under a checkpoint of this log is ours: the one in use, and those before it."""
    return (current, *(Verifier.parse(row.vkey) for row in keys_in_order(session)))
