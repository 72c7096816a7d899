"""Sealed files in a folder of files by digest: written, opened and destroyed together with their keys."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from io import BufferedReader
from pathlib import Path

from core.errors import NotFound
from core.store.sealed_form import CannotBeUnsealed, key_name_of, sealed, unsealed
from core.store.vault import Destroyed, Vault, new_data_key

SEALED = ".sealed"
CHUNK = 1 << 20


class Counted:
    """Passes bytes on, and knows their SHA-256 and how many they were."""

    def __init__(self) -> None:
        self.sha256, self.size = hashlib.sha256(), 0

    def of(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.sha256.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def digest(self) -> str:
        return self.sha256.hexdigest()


class SealedFiles:
    """The sealed ones among the files of a folder; `place` says where the file with a digest would lie open."""

    def __init__(self, vault: Vault, place: Callable[[str], Path]) -> None:
        self.vault, self._open_place = vault, place

    def place(self, digest: str) -> Path:
        """Where the sealed file with this digest lies, or would."""
        place = self._open_place(digest)
        return place.with_name(place.name + SEALED)

    def holds(self, digest: str) -> bool:
        """Whether the file with this digest lies here sealed."""
        return self.place(digest).is_file()

    def write(self, content: Counted, chunks: Iterable[bytes], draft: Path) -> None:
        """Write the sealed content to `draft`, give it its name, and keep its key; both are on disk then.

        Content that lies here sealed already stays as it is.
        """
        key, written = new_data_key(), Counted()
        with draft.open("xb") as sink:
            for chunk in written.of(sealed(content.of(chunks), key.key, key.name)):
                sink.write(chunk)
            sink.flush()
            os.fsync(sink.fileno())
        if self.holds(content.digest) and self.has_key(content.digest):
            return
        self.vault.keep(content.digest, replace(key, file=written.digest, size=written.size))
        place = self.place(content.digest)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        draft.replace(place)

    def content(self, digest: str) -> Iterator[bytes]:
        """What the file holds; raises `NotFound` where it or its key is gone, `CannotBeUnsealed` for a changed one."""
        with self._read(digest) as source:
            key = self.vault.key(digest, key_name_of(source, digest))
            source.seek(0)
            yield from unsealed(source, key.key, digest)

    def is_sound(self, digest: str) -> bool:
        """Whether the file opens, and holds what its digest says."""
        counted = Counted()
        try:
            for _ in counted.of(self.content(digest)):
                pass
        except (OSError, NotFound, CannotBeUnsealed):
            return False
        return counted.digest == digest

    def has_key(self, digest: str) -> bool:
        """Whether the data key of this file is here."""
        return bool(self._told(digest))

    def written_as(self, digest: str) -> str:
        """The SHA-256 of the file as it lies on disk."""
        if said := self._told(digest):
            return str(said["file"])
        with self._read(digest) as source:
            return hashlib.file_digest(source, "sha256").hexdigest()

    def size(self, digest: str) -> int:
        """How many bytes the file takes on disk, which is little more than it holds."""
        return self.place(digest).stat().st_size

    def take(self, source: Path, digest: str, written_as: str, *, link: bool = False) -> bool:
        """Take over a sealed file as it lies elsewhere; False, and nothing is kept, where it has another SHA-256.

        With `link` it shares its bytes with the source where both lie on one disk, for a copy that does not stay.
        """
        place = self.place(digest)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        draft = place.parent.with_name(f".incoming-{secrets.token_hex(8)}")
        try:
            _copy(source, draft, link)
            with draft.open("rb") as taken:
                if hashlib.file_digest(taken, "sha256").hexdigest() != written_as:
                    return False
                os.fsync(taken.fileno())
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
        return True

    def destroy(self, digest: str, why: Destroyed | None = None) -> bool:
        """Destroy key and file, whether there were any; `why` stays in place of the key."""
        had = self.holds(digest) or bool(self.vault.names(digest))
        self.vault.destroy(digest, why if had else None)
        with suppress(FileNotFoundError):
            self.place(digest).unlink()
        return had

    def _told(self, digest: str) -> dict[str, object]:
        with self._read(digest) as source, suppress(CannotBeUnsealed):
            return dict(self.vault.told(digest, key_name_of(source, digest)))
        return {}

    def _read(self, digest: str) -> BufferedReader:
        try:
            return self.place(digest).open("rb")
        except FileNotFoundError:
            raise NotFound("sealed file", digest) from None


def _copy(source: Path, draft: Path, link: bool) -> None:
    if link:
        with suppress(OSError):  # another disk, or one without links
            os.link(source, draft)
            return
    shutil.copyfile(source, draft)
