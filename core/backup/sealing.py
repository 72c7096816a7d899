"""Keys under a passphrase: one sealed file beside the backups, written anew each time and never kept twice.

One file for all backups of a folder and not one in each: a key that was destroyed, so that what it encrypted is gone
for good, is then gone from the backups too; an older backup is opened with the keys of today, and the orders of today
erase in it whom they erased since.
"""

import io
import json
import os
import secrets
import tarfile
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.errors import GovernanceError, Problem, Unreadable
from core.ledger.anchors.holding import FILE as HOLD
from core.store.private import private_folder

FORM = "countersign-keys/1"
COST, BLOCK, LANES = 2**17, 8, 1  # OWASP Password Storage Cheat Sheet, scrypt; 128 MiB
SALT, NONCE = 16, 12  # bytes; NIST SP 800-38D, 5.2.1.1 for the nonce
SHORTEST = 12
FOLDERS = ("keys", "signin", "erasures")


class WrongPassphrase(GovernanceError):
    """The sealed keys do not open."""

    def __init__(self) -> None:
        super().__init__("The keys do not open: the passphrase is another one, or the file was changed.")


def passphrase_in(path: Path) -> bytes:
    """The passphrase in a file, without the end of its line; raises `Unreadable` for one that is short."""
    found = path.read_bytes().strip()
    if len(found) < SHORTEST:
        raise Unreadable(
            [Problem("a passphrase that is too short", found=f"{len(found)} bytes", expected="12 or more")]
        )
    return found


def seal_keys(data_dir: Path, target: Path, passphrase: bytes) -> int:
    """Write the key folders, encrypted, in the place of what was sealed before; answers how many files."""
    packed, many = _packed(data_dir)
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    head = {"form": FORM, "scrypt": [COST, BLOCK, LANES], "salt": _text(salt), "nonce": _text(nonce)}
    line = json.dumps(head, sort_keys=True).encode() + b"\n"
    sealed = AESGCM(_key(passphrase, salt, COST, BLOCK, LANES)).encrypt(nonce, packed, line)
    write_whole(target, line + sealed)
    return many


def unseal_keys(source: Path, data_dir: Path, passphrase: bytes) -> int:
    """Put the sealed keys into the data folder; a file that is there stays. Raises `WrongPassphrase`."""
    line, _, sealed = source.read_bytes().partition(b"\n")
    try:
        head = json.loads(line)
        cost, block, lanes = (int(one) for one in head["scrypt"])
        if head["form"] != FORM or not (cost <= COST and block <= BLOCK and lanes <= LANES):
            raise Unreadable([Problem("sealed keys of a form that this version does not read", expected=FORM)])
        key = _key(passphrase, b64decode(head["salt"]), cost, block, lanes)
        packed = AESGCM(key).decrypt(b64decode(head["nonce"]), sealed, line + b"\n")
    except InvalidTag:
        raise WrongPassphrase from None
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable([Problem("not a file of sealed keys", found=source.name)]) from error
    return _unpacked(packed, data_dir)


def write_whole(target: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(content)
            sink.flush()
            os.fsync(sink.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _packed(data_dir: Path) -> tuple[bytes, int]:
    held, many = io.BytesIO(), 0
    with tarfile.open(fileobj=held, mode="w") as archive:
        for path in sorted(path for folder in FOLDERS for path in (data_dir / folder).rglob("*")):
            if path.is_file() and path.name != HOLD and not path.name.startswith("."):
                archive.add(path, arcname=str(path.relative_to(data_dir)), recursive=False)
                many += 1
    return held.getvalue(), many


def _unpacked(packed: bytes, data_dir: Path) -> int:
    many = 0
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive.getmembers():
            content, target = archive.extractfile(member), (data_dir / member.name).resolve()
            if content is None or not any(target.is_relative_to(data_dir.resolve() / one) for one in FOLDERS):
                raise Unreadable([Problem("sealed keys with a name outside of their folders", found=member.name)])
            private_folder(target.parent)
            if not target.exists():
                write_whole(target, content.read())
                many += 1
    return many


def _key(passphrase: bytes, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=block, p=lanes).derive(passphrase)


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
