"""Evidence files, each under its own SHA-256, written once and never changed.

A file with sensitive attributes lies sealed (`sealed_form`), under the digest of its content all the same. Where rows
of a person were erased from a file (GDPR article 17), the file is gone: beside its place stands a note that names the
file without those rows, how many there were, and the ledger's entry that says so.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from core.errors import NotFound
from core.store.file_facts import DIGITS, NOTE, Redaction, StoredFile
from core.store.sealed_files import CHUNK, SEALED, Counted, SealedFiles
from core.store.unsealing import lent
from core.store.vault import Destroyed, Vault

__all__ = ["NOTE", "EvidenceFiles", "Redaction", "StoredFile"]

KEYS = "keys"  # beside the folders of files


class EvidenceFiles:
    """A folder of files named by their digest; `keys` is the installation's folder of keys, for sealed ones."""

    def __init__(self, folder: Path, keys: Path | None = None) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sealed = SealedFiles(Vault(keys or folder.parent / KEYS, folder.name), self._place)

    def path(self, digest: str) -> Path:
        """Where a file that is never sealed lies, or the one that stands for it since a person's rows were erased.

        Raises `NotFound` when neither is here, and for a sealed file, which only `opened` lends.
        """
        digest = self._standing(digest)
        if self.sealed.holds(digest):
            raise NotFound("evidence file that lies open", digest)
        if not self._place(digest).is_file():
            raise NotFound("evidence file", digest)
        return self._place(digest)

    @contextmanager
    def opened(self) -> Iterator[Callable[[str], Path]]:
        """A function that says where the file with a digest is read until the block ends, as `path`, sealed or not.

        What a sealed file holds is lent in memory. Raises `NotFound` where its key is gone, too, and
        `CannotBeUnsealed` where it was changed.
        """
        with ExitStack() as stack:
            known = dict[str, Path]()

            def path(digest: str) -> Path:
                digest = self._standing(digest)
                if not self.sealed.holds(digest):
                    return self.path(digest)
                if digest not in known:
                    known[digest] = stack.enter_context(lent(self.sealed.content(digest), self.sealed.size(digest)))
                return known[digest]

            yield path

    def holds(self, digest: str) -> bool:
        """Whether the very file with this digest lies here, sealed or not, and not one that stands for it."""
        return self._place(digest).is_file() or self.sealed.holds(digest)

    def lies_at(self, digest: str) -> Path:
        """Where the very file with this digest lies as it is on disk, sealed or not; it may not be there."""
        return self.sealed.place(digest) if self.sealed.holds(digest) else self._place(digest)

    def is_sound(self, digest: str) -> bool:
        """Whether the very file with this digest has the bytes that its digest says; a sealed one is opened for it."""
        if self.sealed.holds(digest):
            return self.sealed.is_sound(digest)
        with self._place(digest).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == digest

    def seal(self, digest: str) -> bool:
        """Seal a file that lies open; whether there was anything to do."""
        if not self._place(digest).is_file():
            return False
        self.add_path(self._place(digest), sealing=True)
        return True

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
        why = Destroyed(redaction.replacement, redaction.request, redaction.entry, redaction.rows)
        self.sealed.destroy(redaction.former, why)
        place.unlink(missing_ok=True)
        _sync_folder(place.parent)

    def digests(self) -> Iterator[str]:
        """The digest of every file that lies here, in order."""
        for path in sorted(self.folder.glob("??/*")):
            if len(path.name.removesuffix(SEALED)) == DIGITS and path.is_file():
                yield path.name.removesuffix(SEALED)

    def add(
        self, chunks: Iterable[bytes], *, durable: bool = True, under: str | None = None, sealing: bool = False
    ) -> StoredFile:
        """Stream into a temporary file, make it durable, then give it its name; a crash leaves nothing half-stored.

        What can be made anew need not be `durable`: whoever reads it verifies its digest. Bytes that have not the
        digest `under` which they are expected are not kept. With `sealing` no plain byte reaches the disk; content that
        lies here sealed stays sealed.
        """
        temporary, content = self.folder / f".incoming-{secrets.token_hex(8)}", Counted()
        try:
            if sealing:
                self.sealed.write(content, chunks, temporary)
                self._place(content.digest).unlink(missing_ok=True)
                _sync_folder(self._place(content.digest).parent)
            else:
                self._write(content, chunks, temporary, durable, under)
        finally:
            temporary.unlink(missing_ok=True)
        return StoredFile(content.digest, content.size)

    def add_path(self, source: Path, *, sealing: bool = False) -> StoredFile:
        """Add a copy of the file at `source`."""
        with source.open("rb") as stream:
            return self.add(iter(lambda: stream.read(CHUNK), b""), sealing=sealing)

    def _write(
        self, content: Counted, chunks: Iterable[bytes], temporary: Path, durable: bool, under: str | None
    ) -> None:
        with temporary.open("xb") as sink:
            for chunk in content.of(chunks):
                sink.write(chunk)
            sink.flush()
            if durable:
                os.fsync(sink.fileno())
        if under in (None, content.digest) and not self.sealed.holds(content.digest):
            place = self._place(content.digest)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            temporary.replace(place)
            if durable:
                _sync_folder(place.parent)

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
        """Remove a file whose removal is on record, with its key; whether it was there."""
        place = self._place(digest)
        if self.sealed.destroy(digest):
            return True
        if not place.is_file():
            return False
        place.unlink()
        _sync_folder(place.parent)
        return True

    def _standing(self, digest: str) -> str:
        """The digest of the file that is read for this one: its own while it is here."""
        return digest if self.holds(digest) else self.stands_for(digest)

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
