"""Verifies that every file without a person's rows is on record as such, and that what is on record was done."""

import json
from collections.abc import Iterator

from sqlmodel import Session, col, select

from core.access.redactions.tables import FileRedaction
from core.ledger.events import Event
from core.ledger.tables import LogEntry, LogPayload
from core.privacy.subjects.places import Places
from core.store.files import NOTE
from core.store.named import Folder, named_files


def redaction_faults(session: Session, places: Places) -> tuple[str, ...]:
    """What does not hold, in words; empty where every redaction has its entry and every entry its redaction."""
    rows = {
        (row.folder, row.former): row for row in session.exec(select(FileRedaction).order_by(col(FileRedaction.id)))
    }
    return (*_of_rows(session, places, rows), *_of_entries(session, rows), *_of_notes(places, rows))


def _of_rows(session: Session, places: Places, rows: dict[tuple[str, str], FileRedaction]) -> Iterator[str]:
    folders, needed = dict(places.searched()), named_files(session.connection()).needed
    for (folder, former), row in rows.items():
        files = folders[folder]
        if files.holds(former):
            yield f"{folder} {former[:8]} lies here, though entry {row.entry} says that it was destroyed"
        stands = files.stands_for(former)
        if row.replacement and stands in needed[Folder(folder)] and not files.holds(stands):
            yield f"{folder} {former[:8]}: the file that stands for it is missing"
        action = session.exec(
            select(LogEntry.action).where(LogEntry.idx == row.entry, LogEntry.entity_id == former)
        ).first()
        if action != Event.FILE_REDACTED.value:
            yield f"{folder} {former[:8]} was redacted, and entry {row.entry} does not say so"


def _of_entries(session: Session, rows: dict[tuple[str, str], FileRedaction]) -> Iterator[str]:
    query = (
        select(LogEntry.idx, LogEntry.entity_id, LogPayload.body)
        .join(LogPayload, col(LogPayload.entry_id) == col(LogEntry.idx))
        .where(LogEntry.action == Event.FILE_REDACTED.value)
    )
    for index, former, body in session.exec(query):
        said = json.loads(body) if body else {}
        if said and (said["folder"], former) not in rows:
            yield f"Entry {index} says that {former[:8]} was redacted, and no record of it is kept"


def _of_notes(places: Places, rows: dict[tuple[str, str], FileRedaction]) -> Iterator[str]:
    for folder, files in places.searched():
        for path in sorted(files.folder.glob(f"??/*{NOTE}")):
            former = path.name.removesuffix(NOTE)
            row, note = rows.get((folder, former)), files.redaction(former)
            if row is None or note is None or (note.replacement, note.entry) != (row.replacement, row.entry):
                yield f"{folder} {former[:8]} has a note of an erasure that is not on record"
