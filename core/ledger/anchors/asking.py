"""What a log asks a witness, and what it makes of the answer (C2SP tlog-witness, the client's side)."""

import re

from sqlmodel import Session

from core.errors import GovernanceError
from core.ledger.anchors.cosignatures import Cosignature, Witness
from core.ledger.checkpoints import parse_checkpoint
from core.ledger.head import read_head
from core.ledger.merkle import consistency_spans
from core.ledger.notes import NoteRefused, split_note
from core.ledger.receipts import proof_lines
from core.ledger.tiles import StoredTree


class WitnessAhead(GovernanceError):
    """The witness has seen more entries than this store holds."""

    def __init__(self, seen: int, here: int) -> None:
        self.seen, self.here = seen, here
        super().__init__(f"The witness has seen {seen} entries, this store holds {here}")


def submission(session: Session, note: str, *, old: int) -> str:
    """The body of `add-checkpoint` for a note of this log, with the proof from `old` entries."""
    size = parse_checkpoint(split_note(note)[0]).size
    if old > size:
        raise WitnessAhead(old, size)
    tree = StoredTree(session, read_head(session).pending)
    proof = proof_lines(tree.proof(consistency_spans(old, size))) if 0 < old < size else ""
    return f"old {old}\n{proof}\n{note}"


def size_seen(said: str) -> int | None:
    """The size in an answer `409 Conflict`; none when it is not one."""
    return int(said) if re.fullmatch(r"(0|[1-9][0-9]{0,17})\n", said) else None


def cosignature(note: str, said: str, witness: Witness) -> Cosignature:
    """The verified cosignature in an answer of status 200; raises `NoteRefused`."""
    try:
        return witness.verified(note + said)
    except NoteRefused as error:
        raise NoteRefused(f"The witness' answer is no cosignature of the checkpoint: {error}") from error
