"""What a backup says of itself: the file `manifest.json`, which lists everything in it and is signed."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from core.errors import Problem, Unreadable
from core.store.files import Redaction
from core.store.named import Folder

FORM = "countersign-backup/1"
MANIFEST, SIGNATURE, AUTHORITY, DATABASE = "manifest.json", "manifest.json.p7s", "ca.crt", "database.sqlite"
FILES, SEALED = "files", "keys.sealed"
NAME = re.compile(r"backup-\d{8}T\d{6}Z(-\d+)?")
DIGEST = re.compile(r"[0-9a-f]{64}")
NOT_INCLUDED = (
    "keys/, signin/ and erasures/ of the data folder: the keys that sign the ledger and the exports, the secrets of "
    "sign-in, and the orders that erase people again after a restore. Keep the newest state apart, or make a copy that "
    "a passphrase seals (--with-keys)",
    "settings: they are environment variables, and some of them hold secrets",
    "incoming/ and cache/ of the data folder: uploads under way, and what is made anew",
)


@dataclass(frozen=True, order=True)
class FileLine:
    """One file by its digest: the folder, SHA-256 and size in bytes; of a sealed one also the SHA-256 as it lies.

    A sealed file lies under the latter, so that it can be checked without its key.
    """

    folder: str
    sha256: str
    size: int
    sealed: str = ""

    @property
    def lies_as(self) -> str:
        """The SHA-256 of the bytes that the backup holds, which is their name too."""
        return self.sealed or self.sha256


@dataclass(frozen=True, order=True)
class Absent:
    """A file that rows name and that could not be copied: what stood in its way, and a row that names it."""

    folder: str
    sha256: str
    why: str
    named_by: str = ""

    def __str__(self) -> str:
        by = f", named by {self.named_by}" if self.named_by else ""
        return f"{self.folder} file {self.sha256} {self.why}{by}"


@dataclass(frozen=True, order=True)
class Redacted:
    """A file that a person's rows were erased from: the one that stands for it, or none, and by which request."""

    folder: str
    former: str
    replacement: str
    request: str
    entry: int
    rows: int

    @property
    def note(self) -> Redaction:
        """What the store keeps in its place."""
        return Redaction(self.former, self.replacement, self.request, self.entry, self.rows)


@dataclass(frozen=True)
class Manifest:
    """One backup: whose, of when, with which schema, rows and ledger, and every file."""

    version: str
    origin: str
    vkey: str
    source: str
    started: datetime
    ended: datetime
    revision: str
    entries: int
    checkpoint: str
    database: FileLine
    rows: Mapping[str, int]
    files: tuple[FileLine, ...]
    absent: tuple[Absent, ...]
    redacted: tuple[Redacted, ...]

    def to_json(self) -> str:
        """As text, the same for the same backup."""
        said: dict[str, object] = {"form": FORM} | asdict(self) | {"not_included": NOT_INCLUDED}
        said |= {"started": self.started.isoformat(), "ended": self.ended.isoformat()}
        return json.dumps(said, indent=1, sort_keys=True) + "\n"

    @property
    def bytes(self) -> int:
        """The size of everything in it."""
        return self.database.size + sum(one.size for one in self.files)


def parse_manifest(text: str) -> Manifest:
    """The inverse of `to_json`; raises `Unreadable` for anything else."""
    try:
        said = json.loads(text)
        if said.pop("form") != FORM:
            raise Unreadable([Problem("not a manifest of a form that this version reads", expected=FORM)])
        said.pop("not_included")
        said["started"], said["ended"] = (datetime.fromisoformat(said[name]) for name in ("started", "ended"))
        said["database"] = _line(said["database"])
        said["files"] = tuple(_line(one) for one in said["files"])
        said["absent"] = tuple(Absent(**one) for one in said["absent"])
        said["redacted"] = tuple(_redacted(one) for one in said["redacted"])
        return Manifest(**said)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable([Problem(f"not a manifest of a backup ({type(error).__name__})")]) from error


def _line(said: Mapping[str, object]) -> FileLine:
    line = FileLine(str(said["folder"]), str(said["sha256"]), int(str(said["size"])), str(said.get("sealed", "")))
    known = {*Folder, ""}
    if line.folder not in known or not all(map(DIGEST.fullmatch, (line.sha256, line.lies_as))):  # they become paths
        raise ValueError("a line that names no file of a backup")
    return line


def _redacted(said: Mapping[str, object]) -> Redacted:
    one = Redacted(**said)  # type: ignore[arg-type]  # looked at below
    digests = (one.former, one.replacement or one.former)
    if one.folder not in set(Folder) or not all(DIGEST.fullmatch(digest) for digest in digests):
        raise ValueError("a line that names no file of a backup")
    return one


def backups_in(folder: Path) -> tuple[Path, ...]:
    """The whole backups in this folder, the newest first; one that was broken off has another name."""
    found = [path for path in folder.glob("backup-*") if NAME.fullmatch(path.name) and (path / MANIFEST).is_file()]
    return tuple(sorted(found, key=lambda path: path.name, reverse=True))


def chosen(folder: Path) -> Path:
    """The backup that is meant: this one, or the newest in this folder; raises `Unreadable`."""
    if (folder / MANIFEST).is_file():
        return folder
    found = backups_in(folder)
    if not found:
        broken = any(folder.glob(".backup-*"))
        said = "only a backup that was broken off lies here" if broken else "no backup lies here"
        raise Unreadable([Problem(said, found=str(folder))])
    return found[0]
