"""The ledger as it was at a moment: its last entry, the checkpoint over it, and the entries up to there."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, RowMapping, case, func, literal, select
from sqlmodel import Session

from core.errors import NotFound
from core.ledger.canonical import JsonValue
from core.ledger.checkpoints import parse_checkpoint
from core.ledger.events import Event
from core.ledger.notes import split_note
from core.ledger.tables import LogCheckpoint, LogEntry, LogPayload, table_of
from core.reports.values.dossier import CheckpointRecord

SLICE = 500  # values in one IN, well below what a database takes
ENTRY, PAYLOAD = table_of(LogEntry).c, table_of(LogPayload).c
ENVELOPE = (
    ENTRY.idx, ENTRY.at, ENTRY.actor, ENTRY.role, ENTRY.action, ENTRY.entity_kind, ENTRY.entity_id, ENTRY.subject,
    ENTRY.leaf,
)  # fmt: skip
Value = TypeVar("Value")


@dataclass(frozen=True)
class Entry:
    """One entry with its particulars: none where it never had any, where they were not asked for, or where `erased`."""

    index: int
    at: datetime
    actor: str
    role: str
    action: str
    kind: str
    entity: str
    subject: str
    leaf: str
    said: dict[str, JsonValue] = field(default_factory=dict)
    erased: bool = False

    def text(self, name: str) -> str:
        """A particular as text; empty where there is none."""
        return str(self.said.get(name, ""))


@dataclass(frozen=True)
class LedgerThen:
    """The ledger up to and with entry `last`, which the checkpoint covers."""

    session: Session
    last: int
    checkpoint: CheckpointRecord

    def entries(self, *wanted: ColumnElement[bool], said: bool = True) -> Iterator[Entry]:
        """The entries by then that match all conditions, oldest first; `said`: with their particulars."""
        return _read(self.session, (ENTRY.idx <= self.last, *wanted), said=said)

    def after(self, *wanted: ColumnElement[bool]) -> Iterator[Entry]:
        """The entries that came later, oldest first: what a rewinding takes back."""
        return _read(self.session, (ENTRY.idx > self.last, *wanted), said=True)

    def about(self, entities: Collection[str], *wanted: ColumnElement[bool], said: bool = True) -> list[Entry]:
        """The entries by then about these things, named as the ledger names them, oldest first."""
        parts = sliced(sorted(entities))
        found = [one for part in parts for one in self.entries(ENTRY.entity_id.in_(part), *wanted, said=said)]
        return sorted(found, key=lambda one: one.index)

    def acts(self, *wanted: ColumnElement[bool]) -> list[tuple[str, str, int, Entry]]:
        """By person and event, how many entries match, and the last of them; in the order of person and event."""
        matching, by = (ENTRY.idx <= self.last, *wanted), (ENTRY.actor, ENTRY.action)
        rows = self.session.execute(select(*by, func.count(), func.max(ENTRY.idx)).where(*matching).group_by(*by)).all()
        newest = select(func.max(ENTRY.idx)).where(*matching).group_by(*by)
        last = {one.index: one for one in self.entries(ENTRY.idx.in_(newest), said=False)}
        found = [(actor, action, times, last[index]) for actor, action, times, index in rows]
        return sorted(found, key=lambda one: one[:2])

    def by_kind(self, *wanted: ColumnElement[bool]) -> list[tuple[str, str, int, int, datetime]]:
        """By person and kind of record: how many records, how many entries match, and when the last was."""
        by = (ENTRY.actor, ENTRY.entity_kind)
        counts = (func.count(func.distinct(ENTRY.subject)), func.count(), func.max(ENTRY.at))
        query = select(*by, *counts).where(ENTRY.idx <= self.last, *wanted).group_by(*by).order_by(*by)
        return [(actor, kind, records, times, at) for actor, kind, records, times, at in self.session.execute(query)]

    def by_record(self, *wanted: ColumnElement[bool]) -> Iterator[tuple[str, str, str, int, datetime]]:
        """By person, kind and record how many entries match, and when the last was; versions count for their model."""
        by = (ENTRY.actor, ENTRY.entity_kind, ENTRY.subject)
        ids = (func.min(ENTRY.entity_id), func.max(ENTRY.entity_id))
        query = select(*by, *ids, func.count(), func.max(ENTRY.at)).where(ENTRY.idx <= self.last, *wanted)
        for actor, kind, subject, first, last, times, at in self.session.execute(query.group_by(*by).order_by(*by)):
            yield actor, kind, first if first == last else subject, times, at

    def months(self, *wanted: ColumnElement[bool]) -> list[tuple[str, int]]:
        """How many entries match in each month in UTC that has any, oldest first; counted where they lie."""
        matching = (ENTRY.idx <= self.last, *wanted)
        first, last = self.session.execute(select(func.min(ENTRY.at), func.max(ENTRY.at)).where(*matching)).one()
        if first is None:
            return []
        begin = _months(first, last)
        until = [(ENTRY.at < after, number) for number, after in enumerate(begin[1:])]
        month = (case(*until, else_=len(until)) if until else literal(0)).label("month")
        counts = select(month, func.count()).where(*matching).group_by("month").order_by("month")
        return [(f"{begin[number]:%Y-%m}", count) for number, count in self.session.execute(counts)]

    def newest(self, kind: str) -> dict[str, Entry]:
        """Of everything of this kind the newest entry about it, by its key."""
        newest = select(func.max(ENTRY.idx)).where(ENTRY.entity_kind == kind, ENTRY.idx <= self.last)
        found = self.entries(ENTRY.idx.in_(newest.group_by(ENTRY.entity_id)), said=False)
        return {one.entity: one for one in found}


def of(*actions: Event) -> ColumnElement[bool]:
    """Entries of these events."""
    return ENTRY.action.in_([one.value for one in actions])


def since(moment: datetime | None) -> tuple[ColumnElement[bool], ...]:
    """Entries from this moment on; all without one."""
    return () if moment is None else (ENTRY.at >= moment,)


def ledger_as_of(session: Session, as_of: datetime, *, vkey: str) -> LedgerThen:
    """The ledger under the newest checkpoint that was signed at or before `as_of`; raises `NotFound` without one."""
    last = session.execute(
        select(ENTRY.idx).where(ENTRY.at <= as_of).order_by(ENTRY.at.desc(), ENTRY.idx.desc()).limit(1)
    ).scalar()
    point = table_of(LogCheckpoint).c
    newest = select(point.size, point.note).where(point.size <= (-1 if last is None else last) + 1)
    found = session.execute(newest.order_by(point.size.desc()).limit(1)).first()
    if found is None:
        raise NotFound("checkpoint of the ledger at or before", f"{as_of:%Y-%m-%d %H:%M} UTC")
    size, note = found
    read = parse_checkpoint(split_note(note)[0])
    return LedgerThen(session, size - 1, CheckpointRecord(read.origin, read.size, read.root.hex(), note, vkey))


def _months(first: datetime, last: datetime) -> list[datetime]:
    """When each month in UTC begins, from that of `first` to that of `last`."""
    begin, end = (one.astimezone(UTC).year * 12 + one.astimezone(UTC).month - 1 for one in (first, last))
    return [datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(begin, end + 1)]


def sliced(values: Sequence[Value], size: int = SLICE) -> Iterable[Sequence[Value]]:
    """In pieces that one statement takes."""
    return (values[start : start + size] for start in range(0, len(values), size))


def _read(session: Session, wanted: Sequence[ColumnElement[bool]], *, said: bool) -> Iterator[Entry]:
    query = select(*ENVELOPE)
    if said:
        query = query.add_columns(PAYLOAD.entry_id, PAYLOAD.body)
        query = query.outerjoin_from(table_of(LogEntry), table_of(LogPayload), PAYLOAD.entry_id == ENTRY.idx)
    rows = session.execute(query.where(*wanted).order_by(ENTRY.idx)).mappings()
    return (_entry(row) for row in rows)


def _entry(row: RowMapping) -> Entry:
    body = row.get("body")
    return Entry(
        index=row["idx"],
        at=row["at"],
        actor=row["actor"],
        role=row["role"],
        action=row["action"],
        kind=row["entity_kind"],
        entity=row["entity_id"],
        subject=row["subject"],
        leaf=row["leaf"].hex(),
        said=json.loads(body) if body else {},
        erased=row.get("entry_id") is not None and body is None,
    )
