"""Lays many entries down at once, with the bodies, tiles and checkpoints that recording one by one would give."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.ledger.checkpoints import Checkpoint
from core.ledger.envelope import commitment
from core.ledger.head import Head
from core.ledger.service import Ledger
from core.ledger.tiles import HASH, HEIGHT, WIDTH, Pending

EACH_COMMIT = 1_000  # entries under one checkpoint


@dataclass(frozen=True, slots=True)
class Happening:
    """What an entry says, its time in microseconds; `payload` is canonical JSON or empty."""

    event_id: str
    at: int
    actor: str
    role: str
    action: str
    kind: str
    key: str
    payload: str = ""


class BulkLog:
    """A log that grows from its head; rows are collected until they are taken, so memory stays small.

    `entries` are (index, body, leaf), `payloads` (index, salt, body), `tiles` (level, index, hashes) and `notes`
    (size, note).
    """

    def __init__(self, ledger: Ledger, head: Head) -> None:
        self._ledger = ledger
        self.pending: Pending = head.pending
        self.quoted = head.checkpoint_digest
        self.last_at = 0
        self.tiles: list[tuple[int, int, bytes]] = []
        self.notes: list[tuple[int, str]] = []
        self.payloads: list[tuple[int, bytes, str]] = []

    def entries(self, happened: Iterable[Happening]) -> Iterator[tuple[int, str, bytes]]:
        """The rows of these entries; a checkpoint is signed every 1,000 and after the last one."""
        for one in happened:
            yield self._entry(one)
            if not self.pending.size % EACH_COMMIT:
                self.sign()
        if not self.notes or self.notes[-1][0] != self.pending.size:
            self.sign()

    def forget(self) -> None:
        """Drop the rows that were taken."""
        self.tiles.clear()
        self.payloads.clear()
        self.notes.clear()

    def sign(self) -> None:
        """Put a checkpoint over everything so far; the entries after it quote its digest."""
        checkpoint = Checkpoint(self._ledger.origin, self.pending.size, self.pending.root())
        note = checkpoint.note(self._ledger.keyring.current)
        self.notes.append((self.pending.size, note))
        self.quoted = hashlib.sha256(note.encode()).hexdigest()

    def _entry(self, one: Happening) -> tuple[int, str, bytes]:
        index, committed = self.pending.size, ""
        if one.payload:
            salt = hashlib.sha256(f"salt {one.event_id}".encode()).digest()
            committed = commitment(salt, one.event_id, one.payload.encode())
            self.payloads.append((index, salt, one.payload))
        body = self._body(one, committed)
        leaf = hashlib.sha256(b"\0" + body.encode()).digest()
        self._append(leaf)
        self.last_at = one.at
        return index, body, leaf

    def _body(self, one: Happening, committed: str) -> str:
        """As `Envelope.body` writes it, without asking every value whether it is canonical: a test compares them."""
        return (
            f'{{"action":"{one.action}","actor":"{one.actor}","at":{one.at},"checkpoint":"{self.quoted}",'
            f'"entity":{{"id":{json.dumps(one.key)},"kind":"{one.kind}"}},"id":"{one.event_id}",'
            f'"payload":"{committed}","role":"{one.role}","v":1}}'
        )

    def _append(self, leaf: bytes) -> None:
        """As `Pending.append`, with the sixteen hashes of a tile folded in place."""
        carry, level = leaf, 0
        levels, size = self.pending.levels, self.pending.size
        while True:
            if level == len(levels):
                levels.append([])
            row = levels[level]
            row.append(carry)
            if len(row) < WIDTH:
                break
            self.tiles.append((level, size >> HEIGHT * (level + 1), b"".join(row)))
            carry = _root(row)
            row.clear()
            level += 1
        self.pending.size += 1


def _root(hashes: list[bytes]) -> bytes:
    """The root over sixteen hashes (RFC 6962, section 2.1)."""
    sha256, row = hashlib.sha256, hashes
    while len(row) > 1:
        row = [sha256(b"\1" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
    assert len(row[0]) == HASH
    return row[0]
