"""Evidence files, each under its own SHA-256, written once and never changed.

Where rows of a person were erased from a file (GDPR article 17), the file is gone: beside its place stands a note that
names the file without those rows, how many there were, and the ledger's entry that says so.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import NotFound

CHUNK = 1 << 20
DIGITS = 64  # of a SHA-256 in hexadecimal


@dataclass(frozen=True)
class StoredFile:
    """A file that is in the store: lower-case hexadecimal SHA-256 and size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True)
class Redaction:
    """What became of a file from which a person was erased: another without their rows, or nothing.

    `former` and `replacement` are digests, the latter empty where the whole file was destroyed; `request` is the
    subject request, `entry` the index of the ledger entry of the erasure.
    """

    former: str
    replacement: str
    request: str
    entry: int
    rows: int

    @property
    def said(self) -> str:
        """In words, for whoever misses the file or its rows."""
        if not self.replacement:
            return f"destroyed for {self.request}, ledger entry {self.entry}"
        rows = f"{self.rows:,} {'row' if self.rows == 1 else 'rows'}"
        return f"{rows} erased by {self.request}, ledger entry {self.entry}"


NOTE = ".redacted"


class EvidenceFiles:
    """A folder of files named by their digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, digest: str) -> Path:
        """Where the file with this digest lies, or the one that stands for it since a person's rows were erased.

        Raises `NotFound` when neither is here.
        """
        place = self._place(digest)
        if not place.is_file():
            redaction = self.redaction(digest)
            if redaction is None or not redaction.replacement:
                raise NotFound("evidence file", digest)
            return self.path(redaction.replacement)
        return place

    def holds(self, digest: str) -> bool:
        """Whether the very file with this digest lies here, and not one that stands for it."""
        return self._place(digest).is_file()

    def redaction(self, digest: str) -> Redaction | None:
        """What was erased from the file with this digest; None when it is whole, or was never here."""
        note = self._note(digest)
        if not note.is_file():
            return None
        said = json.loads(note.read_text(encoding="utf-8"))
        return Redaction(digest, said["replacement"], said["request"], said["entry"], said["rows"])

    def stands_for(self, digest: str) -> str:
        """The digest of the file that is read for this one: its own, or that of the newest without erased rows."""
        redaction = self.redaction(digest)
        return self.stands_for(redaction.replacement) if redaction and redaction.replacement else digest

    def redact(self, redaction: Redaction) -> None:
        """Leave the note of an erasure that is on record, then destroy the former file; again does no harm."""
        place, note = self._place(redaction.former), self._note(redaction.former)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        said = {
            "entry": redaction.entry, "replacement": redaction.replacement, "request": redaction.request,
            "rows": redaction.rows,
        }  # fmt: skip
        temporary = self.folder / f".incoming-{secrets.token_hex(8)}"
        with temporary.open("x", encoding="utf-8") as sink:
            json.dump(said, sink)
            sink.flush()
            os.fsync(sink.fileno())
        temporary.replace(note)
        place.unlink(missing_ok=True)
        _sync_folder(place.parent)

    def digests(self) -> Iterator[str]:
        """The digest of every file that lies here, in order."""
        for path in sorted(self.folder.glob("??/*")):
            if len(path.name) == DIGITS and path.is_file():
                yield path.name

    def add(self, chunks: Iterable[bytes], *, durable: bool = True, under: str | None = None) -> StoredFile:
        """Stream into a temporary file, make it durable, then give it its name; a crash leaves nothing half-stored.

        What can be made anew need not be `durable`: whoever reads it verifies its digest. Bytes that have not the
        digest `under` which they are expected are not kept.
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
            if under in (None, digest.hexdigest()):
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

    def take_over(self, source: Path, digest: str, *, link: bool = False) -> StoredFile | None:
        """Add the file at `source` under this digest; None, and nothing is kept, where its bytes have another one.

        With `link` it shares its bytes with the source where both lie on one disk, for a copy that does not stay.
        """
        if link and self._linked(source, digest):
            with source.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
            if found == digest:
                return StoredFile(digest, source.stat().st_size)
            self._place(digest).unlink()
            return None
        with source.open("rb") as stream:
            stored = self.add(iter(lambda: stream.read(CHUNK), b""), under=digest)
        return stored if stored.digest == digest else None

    def _linked(self, source: Path, digest: str) -> bool:
        place = self._place(digest)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        try:
            os.link(source, place)
        except OSError:  # another disk, or one without links: it is copied
            return False
        return True

    def remove(self, digest: str) -> bool:
        """Remove a file whose removal is on record; whether it was there."""
        place = self._place(digest)
        if not place.is_file():
            return False
        place.unlink()
        _sync_folder(place.parent)
        return True

    def _note(self, digest: str) -> Path:
        place = self._place(digest)
        return place.with_name(place.name + NOTE)

    def _place(self, digest: str) -> Path:
        if len(digest) != DIGITS or not set(digest) <= set("0123456789abcdef"):
            raise NotFound("evidence file", digest)
        return self.folder / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
