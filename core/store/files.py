"""Evidence files, each under its own SHA-256, written once and never changed."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import NotFound

CHUNK = 1 << 20


@dataclass(frozen=True)
class StoredFile:
    """A file that is in the store: lower-case hexadecimal SHA-256 and size in bytes."""

    digest: str
    size: int


class EvidenceFiles:
    """A folder of files named by their digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, digest: str) -> Path:
        """Where the file with this digest lies; `NotFound` when it is not here."""
        place = self._place(digest)
        if not place.is_file():
            raise NotFound("evidence file", digest)
        return place

    def add(self, chunks: Iterable[bytes], *, durable: bool = True) -> StoredFile:
        """Stream into a temporary file, make it durable, then give it its name; a crash leaves nothing half-stored.

        What can be made anew need not be `durable`: whoever reads it verifies its digest.
        """
        temporary = self.folder / f".incoming-{secrets.token_hex(8)}"
        digest, size = hashlib.sha256(), 0
        try:
            with temporary.open("xb") as sink:
                for chunk in chunks:
                    digest.update(chunk)
                    size += sink.write(chunk)
                sink.flush()
                if durable:
                    os.fsync(sink.fileno())
            place = self._place(digest.hexdigest())
            place.parent.mkdir(exist_ok=True, mode=0o700)
            temporary.replace(place)
            if durable:
                _sync_folder(place.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return StoredFile(digest.hexdigest(), size)

    def add_path(self, source: Path) -> StoredFile:
        """Add a copy of the file at `source`."""
        with source.open("rb") as stream:
            return self.add(iter(lambda: stream.read(CHUNK), b""))

    def remove(self, digest: str) -> bool:
        """Remove a file whose removal is on record; whether it was there."""
        place = self._place(digest)
        if not place.is_file():
            return False
        place.unlink()
        _sync_folder(place.parent)
        return True

    def _place(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise NotFound("evidence file", digest)
        return self.folder / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
