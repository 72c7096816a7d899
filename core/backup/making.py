"""Makes a backup: the database as of one moment, every file that its rows name, and a signed list of both.

Backups of one folder share their files: what is there by its digest is not copied again. A backup has another name
until it is whole, so that one that was broken off is never taken for one.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from core.backup.copying import Say, copy_database, open_copy, revision_of, rows_by_table
from core.backup.manifest import (
    AUTHORITY,
    DATABASE,
    FILES,
    MANIFEST,
    SEALED,
    SIGNATURE,
    Absent,
    FileLine,
    Manifest,
    Redacted,
    backups_in,
    parse_manifest,
)
from core.backup.sealing import seal_keys
from core.errors import GovernanceError
from core.ledger.checkpoints import parse_checkpoint
from core.ledger.notes import split_note
from core.ledger.service import Ledger, newest_note
from core.reports.keys import SigningKeys
from core.reports.signing import sign_manifest
from core.store import EvidenceFiles, Store
from core.store.named import Folder, NamedFiles, named_files, naming_rows

TRIES = 3
GONE, DAMAGED = "is not there", "has other bytes than its digest says"


class BackupUnderWay(GovernanceError):
    """Another backup is being made into the same folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Another backup is being made into {folder}. Wait until it is done.")


@dataclass(frozen=True)
class Source:
    """What is backed up: the store, its ledger and signing keys, and the data folder with the files.

    With `link` files share their bytes with the backup where they can: for one that is only tried out.
    """

    store: Store
    ledger: Ledger
    keys: SigningKeys
    data_dir: Path
    version: str
    link: bool = False


