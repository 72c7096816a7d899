"""Restores a backup into an empty installation, so that what was lost shows and nothing has its effect twice.

1. The backup is checked, as docs/operation.md numbers it. 2. The place is empty, or what is there is moved aside.
3. The key that signed the backup's ledger is here. 4. Files, database, migrations. 5. The ledger verifies in its new
place. 6. Sessions, leases and messages are settled. Until the end a marker keeps the installation from being started.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.backup.checking import Pinned, check_backup
from core.backup.copying import Say
from core.backup.loading import is_empty, load_copy
from core.backup.manifest import DATABASE, FILES, SEALED, FileLine, Manifest
from core.backup.marker import begin_restore
from core.backup.sealing import unseal_keys
from core.backup.settling import Settled, settle_restored
from core.errors import GovernanceError, Refusal, Refused
from core.jobs.workers import workers
from core.ledger.keyring import CURRENT
from core.ledger.keys import load_signer
from core.ledger.notes import NoteRefused
from core.ledger.report import Report, Step
from core.ledger.verify import verify_store
from core.store import EvidenceFiles, Store
from core.store.migrations import newest_revision
from core.store.named import Folder
from core.store.vault import INSTALLATION, has_installation_key

CLAUSE = "docs/operation.md, Restore"
BESIDE = (*Folder, "incoming", "cache")
MAY_LACK = {9, 10}  # steps of a check that speak of files


class BackupNotWhole(GovernanceError):
    """The backup does not verify; says every step that does not hold."""

    def __init__(self, path: Path, failures: Sequence[Step]) -> None:
        self.failures = tuple(failures)
        wrong = "; ".join(f"step {step.number}, {step.name}: {step.detail}" for step in failures)
        super().__init__(f"{path.name} is not restored, as it does not verify. {wrong}")


@dataclass(frozen=True)
class Target:
    """Where a backup is restored to; a trial lends its keys, and links files instead of copying them."""

    store: Store
    data_dir: Path
    lent: Path | None = None

    @property
    def keys(self) -> Path:
        return self.lent or self.data_dir / "keys"


@dataclass(frozen=True)
class Restored:
    """What was restored, from which schema, what was settled, and where the former installation lies, if there was."""

    path: Path
    manifest: Manifest
    report: Report
    settled: Settled
    aside: str
    lacking: tuple[str, ...]

    @property
    def upgraded_from(self) -> str:
        """The schema of the backup, where it was an older one."""
        return "" if self.manifest.revision == newest_revision() else self.manifest.revision


def restore_backup(
    folder: Path,
    target: Target,
    *,
    pinned: Pinned | None = None,
    passphrase: bytes | None = None,
    replace: bool = False,
    incomplete: bool = False,
    at: datetime,
    say: Say = lambda _step: None,
    before_settling: Callable[[], None] = lambda: None,
) -> Restored:
    """Restore; the caller ends it with `restore_is_done`. Raises `BackupNotWhole`, `SchemaNewer` and `Refused`.

    `incomplete` takes a backup in which only files are missing or damaged. `replace` moves aside what is there.
    `before_settling` makes messages of what was due by now, so that it is among what is not sent again.
    """
    say("checking the backup")
    checked = check_backup(folder, pinned=pinned, say=say)
    wrong = [step for step in checked.report.failures if not (incomplete and step.number in MAY_LACK)]
    manifest, path = checked.manifest, checked.path
    if wrong or manifest is None:
        raise BackupNotWhole(path, wrong or checked.report.failures)
    reasons = place_refusals(target, replace=replace, at=at)
    if reasons:
        raise Refused(reasons)
    if passphrase is not None:
        unseal_keys(path.parent / SEALED, target.data_dir, passphrase)
    reasons = key_refusals(target.keys, manifest)
    if reasons:
        raise Refused(reasons)
    begin_restore(target.data_dir, path.name)
    aside = _moved_aside(target, at)
    lacking = _files(path, target, manifest.files, say)
    for one in manifest.redacted:
        EvidenceFiles(target.data_dir / one.folder).redact(one.note)
    say("database")
    load_copy(path / DATABASE, target.store.engine, say)
    target.store.upgrade()
    report = _verified(path, target, say)
    before_settling()
    with target.store.transaction() as tx:
        settled = settle_restored(tx, backed_up=manifest.ended, at=at)
    lost = tuple(str(one) for one in manifest.absent) + lacking
    return Restored(path, manifest, report, settled, aside, lost)


def place_refusals(target: Target, *, replace: bool, at: datetime) -> tuple[Refusal, ...]:
    """Why nothing is restored here: there is an installation, or it is at work."""
    files = [one for one in BESIDE if any((target.data_dir / one).glob("*/*"))]
    if is_empty(target.store.engine) and not files:
        return ()
    if not replace:
        found = "The database is not empty" if not files else f"The data folder holds {', '.join(files)}"
        return (Refusal("not-empty", found, CLAUSE, "With --replace what is there is moved aside, not removed."),)
    return tuple(
        Refusal(
            "at-work", f"A {role} of this installation works on {host}, process {process}", CLAUSE, "Stop it first."
        )
        for role, host, process in _at_work(target.store, at)
    )


def key_refusals(keys: Path, manifest: Manifest) -> tuple[Refusal, ...]:
    """Why the ledger of this backup could not go on here: its key is not here, or another one took over since."""
    path = keys / CURRENT
    if not path.exists():
        way_out = f"Put {CURRENT} and the other keys there, or give the passphrase that seals them."
        return (Refusal("no-key", f"The key of the ledger is not in {keys}", CLAUSE, way_out),)
    signer = load_signer(path)
    try:
        signer.verifier.open(manifest.checkpoint)
    except NoteRefused:
        said = f"The ledger of this backup is signed by {manifest.vkey}, and the key here is {signer.vkey}"
        way_out = "Restore a backup from after the key was handed over, or put the key of that time there."
        return (Refusal("other-key", said, CLAUSE, way_out),)
    if any(one.sealed for one in manifest.files) and not has_installation_key(keys):
        said = f"Files of this backup are sealed, and {INSTALLATION} is not in {keys}"
        way_out = "Put the whole folder of keys there, or give the passphrase that seals it."
        return (Refusal("no-sealing-key", said, CLAUSE, way_out),)
    return ()


def _at_work(store: Store, at: datetime) -> list[tuple[str, str, int]]:
    try:
        with store.reading() as session:
            return [(one.role.value, one.host, one.process) for one in workers(session) if one.alive(at)]
    except DBAPIError:  # half a database has no workers
        return []


def _moved_aside(target: Target, at: datetime) -> str:
    """Where the files and rows went that were there; empty where there were none."""
    store, name = target.store, f"replaced-{at:%Y%m%dT%H%M%SZ}"
    moved = [target.data_dir / one for one in BESIDE if (target.data_dir / one).exists()]
    database = "" if store.engine.dialect.name == "sqlite" else name.replace("-", "_").lower()
    if not is_empty(store.engine):
        if database:
            with store.engine.begin() as connection:
                connection.execute(text(f'ALTER SCHEMA public RENAME TO "{database}"'))
                connection.execute(text("CREATE SCHEMA public"))
        store.close()
        path = Path(str(store.engine.url.database))
        moved += [] if database else [one for one in path.parent.glob(f"{path.name}*") if one.is_file()]
    elif not any(any(one.rglob("*")) for one in moved):
        return ""
    aside = target.data_dir / name
    aside.mkdir(mode=0o700)
    for one in moved:
        os.replace(one, aside / one.name)
    return f"{aside}, schema {database}" if database else str(aside)


def _files(path: Path, target: Target, lines: Sequence[FileLine], say: Say) -> tuple[str, ...]:
    lacking = []
    for at, one in enumerate(lines):
        say(f"file {at + 1:,} of {len(lines):,}")
        kept, files = path.parent / FILES / one.folder, EvidenceFiles(target.data_dir / one.folder, target.keys)
        if not (kept / one.lies_as[:2] / one.lies_as).is_file():  # only `incomplete` comes here, and below
            lacking.append(f"{one.folder} file {one.sha256} is missing")
        elif not _taken(files, kept, one, link=target.lent is not None):
            lacking.append(f"{one.folder} file {one.sha256} is damaged")
        elif one.sealed and not files.sealed.has_key(one.sha256):
            lacking += _without_key(files, kept, one)
    return tuple(lacking)


def _taken(files: EvidenceFiles, kept: Path, one: FileLine, *, link: bool) -> bool:
    source = kept / one.lies_as[:2] / one.lies_as
    if one.sealed:
        return files.sealed.take(source, one.sha256, one.sealed, link=link)
    return files.take_over(source, one.sha256, link=link) is not None


def _without_key(files: EvidenceFiles, kept: Path, one: FileLine) -> Sequence[str]:
    """What is lacking of a sealed file whose key is gone; nothing where a newer backup has what stands for it."""
    why = files.sealed.vault.destroyed(one.sha256)
    if why is None:
        return (f"{one.folder} file {one.sha256} does not open, as its key is not here",)
    if stands := files.sealed.vault.follow(one.sha256):
        digest, key = stands
        source = kept / key.file[:2] / key.file
        if source.is_file() and files.sealed.take(source, digest, key.file):
            return ()
    said = f"its key was destroyed for {why.request}"
    return (f"{one.folder} file {one.sha256} does not open any more, as {said}",)


def _verified(path: Path, target: Target, say: Say) -> Report:
    say("ledger")
    with target.store.reading() as session:
        events = EvidenceFiles(target.data_dir / Folder.EVENTS, target.keys)
        report = verify_store(session, load_signer(target.keys / CURRENT).vkey, events=events)
    failures = [step for step in report.failures if step.number < 14]
    if failures:
        raise BackupNotWhole(path, failures)
    return report
