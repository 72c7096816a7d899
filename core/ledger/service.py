"""Puts what happened on record, in the transaction of the change itself, and signs one checkpoint a commit."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import insert, update
from sqlalchemy.event import listen
from sqlmodel import Session, col, select

from core.errors import GovernanceError, NotFound, Problem, Unreadable
from core.ledger.anchors.holding import refuse_while_held
from core.ledger.anchors.keys import key_after
from core.ledger.canonical import JsonValue, canonical
from core.ledger.checkpoints import Checkpoint
from core.ledger.envelope import Entity, Envelope, commitment
from core.ledger.events import KEPT, Event
from core.ledger.head import Head, lock_head, read_head, save_head
from core.ledger.keyring import Keyring
from core.ledger.merkle import inclusion_spans, leaf_hash
from core.ledger.newest import newest
from core.ledger.ready import Happening, Ready, lay_down, made_ready
from core.ledger.receipts import Receipt
from core.ledger.screening import screened_particulars
from core.ledger.tables import LogCheckpoint, LogEntry, LogPayload, LogTile, table_of
from core.ledger.tiles import StoredTree
from core.store import Transaction

__all__ = ["AlreadyRecorded", "Entity", "Event", "Happening", "Ledger", "Ready", "Recorded", "made_ready"]

_ADD_ENTRY, _ADD_PAYLOAD = insert(table_of(LogEntry)).inline(), insert(table_of(LogPayload)).inline()
_ADD_TILE, _ADD_CHECKPOINT = insert(table_of(LogTile)).inline(), insert(table_of(LogCheckpoint)).inline()
_NEWEST = select(LogCheckpoint.note).order_by(col(LogCheckpoint.size).desc()).limit(1)
WILL_SIGN = "ledger will sign"


class Actor(Protocol):
    """Who acts, as the ledger names them: never by name, so that a person can be forgotten."""

    @property
    def acting_as(self) -> str: ...

    @property
    def role_words(self) -> str: ...


@dataclass(frozen=True)
class Recorded:
    """Where an entry stands: its index, its 32-byte leaf hash, its event id, and the time that it carries."""

    index: int
    leaf: bytes
    event_id: str
    at: datetime


@dataclass(frozen=True)
class _Particulars:
    body: bytes
    salt: bytes


class AlreadyRecorded(GovernanceError):
    """An event of this id is on record, so the change that carries it again is not made again."""

    def __init__(self, event_id: str, index: int) -> None:
        self.event_id, self.index = event_id, index
        super().__init__(f"Event {event_id} is on record as entry {index}.")


class Ledger:
    """The log that the key in use signs; the name of that key is the log's."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    @classmethod
    def open(cls, folder: Path, *, origin: str) -> "Ledger":
        """The ledger whose key is `ledger.key` in `folder`; a new key is made on first use."""
        return cls(Keyring(folder, origin=origin))

    @property
    def origin(self) -> str:
        return self.keyring.current.name

    @property
    def vkey(self) -> str:
        """The verifier key that auditors pin."""
        return self.keyring.current.vkey

    def record(
        self,
        tx: Transaction,
        event: Event,
        *,
        entity: Entity,
        actor: Actor,
        at: datetime,
        payload: Mapping[str, JsonValue] | None = None,
        event_id: str | None = None,
        despite_hold: bool = False,
    ) -> Recorded:
        """Append one entry; the commit of `tx` adds a signed checkpoint over it.

        Entries never go back in time: an `at` before the last entry's becomes the last entry's. `payload` is kept
        apart from the entry, which only commits to it, and can be erased. An `event_id` that is on record raises
        `AlreadyRecorded`; a value outside the JSON profile raises `NotCanonical`; `LedgerHeld` is raised while a
        checkpoint outside is ahead.
        """
        if not despite_hold:
            refuse_while_held(self.keyring.folder)
        session = tx.session
        session.flush()
        head = lock_head(session)
        if event_id is not None:
            _refuse_repeat(session, event_id)
        identity = secrets.token_hex(16) if event_id is None else event_id
        particulars = (
            None
            if payload is None
            else _Particulars(canonical(screened_particulars(event, payload)), secrets.token_bytes(32))
        )
        envelope = Envelope(
            event_id=identity,
            at=max(at, head.last_at),
            actor=actor.acting_as,
            role=actor.role_words,
            action=event.value,
            entity=entity,
            checkpoint=head.checkpoint_digest,
            payload="" if particulars is None else commitment(particulars.salt, identity, particulars.body),
        )
        recorded = _append(session, head, envelope, particulars)
        self._sign_at_commit(tx)
        return recorded

    def record_many(
        self, tx: Transaction, happenings: Sequence[Happening], *, actor: Actor, at: datetime
    ) -> tuple[Recorded, ...]:
        """As `record` for each in order, in a few statements: an import of thousands would wait on each otherwise."""
        return self.record_ready(tx, made_ready(happenings, actor), at=at)

    def record_ready(self, tx: Transaction, ready: Sequence[Ready], *, at: datetime) -> tuple[Recorded, ...]:
        """As `record_many`, of entries that were made ready before the transaction began."""
        refuse_while_held(self.keyring.folder)
        session = tx.session
        session.flush()
        head = lock_head(session)
        moment = max(at, head.last_at)
        recorded = tuple(Recorded(*one, moment) for one in lay_down(session, head, ready, moment))
        if recorded:
            save_head(session, replace(head, last_at=moment))
            self._sign_at_commit(tx)
        return recorded

    def erase(self, tx: Transaction, index: int, *, reason: str, actor: Actor, at: datetime) -> Recorded:
        """Put the erasure of an entry's particulars on record, then erase them (GDPR article 17)."""
        session = tx.session
        kept = col(LogPayload.body).is_not(None)
        if session.exec(select(LogPayload.entry_id).where(LogPayload.entry_id == index, kept)).first() is None:
            raise NotFound("payload of ledger entry", index)
        action = session.exec(select(LogEntry.action).where(LogEntry.idx == index)).one()
        if action in KEPT:
            raise Unreadable([Problem(KEPT[action], found=f"entry {index}")])
        entity = Entity("entry", str(index))
        recorded = self.record(tx, Event.PAYLOAD_ERASED, entity=entity, actor=actor, at=at, payload={"reason": reason})
        session.execute(update(LogPayload).where(col(LogPayload.entry_id) == index).values(salt=None, body=None))
        return recorded

    def receipt(self, session: Session, index: int) -> str:
        """The `.tlog-proof` of an entry under the newest checkpoint; `NotFound` before its commit."""
        found = newest(session)
        if found is None or not 0 <= index < found.size:
            raise NotFound("ledger entry", index)
        proof = StoredTree(session, found.pending).proof(inclusion_spans(index, found.size))
        return Receipt(index, proof, found.note).text()

    def _sign_at_commit(self, tx: Transaction) -> None:
        if WILL_SIGN not in tx.session.info:
            tx.session.info[WILL_SIGN] = True
            tx.before_commit(lambda: self._sign(tx.session))

    def _sign(self, session: Session) -> None:
        head = read_head(session)
        if session.exec(select(LogCheckpoint.size).where(LogCheckpoint.size == head.pending.size)).first() is not None:
            return  # everything recorded was undone by a savepoint
        vkey = key_after(session, head.pending.size)
        signer = self.keyring.current if vkey is None else self.keyring.named(vkey)
        if signer is not self.keyring.current:
            listen(session, "after_commit", lambda _session: self.keyring.take_over(signer), once=True)
        note = Checkpoint(signer.name, head.pending.size, head.pending.root()).note(signer)
        session.execute(_ADD_CHECKPOINT, {"size": head.pending.size, "note": note})
        save_head(session, replace(head, checkpoint_digest=hashlib.sha256(note.encode()).hexdigest()))


def newest_note(session: Session) -> str | None:
    """The newest checkpoint's note; none in an empty log."""
    return session.exec(_NEWEST).first()


def _append(session: Session, head: Head, envelope: Envelope, particulars: _Particulars | None) -> Recorded:
    body = envelope.body()
    recorded = Recorded(head.pending.size, leaf_hash(body), envelope.event_id, envelope.at)
    session.execute(_ADD_ENTRY, {"idx": recorded.index, "body": body.decode(), "leaf": recorded.leaf})
    if particulars is not None:
        values = {"entry_id": recorded.index, "salt": particulars.salt, "body": particulars.body.decode(), "key_id": ""}
        session.execute(_ADD_PAYLOAD, values)
    for tile in head.pending.append(recorded.leaf):
        session.execute(_ADD_TILE, {"level": tile.level, "idx": tile.idx, "hashes": tile.hashes})
    save_head(session, replace(head, last_at=recorded.at))
    return recorded


def _refuse_repeat(session: Session, event_id: str) -> None:
    index = session.exec(select(LogEntry.idx).where(LogEntry.event_id == event_id)).first()
    if index is not None:
        raise AlreadyRecorded(event_id, index)
