"""Verifies recorded events: every entry of a file against the bytes of the file, and every removal on record.

14 files of events      each entry's file is there, of its digest, and its rows have the root that the entry carries;
                        an erased event is one whose erasure is on record, under the leaf hash that it says
15 removed files        each file that is not there was removed on record, and later than the law asks
16 found by id          the row and the index that find each file's events say what its entry and its rows say
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.ledger.batches.index import hashes_of, index_bytes
from core.ledger.batches.rows import SHORTEST_DAYS, InputForm
from core.ledger.batches.tables import EventBatch, EventInputKey
from core.ledger.batches.tree import leaves_of, levels_over
from core.ledger.batches.writing import written
from core.ledger.events import Event
from core.ledger.report import Step
from core.ledger.tables import LogEntry, LogPayload
from core.store import EvidenceFiles
from core.store.sealed_form import CannotBeUnsealed

Progress = Callable[[int, int], None]
MOST_FAULTS = 5
DAY = 86_400_000_000  # microseconds


@dataclass
class _Told:
    """What the ledger says of a file: its entry's words, and the leaf hashes of events that were erased since."""

    index: int
    number: str
    file: str
    root: str
    rows: int
    last_at: int
    erased: dict[int, str] = field(default_factory=dict)


@dataclass
class _Found:
    """What is wrong, by step."""

    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    misled: list[str] = field(default_factory=list)


def verify_events(
    session: Session, files: EvidenceFiles, progress: Progress | None = None, *, unread: Collection[str] = ()
) -> tuple[Step, ...]:
    """Steps 14 to 16; they rest on the entries, so the ledger itself is to be verified first.

    `progress` is told after each file how many events were looked at, and of how many. `unread` are digests of files
    that lie sealed where their key is not, as in a backup: their rows are not looked at, and the step says how many.
    """
    finders: dict[int, EventBatch] = {row.entry: row for row in session.exec(select(EventBatch)).all()}
    told = {one.number: one for one in _recorded(session)}
    removed = dict(_removals(session))
    _note_erasures(session, told)
    found, done = _Found(), 0
    total = sum(one.rows for one in told.values() if one.number not in removed)
    for one in told.values():
        finder = finders.pop(one.index, None)
        if finder is None or not _same(finder, one):
            found.misled.append(one.number)
        if one.number in removed:
            _judge_removal(found, one, removed[one.number])
            continue
        if one.file not in unread:
            _judge_file(found, files, one, finder)
        done += one.rows
        if progress is not None:
            progress(done, total)
    found.misled += [row.number for row in finders.values()]
    found.missing += _keys_without_entry(session)
    erased = sum(len(one.erased) for one in told.values())
    gone = f"; {erased:,} erased on record" if erased else ""
    sealed = sum(one.file in unread and one.number not in removed for one in told.values())
    gone += f"; {sealed:,} sealed, their rows not looked at" if sealed else ""
    return (
        _step(14, "files of events", found.wrong, f"{len(told):,} files with {total:,} events{gone}"),
        _step(15, "removed files", found.missing, f"{len(removed):,} removed on record"),
        _step(16, "found by id", found.misled, "every file is found as its entry says"),
    )


def _step(number: int, name: str, faults: list[str], well: str) -> Step:
    more = f"; and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
    return Step(number, name, not faults, "; ".join(faults[:MOST_FAULTS]) + more or well)


def _recorded(session: Session) -> Iterator[_Told]:
    for index, number, said, _ in _entries(session, Event.EVENTS_RECORDED):
        yield _Told(
            index,
            number,
            str(said.get("file", "")),
            str(said.get("root", "")),
            _whole(said.get("rows")),
            _whole(said.get("last_at")),
        )


def _removals(session: Session) -> Iterator[tuple[str, tuple[int, Mapping[str, object]]]]:
    for _, number, said, at in _entries(session, Event.EVENTS_REMOVED):
        yield number, (at, said)


def _note_erasures(session: Session, told: Mapping[str, _Told]) -> None:
    """Each erasure names the file that is left and the leaf hash that stands for the event."""
    for _, number, said, _ in _entries(session, Event.EVENT_ERASED):
        one = told.get(number)
        if one is not None:
            one.file = str(said.get("file", ""))
            one.erased[_whole(said.get("line"))] = str(said.get("leaf", ""))