@dataclass(frozen=True)
class Made:
    """A backup that is whole: where it lies, what it says, and how much had to be copied."""

    path: Path
    manifest: Manifest
    copied: int
    copied_bytes: int
    sealed: int
    dropped: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every file that rows name is in it."""
        return not self.manifest.absent


def make_backup(
    source: Source,
    folder: Path,
    *,
    clock: Callable[[], datetime],
    say: Say = lambda _step: None,
    passphrase: bytes | None = None,
    keep: int | None = None,
) -> Made:
    """Make a backup in this folder, which may hold earlier ones; `keep` drops all but so many of the newest.

    Raises `BackupUnderWay`, and `OSError` when the disk is full or the folder cannot be written; then nothing that was
    there has changed, and nothing new passes for a backup.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        for left in folder.glob(".backup-*"):
            shutil.rmtree(left)  # broken off; nobody else is at work here
        started = clock()
        draft = folder / f".backup-{started:%Y%m%dT%H%M%SZ}"
        draft.mkdir(mode=0o700)
        try:
            copied, manifest = _copied(source, folder, draft, started, clock, say)
            _sign(draft, manifest, source.keys, at=manifest.ended)
            sealed = seal_keys(source.data_dir, folder / SEALED, passphrase) if passphrase else 0
            path = _named(folder, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        dropped = _drop(folder, keep) if keep else ()
        return Made(path, manifest, len(copied), sum(one.size for one in copied), sealed, dropped)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ends with the process, however that ends
        except BlockingIOError:
            raise BackupUnderWay(folder) from None
        yield


def _copied(
    source: Source, folder: Path, draft: Path, started: datetime, clock: Callable[[], datetime], say: Say
) -> tuple[list[FileLine], Manifest]:
    """The files that were copied, and what the backup is to say.

    A file may be removed, on record, between the snapshot and its copy: then a later snapshot is taken, which says so.
    """
    database, copied = draft / DATABASE, list[FileLine]()
    for left in range(TRIES, 0, -1):
        say("database")
        database.unlink(missing_ok=True)
        copy_database(source.store.engine, database, say)
        engine = open_copy(database)
        with engine.connect() as connection:
            named = named_files(connection)
        found = _copy_files(source, folder, named, copied, say)
        if not found.absent or left == 1 or not _moved_on(source, found.absent):
            break
        engine.dispose()
    say("digests")
    with Session(engine) as session:
        note = newest_note(session) or ""
        absent = [_with_row(session, one) for one in found.absent]
    rows, revision = rows_by_table(engine), revision_of(engine) or ""
    engine.dispose()
    _sync(database)
    return copied, Manifest(
        version=source.version, origin=source.ledger.origin, vkey=source.ledger.vkey,
        source=source.store.engine.dialect.name, started=started, ended=clock(), revision=revision,
        entries=parse_checkpoint(split_note(note)[0]).size if note else 0, checkpoint=note,
        database=FileLine("", _digest(database), database.stat().st_size), rows=rows,
        files=tuple(sorted(set(found.files))), absent=tuple(sorted(absent)),
        redacted=tuple(sorted(set(found.redacted))),
    )  # fmt: skip


@dataclass
class _Found:
    """What became of the files that rows name."""

    files: list[FileLine] = field(default_factory=list)
    absent: list[Absent] = field(default_factory=list)
    redacted: list[Redacted] = field(default_factory=list)


def _copy_files(source: Source, folder: Path, named: NamedFiles, copied: list[FileLine], say: Say) -> _Found:
    wanted = [(kind, digest, True) for kind, found in named.needed.items() for digest in sorted(found)]
    wanted += [(kind, digest, False) for kind, found in named.welcome.items() for digest in sorted(found)]
    found = _Found()
    for at, (kind, digest, needed) in enumerate(wanted):
        say(f"file {at + 1:,} of {len(wanted):,}")
        note = EvidenceFiles(source.data_dir / kind).redaction(digest)
        if note is not None:  # also where an earlier backup has the file as it was
            found.redacted.append(Redacted(kind, note.former, note.replacement, note.request, note.entry, note.rows))
            if note.replacement:
                wanted.append((kind, note.replacement, True))
            continue
        _copy_file(source, folder, kind, digest, needed, found, copied)
    return found


def _copy_file(
    source: Source, folder: Path, kind: Folder, digest: str, needed: bool, found: _Found, copied: list[FileLine]
) -> None:
    files = EvidenceFiles(source.data_dir / kind)
    sealed = files.sealed.written_as(digest) if files.sealed.holds(digest) else ""
    name, original = sealed or digest, files.lies_at(digest)
    target = folder / FILES / kind / name[:2] / name
    if target.is_file() and (not original.is_file() or target.stat().st_size == original.stat().st_size):
        found.files.append(FileLine(kind, digest, target.stat().st_size, sealed))
        return
    try:
        stored = EvidenceFiles(folder / FILES / kind).take_over(original, name, link=source.link)
    except FileNotFoundError:
        if needed:
            found.absent.append(Absent(kind, digest, GONE))
        return
    if stored is None:
        found.absent.append(Absent(kind, digest, DAMAGED))
        return
    found.files.append(FileLine(kind, digest, stored.size, sealed))
    copied.append(found.files[-1])


def _moved_on(source: Source, absent: list[Absent]) -> bool:
    """Whether rows name less by now than they did in the snapshot."""
    with source.store.reading() as session:
        named = named_files(session.connection())
    return any(one.sha256 not in named.needed.get(Folder(one.folder), ()) for one in absent)


def _with_row(session: Session, one: Absent) -> Absent:
    rows = naming_rows(session.connection(), Folder(one.folder), [one.sha256])
    return Absent(one.folder, one.sha256, one.why, rows.get(one.sha256, ""))


def _sign(draft: Path, manifest: Manifest, keys: SigningKeys, *, at: datetime) -> None:
    content = manifest.to_json().encode()
    signature = sign_manifest(content, keys, at=at)
    for name, data in ((MANIFEST, content), (SIGNATURE, signature), (AUTHORITY, keys.authority_pem)):
        (draft / name).write_bytes(data)
        _sync(draft / name)
    _sync(draft)


def _named(folder: Path, draft: Path) -> Path:
    """Give the draft its name: from this moment on it is a backup."""
    path, again = folder / draft.name.removeprefix("."), 1
    while path.exists():
        again += 1
        path = folder / f"{draft.name.removeprefix('.')}-{again}"
    draft.rename(path)
    _sync(folder)
    return path


def _drop(folder: Path, keep: int) -> tuple[str, ...]:
    """Drop all but the newest backups, and the files that none of those lists."""
    backups = backups_in(folder)
    for old in backups[keep:]:
        gone = old.with_name(f".{old.name}")  # first no backup any more, then gone
        old.rename(gone)
        shutil.rmtree(gone)
    kept = {
        (one.folder, one.lies_as)
        for path in backups[:keep]
        for one in parse_manifest((path / MANIFEST).read_text(encoding="utf-8")).files
    }
    for path in (folder / FILES).glob("*/*/*"):
        if (path.parent.parent.name, path.name) not in kept:
            path.unlink()
    for path in (folder / FILES).glob("*/.incoming-*"):
        path.unlink()
    return tuple(path.name for path in backups[keep:])


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
