"""One pass over all entries, beside their checkpoints and payloads: steps 3 to 12 of the verification."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core.ledger import streams
from core.ledger.anchors.keys import HANDED_OVER, HandOver, read_hand_over
from core.ledger.canonical import NotCanonical
from core.ledger.checkpoints import Checkpoint, parse_checkpoint
from core.ledger.envelope import Envelope, commitment, parse_envelope
from core.ledger.events import Event
from core.ledger.head import read_head
from core.ledger.merkle import Frontier, leaf_hash
from core.ledger.notes import NoteRefused, split_note
from core.ledger.report import Faults, Step
from core.ledger.seen import Ids, Marks, repeated
from core.ledger.streams import StoredEntry, StoredNote, StoredPayload
from core.ledger.tile_check import TileCheck
from core.ledger.tiles import Pending
from core.store.types import EPOCH


class Walk:
    """What one pass finds; `signed` is the newest checkpoint's size, `remember` another one whose root is wanted.

    Who signed is judged after the pass, as the entries say which key follows which.
    """

    def __init__(self, signed: int | None, remember: int | None, tiles: TileCheck) -> None:
        self.size = 0
        self.saved_root: bytes | None = None
        self.hand_overs: list[HandOver] = []
        self._signed, self._remember = signed, remember
        self._frontier, self._pending = Frontier(), Pending()
        self._tiles = tiles
        self._signed_root = self._frontier.root() if signed == 0 else None
        self._ids = Ids()
        self._last_at: datetime = EPOCH
        self._quoted = ""
        self._erased: set[int] = set()
        self._empty: list[int] = []
        self._kept = Marks()
        self.order = Faults(3, "order", "entries are numbered without a gap")
        self.form = Faults(4, "canonical form", "every body is canonical")
        self.leaves = Faults(5, "leaves", "every leaf is the hash of its body")
        self.ids = Faults(6, "event ids", "none occurs twice")
        self.times = Faults(7, "times", "none is before the entry in front of it")
        self.root = Faults(8, "root", "the recomputed root is the signed one")
        self.earlier = Faults(9, "earlier checkpoints", "each fits its entries and is quoted by the next")
        self.stored = Faults(10, "stored tree", "tiles and head follow from the entries")
        self.payloads = Faults(11, "payloads", "each is the one that its entry commits to")
        self.erasures = Faults(12, "erasures", "each is on record and was carried out")

    def through(
        self, entries: Iterator[StoredEntry], notes: Iterator[StoredNote], payloads: Iterator[StoredPayload]
    ) -> None:
        """Read all three in step, and judge what they say together."""
        note, payload = next(notes, None), next(payloads, None)
        for entry in entries:
            while note is not None and note.size <= self.size:
                note = self._stray(note, notes)
            while payload is not None and payload.index < entry.index:
                payload = self._orphan(payload, payloads)
            mine = payload if payload is not None and payload.index == entry.index else None
            self._entry(entry, mine)
            payload = next(payloads, None) if mine is not None else payload
            if note is not None and note.size == self.size:
                self._note(note)
                note = next(notes, None)
        while note is not None:
            note = self._stray(note, notes)
        while payload is not None:
            payload = self._orphan(payload, payloads)

    def tree(self, session: Session) -> None:
        """What can be told once all has been read: ids that occur twice, tiles that are left over, and the head."""
        suspects = self._ids.suspects()
        if suspects:
            for index, event_id in repeated(_event_ids(session), suspects):
                self.ids.add(f"entry {index}: event {event_id} is on record already")
        for fault in self._tiles.rest():
            self.stored.add(fault)
        self._head(session)

    def steps(self) -> list[Step]:
        faults = (self.order, self.form, self.leaves, self.ids, self.times, self.root)
        return [found.step() for found in (*faults, self.earlier, self.stored, self.payloads, self.erasures)]

    def _entry(self, entry: StoredEntry, payload: StoredPayload | None) -> None:
        if entry.index != self.size:
            self.order.add(f"entry {entry.index} stands where entry {self.size} belongs")
        leaf = leaf_hash(entry.body)
        if leaf != entry.leaf:
            self.leaves.add(f"entry {entry.index}: its leaf is not the hash of its body")
        self._envelope(entry, payload)
        self._frontier.append(leaf)
        for tile in self._pending.append(leaf):
            for fault in self._tiles.against(tile):
                self.stored.add(fault)
        self.size += 1
        if self._signed == self.size:
            self._signed_root = self._frontier.root()
        if self._remember == self.size:
            self.saved_root = self._frontier.root()

    def _envelope(self, entry: StoredEntry, payload: StoredPayload | None) -> None:
        try:
            envelope = parse_envelope(entry.body)
        except NotCanonical as error:
            self.form.add(f"entry {entry.index}: {error}")
            return
        self._ids.add(envelope.event_id)
        if envelope.at < self._last_at:
            self.times.add(f"entry {entry.index} is dated before the entry in front of it")
        self._last_at = max(self._last_at, envelope.at)
        if envelope.checkpoint != self._quoted:
            self.earlier.add(f"entry {entry.index} quotes a checkpoint that is missing or was changed")
        if envelope.action in HANDED_OVER:
            self._hand_over(entry, envelope)
        if envelope.action == Event.PAYLOAD_ERASED and envelope.entity.id.isdecimal():
            self._erased.add(int(envelope.entity.id))
        self._particulars(entry.index, envelope, payload)

    def _hand_over(self, entry: StoredEntry, envelope: Envelope) -> None:
        try:
            over = read_hand_over(entry.index, envelope.action, envelope.entity.id, entry.body.decode(), "")
        except NoteRefused as error:
            self.earlier.add(f"entry {entry.index} hands no key over: {error}")
        else:
            self.hand_overs.append(over)

    def _particulars(self, index: int, envelope: Envelope, payload: StoredPayload | None) -> None:
        if not envelope.payload:
            if payload is not None:
                self.payloads.add(f"entry {index} commits to no payload, and one is stored")
        elif payload is None:
            self.payloads.add(f"entry {index}: its payload is missing")
        elif payload.body is None or payload.salt is None:
            self._empty.append(index)
        else:
            self._kept.add(index)
            if commitment(payload.salt, envelope.event_id, payload.body) != envelope.payload:
                self.payloads.add(f"entry {index}: its payload or salt is not the one that it commits to")

    def _note(self, stored: StoredNote) -> None:
        self._quoted = hashlib.sha256(stored.note).hexdigest()
        try:
            if self.hand_overs and self.hand_overs[-1].index + 1 == stored.size:
                self.hand_overs[-1] = replace(self.hand_overs[-1], note=stored.note.decode())
            checkpoint = parse_checkpoint(split_note(stored.note.decode())[0])
        except (NoteRefused, UnicodeDecodeError) as error:
            self.earlier.add(f"the checkpoint of {stored.size} entries: {error}")
            return
        if checkpoint.size != stored.size or checkpoint.root != self._frontier.root():
            self.earlier.add(f"the checkpoint of {stored.size} entries does not fit them")

    def _stray(self, stored: StoredNote, notes: Iterator[StoredNote]) -> StoredNote | None:
        self.earlier.add(f"there is a checkpoint of {stored.size} entries, but no such log")
        return next(notes, None)

    def _orphan(self, payload: StoredPayload, payloads: Iterator[StoredPayload]) -> StoredPayload | None:
        self.payloads.add(f"there is a payload of entry {payload.index}, but no such entry")
        return next(payloads, None)

    def settle(self, signed: Checkpoint | None) -> None:
        """After the pass: compare with the newest checkpoint, if it is signed as it should be."""
        for index in self._empty:
            if index not in self._erased:
                self.erasures.add(f"entry {index}: its payload was erased, and no entry says so")
        for index in sorted(one for one in self._erased if one in self._kept):
            self.erasures.add(f"entry {index}: its payload is on record as erased, and is still stored")
        if signed is None:
            self.root.add("there is no signed root to compare with")
            return
        if self.size < signed.size:
            self.root.add(f"the log is shorter than its checkpoint: {self.size} entries, not {signed.size}")
        elif self._signed_root != signed.root:
            self.root.add(f"the {signed.size} entries are not those that were signed")
        if self.size > signed.size:
            self.root.add(f"entries {signed.size} to {self.size - 1} are under no checkpoint")

    def _head(self, session: Session) -> None:
        try:
            head = read_head(session)
        except ValueError as error:
            self.stored.add(f"head: {error}")
            return
        if (head.pending.size, head.pending.to_bytes()) != (self._pending.size, self._pending.to_bytes()):
            self.stored.add(f"the head does not follow from the entries ({_open_end(self._pending, head.pending)})")
        if head.checkpoint_digest != self._quoted:
            self.earlier.add("the newest checkpoint is missing or was changed, says the head")
        if self.size and head.last_at != self._last_at:
            self.stored.add("the head holds another time than the last entry")


def _event_ids(session: Session) -> Iterator[tuple[int, str]]:
    """Every entry with its event id, as far as it can be read."""
    for entry in streams.entries(session):
        with suppress(NotCanonical):
            yield entry.index, parse_envelope(entry.body).event_id


def _open_end(expected: Pending, found: Pending) -> str:
    if expected.size != found.size:
        return f"{found.size} entries, not {expected.size}"
    base = expected.size - expected.size % 16
    pairs = zip(expected.levels[0], found.levels[0], strict=True) if expected.levels else ()
    wrong = [base + n for n, (left, right) in enumerate(pairs) if left != right]
    return f"it differs at entry {wrong[0]}" if wrong else "it differs above the newest entries"
