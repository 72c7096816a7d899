"""When the last backup was made and the last restore drill held, as the ledger tells."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.ledger.events import Event
from core.ledger.tables import LogEntry, LogPayload


@dataclass(frozen=True)
class LastBackup:
    """A backup by name: of how many entries and files, how many of them were absent, and whether keys were sealed."""

    name: str
    at: datetime
    entry: int
    entries: int
    files: int
    absent: int
    keys_sealed: bool


@dataclass(frozen=True)
class LastDrill:
    """A drill by its week: whether everything came back, and how long backup and restore took in milliseconds."""

    slot: str
    at: datetime
    entry: int
    passed: bool
    backup_ms: int
    restore_ms: int
    faults: str


@dataclass(frozen=True)
class BackupStanding:
    """The newest of each, where there is one."""

    backup: LastBackup | None
    drill: LastDrill | None


def standing(session: Session) -> BackupStanding:
    """Read in two statements."""
    made, drilled = _newest(session, Event.BACKUP_MADE), _newest(session, Event.BACKUP_DRILLED)
    backup = None if made is None else LastBackup(
        made[0].entity_id, made[0].at, made[0].idx, made[1]["entries"], made[1]["files"], made[1]["absent"],
        made[1]["keys_sealed"],
    )  # fmt: skip
    drill = None if drilled is None else LastDrill(
        drilled[0].entity_id, drilled[0].at, drilled[0].idx, drilled[1]["passed"], drilled[1]["backup_ms"],
        drilled[1]["restore_ms"], drilled[1]["faults"],
    )  # fmt: skip
    return BackupStanding(backup, drill)


def _newest(session: Session, event: Event) -> tuple[LogEntry, dict[str, Any]] | None:
    found = session.exec(
        select(LogEntry, LogPayload.body)
        .join(LogPayload, col(LogPayload.entry_id) == col(LogEntry.idx))
        .where(LogEntry.action == event.value, col(LogPayload.body).is_not(None))
        .order_by(col(LogEntry.idx).desc())
        .limit(1)
    ).first()
    return None if found is None else (found[0], json.loads(found[1] or "{}"))
