"""Orders of erasure: kept apart from the store, so that what was erased is erased again in every restored backup.

An order names nobody. It holds fingerprints of what was searched for under a key of its own, the person's number where
they were a user, and fingerprints of the rows that were theirs. Whoever has an order can try out guesses of a name: the
folder is as secret as the keys.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import Problem, Unreadable
from core.privacy.subjects.matching import KEY_BYTES, Fingerprints, Order, Phrase, order_of

VERSION = 1


@dataclass(frozen=True)
class ErasureFile:
    """One order as it lies in the folder; `linked` are fingerprints of ids of production rows, by model."""

    request: str
    person: str
    prints: Order
    linked: Mapping[str, frozenset[str]]

    @property
    def text(self) -> str:
        """The order as it is written."""
        said = {
            "anywhere": {str(length): sorted(found) for length, found in self.prints.anywhere.items()},
            "key": self.prints.key.hex(),
            "linked": {model: sorted(found) for model, found in self.linked.items()},
            "person": self.person,
            "request": self.request,
            "v": VERSION,
            "whole": {str(length): sorted(found) for length, found in self.prints.whole.items()},
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """SHA-256 of the order, in hexadecimal, which the ledger names."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def matcher(self) -> Fingerprints:
        """Finds what the first search found."""
        return Fingerprints(self.prints)


def new_order(
    request: str, person: str, phrases: tuple[Phrase, ...], key: bytes, linked: Mapping[str, frozenset[str]]
) -> ErasureFile:
    """The order of this request."""
    return ErasureFile(request, person, order_of(phrases, key), linked)


def new_key() -> bytes:
    """A key for the fingerprints of one order."""
    return secrets.token_bytes(KEY_BYTES)


def keep_order(folder: Path, order: ErasureFile) -> None:
    """Write the order, durably and whole, before anything is erased; again does no harm."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = folder / f".incoming-{secrets.token_hex(8)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as sink:
        sink.write(order.text)
        sink.flush()
        os.fsync(sink.fileno())
    temporary.replace(folder / f"{order.request}.json")


def kept_orders(folder: Path) -> tuple[ErasureFile, ...]:
    """Every order of the folder, oldest first; raises `Unreadable` for a file that is none."""
    paths = sorted(folder.glob("SR*.json"), key=lambda path: (len(path.name), path.name)) if folder.is_dir() else []
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> ErasureFile:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["v"] != VERSION:
            raise ValueError(f"version {said['v']}")
        sorts = [{int(n): frozenset(found) for n, found in said[sort].items()} for sort in ("anywhere", "whole")]
        prints = Order(bytes.fromhex(said["key"]), *sorts)
        linked = {model: frozenset(found) for model, found in said["linked"].items()}
        return ErasureFile(str(said["request"]), str(said["person"]), prints, linked)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable([Problem("not an order of erasure", column=path.name, found=str(error)[:100])]) from None
