"""The proof of one event: from its own words over the root of its file to a signed checkpoint of the ledger."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.ledger.canonical import JsonValue, NotCanonical, canonical, parse_canonical
from core.ledger.checkpoints import Checkpoint
from core.ledger.envelope import commitment, parse_envelope
from core.ledger.events import Event
from core.ledger.merkle import included, leaf_hash
from core.ledger.notes import NoteRefused, Verifier, decode_base64, encode_base64
from core.ledger.receipts import parse_receipt, verify_receipt

FORM = "countersign-event-proof/1"
LIMIT = 1 << 20
HEXADECIMAL = re.compile(r"([0-9a-f]{2})*")


@dataclass(frozen=True)
class EventProof:
    """Everything that a stranger needs: the event, its path to the root of the file, and the entry with its receipt.

    `input_key` opens the commitment to this event's input alone; it is empty where there is none or it was destroyed.
    """

    event: str
    line: int
    rows: int
    path: tuple[bytes, ...]
    payload: str
    salt: str
    entry: str
    receipt: str
    input_key: str = ""

    def text(self) -> str:
        """The proof as a file: canonical JSON."""
        value: dict[str, JsonValue] = {
            "entry": self.entry,
            "event": self.event,
            "form": FORM,
            "input_key": self.input_key,
            "line": self.line,
            "path": [encode_base64(step) for step in self.path],
            "payload": self.payload,
            "receipt": self.receipt,
            "rows": self.rows,
            "salt": self.salt,
        }
        return canonical(value, limit=LIMIT).decode()


def parse_event_proof(text: str) -> EventProof:
    """Read a proof; nothing is verified yet. Raises `NoteRefused`."""
    try:
        value = parse_canonical(text.strip().encode(), limit=LIMIT)
    except NotCanonical as error:
        raise NoteRefused(str(error)) from error
    if not isinstance(value, Mapping) or value.get("form") != FORM:
        raise NoteRefused(f"Not a proof of the form {FORM}.")
    texts = [value.get(name) for name in ("event", "payload", "salt", "entry", "receipt", "input_key")]
    line, rows, path = value.get("line"), value.get("rows"), value.get("path")
    if len(value) != 10 or type(line) is not int or type(rows) is not int or not isinstance(path, list | tuple):
        raise NoteRefused("A proof has exactly ten fields: five texts, two numbers, a path, a key and its form.")
    if not all(isinstance(one, str) for one in (*texts, *path)):
        raise NoteRefused("The texts of a proof are text.")
    event, payload, salt, entry, receipt, input_key = (str(one) for one in texts)
    if not HEXADECIMAL.fullmatch(salt) or not HEXADECIMAL.fullmatch(input_key):
        raise NoteRefused("Salt and key of the input are hexadecimal in small letters.")
    steps = tuple(decode_base64(str(step)) for step in path)
    return EventProof(event, line, rows, steps, payload, salt, entry, receipt, input_key)


def verify_event_proof(proof: EventProof, verifier: Verifier) -> Checkpoint:
    """The checkpoint that covers the event in exactly these words; raises `NoteRefused` with the step that fails."""
    try:
        envelope = parse_envelope(proof.entry.encode())
        told = parse_canonical(proof.payload.encode())
    except NotCanonical as error:
        raise NoteRefused(str(error)) from error
    if envelope.action != Event.EVENTS_RECORDED.value or not isinstance(told, Mapping):
        raise NoteRefused("The entry does not record events.")
    if not hmac.compare_digest(envelope.payload, _commitment(proof, envelope.event_id)):
        raise NoteRefused("The entry commits to other particulars than these.")
    root, rows = told.get("root"), told.get("rows")
    if not isinstance(root, str) or len(root) != 64 or rows != proof.rows:
        raise NoteRefused("The particulars name no root of so many rows.")
    if not included(leaf_hash(proof.event.encode()), proof.line, proof.path, proof.rows, bytes.fromhex(root)):
        raise NoteRefused("The event does not stand on this line of the file.")
    return verify_receipt(parse_receipt(proof.receipt), proof.entry.encode(), verifier)


def input_is(proof: EventProof, given: Mapping[str, JsonValue]) -> bool:
    """Whether this was the input of the event; False also where the proof carries no key."""
    event = parse_canonical(proof.event.encode())
    if not isinstance(event, Mapping) or not proof.input_key:
        return False
    message = str(event["id"]).encode() + canonical(dict(given))
    mac = hmac.new(bytes.fromhex(proof.input_key), message, hashlib.sha256).hexdigest()
    return hmac.compare_digest(mac, str(event["input"]))


def _commitment(proof: EventProof, event_id: str) -> str:
    if not HEXADECIMAL.fullmatch(proof.salt):
        raise NoteRefused("The salt is not hexadecimal.")
    return commitment(bytes.fromhex(proof.salt), event_id, proof.payload.encode())
