"""The envelope of an entry: what happened, to what, by whom, when, and a commitment to the particulars."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

from core.ledger.canonical import NotCanonical, canonical, parse_canonical
from core.store.types import instant, microseconds

VERSION = 1
KEYS = {"action", "actor", "at", "checkpoint", "entity", "id", "payload", "role", "v"}
EVENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entity:
    """What an entry is about: a kind such as `version`, and its number as people write it."""

    kind: str
    id: str


@dataclass(frozen=True)
class Envelope:
    """One entry before it is bytes.

    `checkpoint` is the SHA-256 of the newest checkpoint note before this entry (empty for the first), `payload` the
    commitment to the particulars (empty when there are none); both lower-case hexadecimal.
    """

    event_id: str
    at: datetime
    actor: str
    role: str
    action: str
    entity: Entity
    checkpoint: str
    payload: str

    def body(self) -> bytes:
        """The canonical bytes that are stored, hashed and proven; raises `NotCanonical`."""
        self._check()
        record = {
            "action": self.action,
            "actor": self.actor,
            "at": microseconds(self.at),
            "checkpoint": self.checkpoint,
            "entity": {"id": self.entity.id, "kind": self.entity.kind},
            "id": self.event_id,
            "payload": self.payload,
            "role": self.role,
            "v": VERSION,
        }
        return canonical(record)

    def _check(self) -> None:
        if not EVENT_ID.fullmatch(self.event_id):
            raise NotCanonical(f"An event id is 1 to 64 letters, digits, dots, colons or dashes: {self.event_id!r}.")
        for name, value in (("checkpoint", self.checkpoint), ("payload", self.payload)):
            if value and not DIGEST.fullmatch(value):
                raise NotCanonical(f"The {name} of an entry is a SHA-256 in lower-case hexadecimal, or empty.")
        if not self.actor or not self.action or not self.entity.kind:
            raise NotCanonical("An entry names its actor, its action and the kind of its entity.")


def parse_envelope(body: bytes) -> Envelope:
    """The envelope in stored bytes; anything but its canonical form raises `NotCanonical`."""
    value = parse_canonical(body)
    if not isinstance(value, dict) or set(value) != KEYS or value["v"] != VERSION:
        raise NotCanonical("An entry has exactly the fields of version 1.")
    entity, at = value["entity"], value["at"]
    if not isinstance(entity, dict) or set(entity) != {"id", "kind"} or type(at) is not int:
        raise NotCanonical("An entry has an entity of kind and id, and a time in microseconds.")
    texts = [value[key] for key in ("id", "actor", "role", "action", "checkpoint", "payload")]
    identity, actor, role, action, checkpoint, payload, kind, key = (_text(item) for item in (*texts, *_pair(entity)))
    envelope = Envelope(identity, instant(at), actor, role, action, Entity(kind, key), checkpoint, payload)
    envelope._check()
    return envelope


def commitment(salt: bytes, event_id: str, payload: bytes) -> str:
    """HMAC-SHA256(salt, event id ‖ payload): binds the entry to its particulars, says nothing once they are erased.

    An event id never holds the brace that a payload begins with, so the two cannot be shifted against each other.
    """
    return hmac.new(salt, event_id.encode() + payload, hashlib.sha256).hexdigest()


def _pair(entity: dict[str, object]) -> tuple[object, object]:
    return entity["kind"], entity["id"]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise NotCanonical("The fields of an entry are text.")
    return value
