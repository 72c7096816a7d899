"""Compares this store with a checkpoint that was kept outside, and holds the ledger when it does not continue it."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from core.ledger.anchors.holding import Hold, hold_of, lift_hold, put_hold
from core.ledger.anchors.keys import known_keys
from core.ledger.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from core.ledger.head import read_head
from core.ledger.notes import NoteRefused, Verifier, split_note
from core.ledger.service import Ledger, newest_note
from core.ledger.tiles import StoredTree
from core.store import Store


class Standing(StrEnum):
    """How this store stands to a checkpoint outside."""

    CONTINUES = "continues it"
    BEHIND = "is behind it"
    FORKED = "is another history"
    FOREIGN = "no checkpoint that a key of this ledger signed"


def look_outside(store: Store, ledger: Ledger, note: str, *, where: str, at: datetime) -> Standing:
    """Compare with a note that was read outside *before* this call, and hold the ledger where it is not continued.

    Read first, compare afterwards: what is outside was committed before it left, so a store that lacks it lost it.
    """
    with store.reading() as session:
        standing, outside, here = compare(session, ledger.keyring.current.verifier, note)
    if outside is not None and standing in (Standing.BEHIND, Standing.FORKED):
        forked = standing is Standing.FORKED
        put_hold(ledger.keyring.folder, Hold(where, note, outside.size, here, forked, at.isoformat()))
    return standing


def look_again(store: Store, ledger: Ledger) -> Hold | None:
    """The hold, once it was compared with the store as it is now: lifted when the store continues the checkpoint."""
    hold = hold_of(ledger.keyring.folder)
    if hold is None:
        return None
    with store.reading() as session:
        standing, *_ = compare(session, ledger.keyring.current.verifier, hold.note)
    if standing in (Standing.BEHIND, Standing.FORKED):
        return hold
    lift_hold(ledger.keyring.folder)
    return None


def compare(session: Session, current: Verifier, note: str) -> tuple[Standing, Checkpoint | None, int]:
    """How the store stands to a note, the checkpoint in it, and the number of entries under checkpoint here."""
    here = _here(session)
    outside = _ours(session, current, note)
    if outside is None:
        return Standing.FOREIGN, None, here
    if outside.size > here:
        return Standing.BEHIND, outside, here
    tree = StoredTree(session, read_head(session).pending)
    same = outside.size == 0 or tree.root(outside.size) == outside.root
    return (Standing.CONTINUES if same else Standing.FORKED), outside, here


def _here(session: Session) -> int:
    note = newest_note(session)
    return 0 if note is None else parse_checkpoint(split_note(note)[0]).size


def _ours(session: Session, current: Verifier, note: str) -> Checkpoint | None:
    for key in known_keys(session, current):
        if key.name == current.name:
            try:
                return open_checkpoint(note, key)
            except NoteRefused:
                continue
    return None
