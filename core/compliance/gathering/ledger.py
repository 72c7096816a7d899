"""Verifies the ledger: all of it now and then, and in between what came since the checkpoint that was verified last.

An incremental verification takes the root that a full one computed, recomputes it from the stored tree, and goes on
from there: order, canonical form, leaves, times, quoted checkpoints and payloads of every later entry, and the signed
root over all. What it does not read again are the bodies and payloads of entries that a full verification has read;
the next full one does.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from core.compliance.gathering.operation import LEDGER
from core.compliance.gathering.values import Read, Reading
from core.compliance.rules import LedgerOutcome
from core.ledger.canonical import NotCanonical
from core.ledger.checkpoints import Checkpoint, open_checkpoint
from core.ledger.envelope import Envelope, commitment, parse_envelope
from core.ledger.head import Head, read_head
from core.ledger.merkle import Frontier, leaf_hash
from core.ledger.notes import NoteRefused, Verifier
from core.ledger.service import newest_note
from core.ledger.tables import LogCheckpoint, LogEntry, LogPayload
from core.ledger.tiles import StoredTree
from core.ledger.verify import verify_store
from core.store.types import EPOCH

CHUNK = 5_000
FIRST = 5  # faults that are said


def verified(session: Session, reading: Reading) -> Read[LedgerOutcome]:
    """The outcome with how much was read and how long it took; a full one where the settings or the record ask it."""
    began = reading.clock()
    base = _base(reading, read_head(session))
    if base is None:
        report = verify_store(session, reading.vkey)
        faults = tuple(f"step {step.number}, {step.name}: {step.detail}" for step in report.failures)
        size, new, full_at = report.size, report.size, reading.at.isoformat()
    else:
        faults, size = _onward(session, reading.vkey, base)
        new, full_at = size - base.size, str(reading.earlier["full_at"])
    seconds = (reading.clock() - began) / timedelta(seconds=1)
    how = "all entries" if base is None else f"{new} entries since the checkpoint of {base.size}"
    figures: dict[str, object] = {"seconds": f"{seconds:.2f}"}
    if not faults:
        figures |= {"size": size, "root": _root(session, size).hex(), "full_at": full_at}
    fact = LedgerOutcome(LEDGER, not faults, "; ".join(faults[:FIRST]))
    said = f"{how} in {seconds:.2f} s; the ledger has {size}"
    return Read((fact,), examined=new, figures=figures, said=said, digest=str(figures.get("root", "")))  # type: ignore[arg-type]  # JSON


@dataclass(frozen=True)
class _Base:
    size: int
    root: bytes


def _base(reading: Reading, head: Head) -> _Base | None:
    """From where on is verified; nothing where all of it is due, or where the last verification failed."""
    known = reading.earlier
    if head.pending.size <= reading.parameters["full_below"] or "root" not in known:
        return None
    if datetime.fromisoformat(str(known["full_at"])) + timedelta(days=reading.parameters["full_days"]) <= reading.at:
        return None
    return _Base(int(str(known["size"])), bytes.fromhex(str(known["root"])))


def _root(session: Session, size: int) -> bytes:
    return StoredTree(session, read_head(session).pending).root(size) if size else Frontier().root()


def _onward(session: Session, vkey: str, base: _Base) -> tuple[tuple[str, ...], int]:
    """The faults in words, and how many entries there are."""
    head = read_head(session)
    if head.pending.size < base.size:
        return (
            f"the ledger has {head.pending.size} entries, fewer than the {base.size} that were verified",
        ), base.size
    tree = StoredTree(session, head.pending)
    try:
        roots = tree.proof(_subtrees(base.size))
    except ValueError as error:
        return (str(error),), base.size
    frontier = Frontier.of(base.size, roots)
    if frontier.root() != base.root:
        return (f"the first {base.size} entries are not those that were verified",), base.size
    walk = _Walk(frontier, base.size)
    walk.through(session)
    walk.judge(head, _newest(session, vkey, walk))
    return tuple(walk.faults), walk.size


def _subtrees(size: int) -> list[tuple[int, int]]:
    """The complete subtrees of a tree, largest first, as spans of leaves."""
    spans, start = [], 0
    while start < size:
        width = 1 << (size - start).bit_length() - 1
        spans.append((start, start + width))
        start += width
    return spans


def _newest(session: Session, vkey: str, walk: "_Walk") -> Checkpoint | None:
    note = newest_note(session)
    try:
        return open_checkpoint(note or "", Verifier.parse(vkey))
    except NoteRefused as error:
        walk.faults.append(f"checkpoint: {error}")
        return None


@dataclass
class _Walk:
    """One pass over the entries after `size`."""

    frontier: Frontier
    size: int
    faults: list[str] = field(default_factory=list)
    last_at: datetime = EPOCH

    def through(self, session: Session) -> None:
        first = self.size
        notes = {
            size: hashlib.sha256(note.encode()).hexdigest()
            for size, note in session.execute(
                select(col(LogCheckpoint.size), col(LogCheckpoint.note)).where(col(LogCheckpoint.size) >= first)
            )
        }
        query = (
            select(
                col(LogEntry.idx), col(LogEntry.body), col(LogEntry.leaf), col(LogPayload.salt), col(LogPayload.body)
            )
            .outerjoin(LogPayload, col(LogPayload.entry_id) == col(LogEntry.idx))
            .where(col(LogEntry.idx) >= first)
            .order_by(col(LogEntry.idx))
        )
        quoted = notes.get(first)
        for index, body, leaf, salt, payload in session.execute(query.execution_options(yield_per=CHUNK)):
            quoted = notes.get(index, quoted)
            envelope = self._entry(index, body.encode(), leaf, quoted)
            if envelope is not None:
                self._payload(index, envelope, salt, payload)

    def judge(self, head: Head, signed: Checkpoint | None) -> None:
        """The signed root is the one that was recomputed, and head and tree say the same."""
        if signed is None:
            return
        if signed.size != self.size:
            self.faults.append(f"the newest checkpoint is of {signed.size} entries, and there are {self.size}")
        elif signed.root != self.frontier.root():
            self.faults.append(f"the {self.size} entries are not those that were signed")
        if (head.pending.size, head.pending.root()) != (self.size, self.frontier.root()):
            self.faults.append("the head does not follow from the entries")

    def _entry(self, index: int, body: bytes, leaf: bytes, quoted: str | None) -> Envelope | None:
        if index != self.size:
            self.faults.append(f"entry {index} stands where entry {self.size} belongs")
        if leaf_hash(body) != leaf:
            self.faults.append(f"entry {index}: its leaf is not the hash of its body")
        self.frontier.append(leaf_hash(body))
        self.size += 1
        try:
            envelope = parse_envelope(body)
        except NotCanonical as error:
            self.faults.append(f"entry {index}: {error}")
            return None
        if envelope.at < self.last_at:
            self.faults.append(f"entry {index} is dated before the entry in front of it")
        self.last_at = max(self.last_at, envelope.at)
        if quoted is not None and envelope.checkpoint != quoted:
            self.faults.append(f"entry {index} quotes a checkpoint that is missing or was changed")
        return envelope

    def _payload(self, index: int, envelope: Envelope, salt: bytes | None, payload: str | None) -> None:
        """What was erased is looked up by a full verification alone; what is missing is noticed here."""
        if not envelope.payload:
            return
        if payload is None and salt is None:
            return
        if salt is None or payload is None or commitment(salt, envelope.event_id, payload.encode()) != envelope.payload:
            self.faults.append(f"entry {index}: its payload is not the one that it commits to")
