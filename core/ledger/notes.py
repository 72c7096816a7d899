"""Signed notes: a short text and the signatures under it, in the C2SP signed-note format."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.errors import GovernanceError

ED25519 = b"\x01"  # the signature type byte of the specification
MAX_BYTES = 65_536
MAX_SIGNATURES = 64
NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


class NoteRefused(GovernanceError):
    """A note, key or proof that is not well-formed or not signed by the key."""


def decode_base64(text: str) -> bytes:
    """Standard base64 in its only canonical spelling; everything else raises `NoteRefused`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteRefused(f"Not base64: {text[:80]!r}.") from error
    if encode_base64(data) != text:
        raise NoteRefused(f"Not canonical base64: {text[:80]!r}.")
    return data


def encode_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def parse_decimal(text: str) -> int:
    """A non-negative ASCII decimal without leading zeros, below 2^63."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text) or int(text) >= 1 << 63:
        raise NoteRefused(f"Not a decimal number: {text[:80]!r}.")
    return int(text)


def key_id(name: str, public: bytes, kind: bytes = ED25519) -> bytes:
    """The first four bytes of SHA-256(name ‖ newline ‖ type ‖ key)."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


@dataclass(frozen=True)
class Verifier:
    """A public key with its name: what an auditor pins."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Read `name+hash+base64`; the hash must be that of the key."""
        parts = vkey.split("+", 2)
        if len(parts) != 3 or not NAME.fullmatch(parts[0]):
            raise NoteRefused("A verifier key reads name+hash+base64.")
        name, found, data = parts[0], parts[1], decode_base64(parts[2])
        if len(data) != 33 or data[:1] != ED25519:
            raise NoteRefused("The verifier key is not an Ed25519 key.")
        if found != key_id(name, data[1:]).hex():
            raise NoteRefused("The verifier key's hash does not match its key.")
        return cls(name, data[1:])

    @property
    def vkey(self) -> str:
        return f"{self.name}+{key_id(self.name, self.public).hex()}+{encode_base64(ED25519 + self.public)}"

    def open(self, note: str) -> str:
        """The note's text, once a signature of this key over it has been verified; raises `NoteRefused`."""
        text, signatures = split_note(note)
        wanted = key_id(self.name, self.public)
        mine = [data[4:] for name, data in signatures if name == self.name and data[:4] == wanted]
        if not mine:
            raise NoteRefused(f"The note is not signed by {self.name} ({wanted.hex()}).")
        for signature in mine:
            try:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
            except InvalidSignature as error:
                raise NoteRefused(f"The signature of {self.name} does not fit the note.") from error
        return text


class Signer:
    """A private key with its name; the name is the origin of the log that it signs."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        if not NAME.fullmatch(name):
            raise NoteRefused("A key name holds no space and no plus sign, and is not empty.")
        self._private = private
        self.verifier = Verifier(name, private.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        return self.verifier.name

    @property
    def vkey(self) -> str:
        return self.verifier.vkey

    def sign(self, text: str) -> str:
        """The text as a signed note; the text ends in a newline."""
        if not text.endswith("\n"):
            raise NoteRefused("The text of a note ends in a newline.")
        signed = key_id(self.name, self.verifier.public) + self._private.sign(text.encode())
        note = f"{text}\n— {self.name} {encode_base64(signed)}\n"
        split_note(note)
        return note


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Text and signatures (key name, key id ‖ signature) of a note; nothing is verified yet."""
    if len(note) > MAX_BYTES or any(ord(char) < 32 and char != "\n" for char in note):
        raise NoteRefused("The note is too long or holds control characters.")
    cut = note.rfind("\n\n")
    if cut < 0 or not note.endswith("\n"):
        raise NoteRefused("The note has no signatures after an empty line.")
    lines = note[cut + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteRefused("The note has too many signatures.")
    return note[: cut + 1], [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    match = _SIGNATURE_LINE.fullmatch(line)
    if match is None:
        raise NoteRefused(f"Not a signature line: {line[:80]!r}.")
    data = decode_base64(match[2])
    if len(data) < 5:
        raise NoteRefused(f"Not a signature line: {line[:80]!r}.")
    return match[1], data
