"""The short form of an event's proof: a few hundred bytes, in two parts of which all events of a file share the second.

What the verification computes anyway is left out (roots, the entry's commitment), hashes and signatures are bytes, and
the words that every proof has are one byte each. `core.ledger.offline` reads it, and docs/ledger.md says its form.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import StrEnum

from core.ledger.batches.proofs import EventProof
from core.ledger.batches.rows import SCHEMA_DIGEST
from core.ledger.canonical import parse_canonical
from core.ledger.envelope import parse_envelope

MAGIC = b"CSP2"
COMPUTED = "\0"  # no text of a proof holds it
PHRASES = (
    '{"action":"events.recorded","actor":"',
    '","at":',
    ',"checkpoint":"',
    '","entity":{"id":"',
    '","kind":"batch"},"id":"',
    '","payload":"',
    '","role":"pipeline","v":1}',
    '","role":"',
    '","v":1}',
    '{"actor":"',
    ',"duration":',
    ',"form":"commitment","id":"',
    ',"form":"masked","id":"',
    ',"form":"none","id":"',
    '","input":"',
    '","kind":"inference","model":"',
    '","kind":"pipeline","model":"',
    '","kind":"activity","model":"',
    '","output":"',
    '","role":"pipeline","source":"',
    '","source":"',
    '","v":1,"version":"',
    '"}',
    '{"file":"',
    '","first_at":',
    ',"last_at":',
    ',"root":"',
    '","rows":',
    f',"schema":"{SCHEMA_DIGEST}"}}',
    "c2sp.org/tlog-proof@v1\nindex ",
    "\n\n— ",
    "\n\n",
    "\n— ",
)
FIRST_PHRASE = 0x80  # no character of UTF-8 begins with 0x80 to 0xbf, nor with what marks the other tokens
HEX64, HEX32, HASH, SIGNATURE, MOMENT, LEFT_OUT, COSIGNATURE = 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0xFA, 0xF9
BASE64 = {HASH: 32, SIGNATURE: 68, COSIGNATURE: 76}
TOKENS = re.compile(
    "|".join(re.escape(phrase) for phrase in sorted(PHRASES, key=len, reverse=True))
    + r"|(?P<hex>[0-9a-f]{64}|[0-9a-f]{32})|(?P<moment>[1-9][0-9]{15})"
    r"|(?P<base64>[A-Za-z0-9+/]{102}==|[A-Za-z0-9+/]{91}=|[A-Za-z0-9+/]{43}=)|(?s:.)"
)


class ProofForm(StrEnum):
    """In what form a proof is given: as JSON, short, or one of the two parts of the short form."""

    LONG = "long"
    SHORT = "short"
    OWN = "own"
    SHARED = "shared"


@dataclass(frozen=True)
class ShortProof:
    """What an event has of its own, and what it shares with every event of its file; one after the other, the proof."""

    own: bytes
    shared: bytes

    def whole(self) -> bytes:
        return self.own + self.shared


def proof_file(proof: EventProof, form: ProofForm) -> bytes:
    """The proof as a file of this form."""
    if form is ProofForm.LONG:
        return proof.text().encode()
    made = short(proof)
    return {ProofForm.SHORT: made.whole(), ProofForm.OWN: made.own, ProofForm.SHARED: made.shared}[form]


def short(proof: EventProof) -> ShortProof:
    """The same proof in its short form."""
    told = parse_canonical(proof.payload.encode())
    root = str(told["root"]) if isinstance(told, dict) else ""
    commitment = parse_envelope(proof.entry.encode()).payload
    own = [
        _field(packed(proof.event)),
        _number(proof.line),
        _number(proof.rows),
        _field(b"".join(proof.path)),
        _field(bytes.fromhex(proof.input_key)),
    ]
    shared = [
        _field(packed(proof.payload.replace(root, COMPUTED))),
        _field(bytes.fromhex(proof.salt)),
        _field(packed(proof.entry.replace(commitment, COMPUTED))),
        _field(packed(_without_root(proof.receipt))),
    ]
    return ShortProof(MAGIC + b"".join(own), b"".join(shared))


def packed(text: str) -> bytes:
    """A text in tokens: a phrase, hexadecimal or base64 of a usual length, sixteen digits, or a character."""
    return b"".join(map(_token, TOKENS.finditer(text)))


def _token(match: re.Match[str]) -> bytes:
    text = match.group()
    if text in PHRASES:
        return bytes([FIRST_PHRASE + PHRASES.index(text)])
    if match["hex"]:
        return bytes([HEX64 if len(text) == 64 else HEX32]) + bytes.fromhex(text)
    if match["moment"]:
        return bytes([MOMENT]) + int(text).to_bytes(7, "big")
    if match["base64"]:
        data = b64decode(text)
        code = next(code for code, size in BASE64.items() if size == len(data))
        return bytes([code]) + data if b64encode(data).decode() == text else text.encode()
    return bytes([LEFT_OUT]) if text == COMPUTED else text.encode()


def _without_root(receipt: str) -> str:
    head, between, note = receipt.partition("\n\n")
    origin, size, _root, rest = note.split("\n", 3)
    return head + between + "\n".join((origin, size, COMPUTED, rest))


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first, the highest bit set on all but the last."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _field(data: bytes) -> bytes:
    return _number(len(data)) + data
