"""Checks a backup on its own, without the installation that it came from; each step names what it found.

 1 manifest              it reads as one
 2 signature             the CMS signature fits it
 3 certificate           it leads to the certificate that is pinned, or to the one beside it
 4 database              the copy has the digest that is listed, and the database finds no fault in it
 5 schema                the copy has the schema that is listed, and this version knows it
 6 rows                  every table has as many rows as listed
 7 ledger                every step of docs/ledger.md holds in the copy, under the key that is pinned or listed
 8 checkpoint            the newest in the copy is the one that is listed
 9 files                 each is there and has the bytes of its digest
10 named                 every file that a row names is listed, and none was absent when the backup was made
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from core.backup.copying import Say, open_copy, rows_by_table
from core.backup.manifest import AUTHORITY, DATABASE, FILES, MANIFEST, SIGNATURE, Manifest, chosen, parse_manifest
from core.errors import GovernanceError
from core.ledger import offline
from core.ledger.report import Faults, Report, Step
from core.ledger.service import newest_note
from core.ledger.verify import verify_store
from core.store import EvidenceFiles
from core.store.migrations import newest_revision, refuse_newer, revision_of, upgrade
from core.store.named import named_files

OFFLINE_NAME = "manifest-sha256.txt"  # what the offline verifier calls the file that is signed


@dataclass(frozen=True)
class Pinned:
    """What whoever checks knows from elsewhere: the fingerprint of the authority, and the ledger's key."""

    authority: str | None = None
    vkey: str | None = None


@dataclass(frozen=True)
class Checked:
    """A backup and what each step found; without a manifest that can be read there is nothing else."""

    path: Path
    manifest: Manifest | None
    report: Report

    @property
    def passed(self) -> bool:
        return self.report.passed


def check_backup(folder: Path, *, pinned: Pinned | None = None, say: Say = lambda _step: None) -> Checked:
    """Check this backup, or the newest in this folder; raises `Unreadable` where there is none."""
    path, pinned = chosen(folder), pinned or Pinned()
    try:
        content = (path / MANIFEST).read_bytes()
        manifest = parse_manifest(content.decode("utf-8"))
    except (OSError, UnicodeDecodeError, GovernanceError) as error:
        return Checked(path, None, Report((Step(1, "manifest", False, str(error)),), 0))
    first = Step(1, "manifest", True, f"{manifest.origin}, {manifest.ended.isoformat(timespec='seconds')}")
    say("database")
    steps = [first, *_signature(path, content, pinned), *_database(path, manifest, pinned, say)]
    steps.append(_files(path, manifest, say))
    return Checked(path, manifest, Report(tuple(sorted(steps, key=lambda step: step.number)), manifest.entries))


def _signature(path: Path, content: bytes, pinned: Pinned) -> Iterator[Step]:
    bundle = offline.Bundle(b"", authority=pinned.authority)
    bundle.files[OFFLINE_NAME] = content
    for name, known in ((SIGNATURE, f"{OFFLINE_NAME}.p7s"), (AUTHORITY, AUTHORITY)):
        if (path / name).is_file():
            bundle.files[known] = (path / name).read_bytes()
    for number, name, check in ((2, "signature", offline.signature), (3, "certificate", offline.certificate)):
        try:
            yield Step(number, name, True, check(bundle))
        except (offline.Failed, ValueError, IndexError, KeyError) as error:
            said = str(error).replace(f"{OFFLINE_NAME}.p7s", SIGNATURE).replace(OFFLINE_NAME, MANIFEST)
            yield Step(number, name, False, said or type(error).__name__)


