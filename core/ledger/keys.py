"""The ledger's signing key: one file, readable by its owner alone, never in the database it signs for."""

import hashlib
import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.ledger.notes import ED25519, NoteRefused, Signer, decode_base64, encode_base64, key_id

PREFIX = "PRIVATE+KEY+"


def make_signer(path: Path, origin: str) -> Signer:
    """Make a key for the log `origin` and store it at `path` with mode 0600; an existing file is never replaced.

    The file holds one line, `PRIVATE+KEY+name+hash+base64`, which other signed-note tools read too.
    """
    private = Ed25519PrivateKey.generate()
    signer = Signer(origin, private)
    write_private(path, origin, private, ED25519)
    return signer


def load_signer(path: Path) -> Signer:
    """Read the key; a file that others may read, or that does not hold a key, raises `NoteRefused`."""
    return Signer(*read_private(path, ED25519))


def write_private(path: Path, name: str, private: Ed25519PrivateKey, kind: bytes) -> None:
    """Store a key of this signature type for its owner alone; an existing file is never replaced."""
    digest = key_id(name, private.public_key().public_bytes_raw(), kind).hex()
    line = f"{PREFIX}{name}+{digest}+{encode_base64(kind + private.private_bytes_raw())}\n"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as sink:
        sink.write(line)
        sink.flush()
        os.fsync(sink.fileno())


def read_private(path: Path, kind: bytes) -> tuple[str, Ed25519PrivateKey]:
    """Name and key in a file of this signature type; raises `NoteRefused`."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise NoteRefused(f"The signing key {path} can be read by others; set its mode to 0600.")
    line = path.read_text(encoding="utf-8").removesuffix("\n")
    parts = line.removeprefix(PREFIX).split("+", 2)
    if not line.startswith(PREFIX) or len(parts) != 3:
        raise NoteRefused(f"{path} does not hold a signing key.")
    secret = decode_base64(parts[2])
    if len(secret) != 33 or secret[:1] != kind:
        raise NoteRefused(f"{path} does not hold an Ed25519 key.")
    private = Ed25519PrivateKey.from_private_bytes(secret[1:])
    if key_id(parts[0], private.public_key().public_bytes_raw(), kind).hex() != parts[1]:
        raise NoteRefused(f"The key in {path} does not match its own hash.")
    return parts[0], private


def load_or_make_signer(path: Path, origin: str) -> Signer:
    """The key at `path`, made on first use; a key of another log is refused."""
    signer = load_signer(path) if path.exists() else make_signer(path, origin)
    if signer.name != origin:
        raise NoteRefused(f"The key in {path} signs for {signer.name!r}, not for {origin!r}.")
    return signer


def fingerprint(vkey: str) -> str:
    """SHA-256 of a verifier key, to be read aloud or printed beside it."""
    return hashlib.sha256(vkey.encode()).hexdigest()
