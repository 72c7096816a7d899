"""The restore drill: a backup is made, checked and restored beside the installation, and thrown away again."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from core.backup.copying import Say, rows_by_table
from core.backup.making import Source, make_backup
from core.backup.noting import note_drilled
from core.backup.restoring import Target, restore_backup
from core.errors import GovernanceError
from core.ledger.canonical import JsonValue
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.store import open_store
from core.validation.rules import Severity

DRILL_JOB = "restore drill"
DAY, HOUR = 6, 3  # Sunday, from three in the morning (UTC)
ALERT = "restore drill"


@dataclass(frozen=True)
class Drilled:
    """What a drill came to: how long each part took in milliseconds, how much was in it, and what did not hold."""

    entries: int
    files: int
    bytes: int
    backup_ms: int
    restore_ms: int
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.faults


def due_drills(at: datetime) -> tuple[str, ...]:
    """The slot of this week, on its Sunday."""
    day = at.astimezone(UTC)
    return (f"{day:%G-W%V}",) if day.weekday() == DAY and day.hour >= HOUR else ()


def drill(source: Source, *, slot: str, clock: Callable[[], datetime], say: Say = lambda _step: None) -> Drilled:
    """Make, check and restore; the outcome is on record, and what does not hold raises an alert until it does."""
    came = _came_to(replace(source, link=True), clock, say)
    at = clock()
    facts: dict[str, JsonValue] = {
        "passed": came.passed, "entries": came.entries, "files": came.files, "bytes": came.bytes,
        "backup_ms": came.backup_ms, "restore_ms": came.restore_ms, "faults": "; ".join(came.faults)[:4000],
    }  # fmt: skip
    note_drilled(source.store, source.ledger, facts, slot=slot, at=at)
    with source.store.transaction() as tx:
        if came.passed:
            settle_alert(tx, source.ledger, ALERT, said=f"The drill of {slot} restored everything.", at=at)
        else:
            title = "A backup made now could not be restored whole"
            detail = f"Restore drill {slot}: {'; '.join(came.faults)}"[:4000]
            raise_alert(tx, source.ledger, Signal(AlertKind.CHECK_FAILED, ALERT, Severity.HIGH, title, detail), at=at)
    return came


def _came_to(source: Source, clock: Callable[[], datetime], say: Say) -> Drilled:
    with _scratch(source.data_dir) as scratch:
        begun = clock()
        made = make_backup(source, scratch / "backups", clock=clock, say=say)
        done, manifest = clock(), made.manifest
        faults = [str(one) for one in manifest.absent]
        store = open_store(f"sqlite:///{scratch / 'restored' / 'countersign.db'}")
        target = Target(store, scratch / "restored", lent=source.data_dir / "keys")
        try:
            restored = restore_backup(scratch / "backups", target, incomplete=True, at=clock(), say=say)
            faults += [one for one in restored.lacking if one not in faults]
            faults += [f"step {step.number}, {step.name}: {step.detail}" for step in restored.report.failures]
            found = rows_by_table(store.engine)
            wrong = sorted(name for name in manifest.rows if found.get(name) != manifest.rows[name])
            faults += [f"table {name} has not the rows that it had" for name in wrong]
        except GovernanceError as refused:
            faults.append(str(refused))
        finally:
            store.close()
        return Drilled(
            manifest.entries, len(manifest.files), manifest.bytes, _ms(begun, done), _ms(done, clock()), tuple(faults)
        )


@contextmanager
def _scratch(data_dir: Path) -> Iterator[Path]:
    """A folder on the disk of the data, so that files can be linked; what a drill that died left there goes too."""
    room = data_dir / "cache"
    room.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in room.glob("drill-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="drill-", dir=room) as folder:
        yield Path(folder)


def _ms(begun: datetime, ended: datetime) -> int:
    return round((ended - begun).total_seconds() * 1000)
