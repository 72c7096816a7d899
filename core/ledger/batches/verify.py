"""Verifies recorded events: every entry of a file against the bytes of the file, and every removal on record.

14 files of events      each entry's file is there, of its digest, and its rows have the root that the entry carries
15 removed files        each file that is not there was removed on record, and later than the law asks
16 found by id          the row that finds each file says what its entry says
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.ledger.batches.rows import leaf_inputs
from core.ledger.batches.tables import EventBatch
from core.ledger.batches.tree import leaves_of, root_of
from core.ledger.events import Event
from core.ledger.report import Step
from core.ledger.tables import LogEntry, LogPayload
from core.store import EvidenceFiles


@dataclass(frozen=True)
class _Told:
    """What an entry says of its file."""

    index: int
    number: str
    file: str
    root: str
    rows: int


def verify_events(session: Session, files: EvidenceFiles) -> tuple[Step, ...]:
    """Steps 14 to 16; they rest on the entries, so the ledger itself is to be verified first."""
    found: dict[int, EventBatch] = {row.entry: row for row in session.exec(select(EventBatch)).all()}
    removed = set(_removed(session))
    wrong, missing, misled = list[str](), list[str](), list[str]()
    count = rows = 0
    for told in _entries(session):
        count, rows = count + 1, rows + told.rows
        row = found.pop(told.index, None)
        if row is None or (row.number, row.digest, row.root, row.rows) != (
            told.number, told.file, told.root, told.rows,
        ):  # fmt: skip
            misled.append(told.number)
        if told.number in removed:
            continue
        fault = _fault(files, told)
        if fault == "is missing":
            missing.append(f"{told.number} {fault}, and its removal is not on record")
        elif fault:
            wrong.append(f"{told.number} {fault}")
    misled += [row.number for row in found.values()]
    return (
        _step(14, "files of events", wrong, f"{count:,} files with {rows:,} events"),
        _step(15, "removed files", missing, f"{len(removed):,} removed on record"),
        _step(16, "found by id", misled, "every file is found as its entry says"),
    )


def _step(number: int, name: str, faults: list[str], well: str) -> Step:
    return Step(number, name, not faults, "; ".join(faults[:5]) or well)


def _entries(session: Session) -> Iterator[_Told]:
    chosen = (
        select(LogEntry.idx, LogEntry.entity_id, LogPayload.body)
        .join(LogPayload, col(LogPayload.entry_id) == col(LogEntry.idx))
        .where(LogEntry.action == Event.EVENTS_RECORDED.value)
        .order_by(col(LogEntry.idx))
    )
    for index, number, body in session.exec(chosen):
        said = orjson.loads(body) if body else {}
        yield _Told(index, number, said.get("file", ""), said.get("root", ""), said.get("rows", 0))


def _removed(session: Session) -> Iterator[str]:
    yield from session.exec(select(LogEntry.entity_id).where(LogEntry.action == Event.EVENTS_REMOVED.value))


def _fault(files: EvidenceFiles, told: _Told) -> str:
    try:
        path = files.path(told.file)
    except NotFound:
        return "is missing"
    if _digest(path) != told.file:
        return "has other bytes than its entry says"
    try:
        table = pq.read_table(path)
        root = root_of(leaves_of(leaf_inputs(table)))
    except (pa.ArrowException, KeyError, OSError, ValueError) as error:
        return f"cannot be read: {type(error).__name__}"
    if table.num_rows != told.rows or root.hex() != told.root:
        return "has other rows than its entry says"
    return ""


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