def _database(path: Path, manifest: Manifest, pinned: Pinned, say: Say) -> Iterator[Step]:
    copy = path / DATABASE
    found = _digest(copy) if copy.is_file() else None
    if found != manifest.database.sha256:
        yield Step(4, "database", False, f"{DATABASE} is missing" if found is None else f"{DATABASE} was changed")
        return
    try:
        with _readable(copy) as (engine, revision):
            with engine.connect() as connection:
                sound = connection.execute(text("PRAGMA quick_check")).scalar_one()
            yield Step(4, "database", sound == "ok", f"{manifest.database.size:,} bytes" if sound == "ok" else sound)
            same = revision == manifest.revision
            said = revision if same else f"the copy has {revision}, the manifest says {manifest.revision}"
            yield Step(5, "schema", same, said)
            yield _rows(copy, manifest)
            say("ledger")
            yield from _ledger(engine, path, manifest, pinned, say)
            yield _named(engine, manifest)
    except (DBAPIError, GovernanceError) as error:
        yield Step(5, "schema", False, str(error))


@contextmanager
def _readable(copy: Path) -> Iterator[tuple[Engine, str]]:
    """The copy, or where its schema is older a second copy with the schema that the code here reads."""
    engine = open_copy(copy)
    revision = revision_of(engine) or ""
    refuse_newer(revision)
    if revision == newest_revision():
        yield engine, revision
        engine.dispose()
        return
    engine.dispose()
    with tempfile.TemporaryDirectory(prefix="countersign-check-") as scratch:
        raised = Path(shutil.copy(copy, scratch))
        engine = create_engine(f"sqlite:///{raised}")
        upgrade(engine)
        yield engine, revision
        engine.dispose()


def _rows(copy: Path, manifest: Manifest) -> Step:
    engine, faults = (
        open_copy(copy),
        Faults(6, "rows", f"{sum(manifest.rows.values()):,} in {len(manifest.rows)} tables"),
    )
    found = rows_by_table(engine)
    engine.dispose()
    for name in sorted({*found, *manifest.rows}):
        if found.get(name) != manifest.rows.get(name):
            faults.add(f"{name} has {found.get(name)}, not {manifest.rows.get(name)}")
    return faults.step()


def _ledger(engine: Engine, path: Path, manifest: Manifest, pinned: Pinned, say: Say) -> Iterator[Step]:
    files = path.parent / FILES / "events"
    with Session(engine) as session:
        report = verify_store(
            session,
            pinned.vkey or manifest.vkey,
            events=EvidenceFiles(files) if files.is_dir() else None,
            progress=lambda done, total: say(f"events {done:,} of {total:,}"),
            unread={one.sha256 for one in manifest.files if one.sealed},  # step 9 knows them as they lie
        )
        newest = newest_note(session) or ""
    wrong = "; ".join(f"step {step.number}, {step.name}: {step.detail}" for step in report.failures)
    own = "" if pinned.vkey else "; NOT PINNED: the key is the one that the backup names"
    yield Step(7, "ledger", report.passed, (wrong or f"{report.size:,} entries") + own)
    same = newest == manifest.checkpoint
    yield Step(8, "checkpoint", same, f"of {manifest.entries:,} entries" if same else "the copy has another one")


def _files(path: Path, manifest: Manifest, say: Say) -> Step:
    faults = Faults(9, "files", f"{len(manifest.files):,} files, {sum(one.size for one in manifest.files):,} bytes")
    for at, one in enumerate(manifest.files):
        say(f"file {at + 1:,} of {len(manifest.files):,}")
        kept = path.parent / FILES / one.folder / one.lies_as[:2] / one.lies_as
        if not kept.is_file():
            faults.add(f"{one.folder} file {one.sha256} is missing")
        elif _digest(kept) != one.lies_as:
            faults.add(f"{one.folder} file {one.sha256} has other bytes than its digest says")
    return faults.step()


def _named(engine: Engine, manifest: Manifest) -> Step:
    faults = Faults(10, "named", "every file that a row names is listed")
    for lost in manifest.absent:
        faults.add(f"{lost} when the backup was made")
    known = {(one.folder, one.sha256) for one in manifest.files}
    known |= {(one.folder, one.sha256) for one in manifest.absent}
    known |= {(one.folder, one.former) for one in manifest.redacted}
    with engine.connect() as connection:
        named = named_files(connection)
    for folder, digests in named.needed.items():
        for digest in sorted(digests):
            if (folder.value, digest) not in known:
                faults.add(f"{folder} file {digest} is named and not listed")
    return faults.step()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