def _entries(session: Session, event: Event) -> Iterator[tuple[int, str, Mapping[str, object], int]]:
    chosen = (
        select(LogEntry.idx, LogEntry.entity_id, LogPayload.body, LogEntry.body)
        .join(LogPayload, col(LogPayload.entry_id) == col(LogEntry.idx))
        .where(LogEntry.action == event.value)
        .order_by(col(LogEntry.idx))
    )
    for index, number, payload, body in session.exec(chosen):
        yield index, number, orjson.loads(payload) if payload else {}, orjson.loads(body)["at"]


def _whole(value: object) -> int:
    return value if type(value) is int else -1


def _same(finder: EventBatch, told: _Told) -> bool:
    said = (told.number, told.file, told.root, told.rows)
    return (finder.number, finder.digest, finder.root, finder.rows) == said


def _judge_removal(found: _Found, told: _Told, removal: tuple[int, Mapping[str, object]]) -> None:
    at, said = removal
    days = _whole(said.get("kept_days"))
    if days < SHORTEST_DAYS or at - told.last_at < days * DAY:
        found.missing.append(f"{told.number} was removed sooner than its own removal says, or than the law allows")


def _judge_file(found: _Found, files: EvidenceFiles, told: _Told, finder: EventBatch | None) -> None:
    try:
        with files.opened() as path:
            _judge_rows(found, path(told.file), told, finder)
    except NotFound:
        lost = "lies sealed without its key" if files.sealed.holds(told.file) else "is missing"
        found.missing.append(f"{told.number} {lost}, and its removal is not on record")
    except CannotBeUnsealed:
        found.wrong.append(f"{told.number} has other bytes than its entry says")


def _judge_rows(found: _Found, path: Path, told: _Told, finder: EventBatch | None) -> None:
    if _digest(path) != told.file:
        found.wrong.append(f"{told.number} has other bytes than its entry says")
        return
    try:
        table = pq.read_table(path)
        fault, index = _rows_fault(table, told)
    except (pa.ArrowException, KeyError, OSError, ValueError) as error:
        found.wrong.append(f"{told.number} cannot be read: {type(error).__name__}")
        return
    if fault:
        found.wrong.append(f"{told.number} {fault}")
    elif finder is not None and finder.ids != index and told.number not in found.misled:
        found.misled.append(f"{told.number}, whose index is not that of its rows")


def _rows_fault(table: pa.Table, told: _Told) -> tuple[str, str]:
    """What is wrong with the rows, and the digest that their index has."""
    leaves = leaves_of(written(table))
    forms = table.column("form").to_pylist()
    for line, form in enumerate(forms):
        if form == InputForm.ERASED.value and line not in told.erased:
            return f"lost the particulars of the event on line {line}, and no entry says so", ""
    for line, leaf in told.erased.items():
        if not 0 <= line < len(leaves) or forms[line] != InputForm.ERASED.value:
            return f"still holds the event on line {line}, whose erasure is on record", ""
        leaves[line] = bytes.fromhex(leaf)
    levels = list(levels_over(leaves))
    if table.num_rows != told.rows or levels[-1][0].hex() != told.root:
        return "has other rows than its entry says", ""
    return "", hashlib.sha256(index_bytes(hashes_of(table.column("id")), levels)).hexdigest()


def _keys_without_entry(session: Session) -> list[str]:
    """Days whose input key is gone, although no entry says that it was destroyed."""
    said = set(session.exec(select(LogEntry.entity_id).where(LogEntry.action == Event.INPUT_KEY_DESTROYED.value)))
    kept = session.exec(select(EventInputKey.day, EventInputKey.key).order_by(EventInputKey.day)).all()
    lost = [
        f"the input key of {day} was destroyed, and no entry says so"
        for day, key in kept
        if not key and day not in said
    ]
    left = [
        f"the input key of {day} is on record as destroyed, and is still stored"
        for day, key in kept
        if key and day in said
    ]
    return lost + left


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
