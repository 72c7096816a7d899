"""Cosignatures: a witness' statement of what it saw of a log, and when (C2SP tlog-cosignature, Ed25519)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.ledger.keys import read_private, write_private
from core.ledger.notes import NAME, NoteRefused, decode_base64, encode_base64, key_id, split_note

COSIGNATURE = b"\x04"  # the signature type byte of the specification
LENGTH = 4 + 8 + 64  # key id, seconds since 1970, Ed25519 signature
LATEST = 1 << 38  # seconds that a date still holds


@dataclass(frozen=True)
class Cosignature:
    """One witness' line under a note, verified: who signed, and when it says that it did."""

    witness: str
    at: datetime
    line: str


@dataclass(frozen=True)
class Witness:
    """A witness' public key with its name: what a log is configured with and an auditor pins."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> "Witness":
        """Read `name+hash+base64` of a cosigner (type 0x04); raises `NoteRefused`."""
        parts = vkey.split("+", 2)
        if len(parts) != 3 or not NAME.fullmatch(parts[0]):
            raise NoteRefused("A witness' key reads name+hash+base64.")
        data = decode_base64(parts[2])
        if len(data) != 33 or data[:1] != COSIGNATURE:
            raise NoteRefused("The key is not that of an Ed25519 cosigner (type 4).")
        if parts[1] != key_id(parts[0], data[1:], COSIGNATURE).hex():
            raise NoteRefused("The witness' key does not match its own hash.")
        return cls(parts[0], data[1:])

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.public, COSIGNATURE)

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(COSIGNATURE + self.public)}"

    def verified(self, note: str) -> Cosignature:
        """This witness' cosignature in a note, the latest when there are several; raises `NoteRefused`."""
        text, signatures = split_note(note)
        mine = [data for name, data in signatures if name == self.name and data[:4] == self.key_id]
        if not mine:
            raise NoteRefused(f"The note is not cosigned by {self.name} ({self.key_id.hex()}).")
        return max((self._checked(text, data) for data in mine), key=lambda found: found.at)

    def _checked(self, text: str, data: bytes) -> Cosignature:
        seconds = int.from_bytes(data[4:12], "big")
        if len(data) != LENGTH or seconds >= LATEST:
            raise NoteRefused(f"The cosignature of {self.name} has another length, or a time that is none.")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(data[12:], cosigned_message(text, seconds))
        except InvalidSignature as error:
            raise NoteRefused(f"The cosignature of {self.name} does not fit the note.") from error
        line = f"— {self.name} {encode_base64(data)}\n"
        return Cosignature(self.name, datetime.fromtimestamp(seconds, UTC), line)


class Cosigner:
    """A witness' private key."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        if not NAME.fullmatch(name):
            raise NoteRefused("A witness' name holds no space and no plus sign, and is not empty.")
        self._private = private
        self.witness = Witness(name, private.public_key().public_bytes_raw())

    @classmethod
    def load(cls, path: Path) -> "Cosigner":
        """Read the key; a file that others may read, or that holds none, raises `NoteRefused`."""
        name, private = read_private(path, COSIGNATURE)
        return cls(name, private)

    @classmethod
    def make(cls, path: Path, name: str) -> "Cosigner":
        """Make a key and store it at `path` with mode 0600; an existing file is never replaced."""
        cosigner = cls(name, Ed25519PrivateKey.generate())
        write_private(path, name, cosigner._private, COSIGNATURE)
        return cosigner

    def cosign(self, text: str, *, at: datetime) -> str:
        """The cosignature line over the text of a checkpoint note."""
        seconds = int(at.timestamp())
        signature = self._private.sign(cosigned_message(text, seconds))
        data = self.witness.key_id + seconds.to_bytes(8, "big") + signature
        return f"— {self.witness.name} {encode_base64(data)}\n"


def cosigned_message(text: str, seconds: int) -> bytes:
    """What a cosignature signs: a header, the time, and the note's text."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
