"""Entries made ready before their place in the log is known, so that the log is held only while they are laid down.

An entry's body names the time and the checkpoint before it, which are known once the log is locked; everything else,
the commitment to its particulars above all, is made beforehand.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import insert
from sqlmodel import Session

from core.ledger.canonical import JsonValue, canonical
from core.ledger.envelope import Entity, Envelope, commitment
from core.ledger.events import Event
from core.ledger.head import Head
from core.ledger.merkle import leaf_hash
from core.ledger.screening import screened_particulars
from core.ledger.tables import LogEntry, LogPayload, LogTile, table_of
from core.store.types import EPOCH, microseconds

_ADD_ENTRY, _ADD_PAYLOAD = insert(table_of(LogEntry)).inline(), insert(table_of(LogPayload)).inline()
_ADD_TILE = insert(table_of(LogTile)).inline()
_OPEN = '"at":0,"checkpoint":""'  # of a body at the beginning of time; in no text, where its quotes would be escaped


class Acting(Protocol):
    """Who acts, as the ledger names them."""

    @property
    def acting_as(self) -> str: ...

    @property
    def role_words(self) -> str: ...


@dataclass(frozen=True)
class Happening:
    """One of many entries: what happened to what, and its particulars."""

    event: Event
    entity: Entity
    payload: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Ready:
    """An entry but for its time and the checkpoint that it quotes, which stand between `before` and `after`."""

    event_id: str
    before: str
    after: str
    salt: bytes
    payload: str

    def body(self, at: datetime, checkpoint: str) -> bytes:
        """Its bytes at this place of the log, as `Envelope.body` gives them."""
        return f'{self.before}"at":{microseconds(at)},"checkpoint":"{checkpoint}"{self.after}'.encode()


def made_ready(happenings: Sequence[Happening], actor: Acting) -> tuple[Ready, ...]:
    """Each of these, in order; raises `NotCanonical` for a value outside the JSON profile."""
    return tuple(_ready(one, actor) for one in happenings)


def _ready(one: Happening, actor: Acting) -> Ready:
    identity, salt, payload = (
        secrets.token_hex(16),
        secrets.token_bytes(32),
        canonical(screened_particulars(one.event, one.payload)),
    )
    envelope = Envelope(
        event_id=identity,
        at=EPOCH,
        actor=actor.acting_as,
        role=actor.role_words,
        action=one.event.value,
        entity=one.entity,
        checkpoint="",
        payload=commitment(salt, identity, payload),
    )
    before, _, after = envelope.body().decode().partition(_OPEN)
    return Ready(identity, before, after, salt, payload.decode())


def lay_down(session: Session, head: Head, ready: Sequence[Ready], at: datetime) -> Iterator[tuple[int, bytes, str]]:
    """Append these to the log at its locked head, in three statements; gives index, leaf hash and event id of each.

    The entries are stored once the last of them was taken.
    """
    entries, payloads, tiles = [], [], []
    for one in ready:
        body = one.body(at, head.checkpoint_digest)
        index, leaf = head.pending.size, leaf_hash(body)
        entries.append({"idx": index, "body": body.decode(), "leaf": leaf})
        payloads.append({"entry_id": index, "salt": one.salt, "body": one.payload, "key_id": ""})
        tiles += [{"level": tile.level, "idx": tile.idx, "hashes": tile.hashes} for tile in head.pending.append(leaf)]
        yield index, leaf, one.event_id
    for statement, rows in ((_ADD_ENTRY, entries), (_ADD_PAYLOAD, payloads), (_ADD_TILE, tiles)):
        if rows:
            session.execute(statement, rows)
