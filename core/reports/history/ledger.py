"""The ledger as it was at a moment: its last entry, the checkpoint over it, and the entries up to there."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, RowMapping, func
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.ledger.canonical import JsonValue
from core.ledger.checkpoints import parse_checkpoint
from core.ledger.events import Event
from core.ledger.notes import split_note
from core.ledger.tables import LogCheckpoint, LogEntry, LogPayload, table_of
from core.reports.values.dossier import CheckpointRecord

SLICE = 500  # values in one IN, well below what a database takes
Value = TypeVar("Value")


@dataclass(frozen=True)
class Entry:
    """One entry with its particulars; they are None where there never were any, or where they were `erased`."""

    index: int
    at: datetime
    actor: str
    role: str
    action: str
    kind: str
    entity: str
    subject: str
    leaf: str
    said: dict[str, JsonValue] | None
    erased: bool


@dataclass(frozen=True)
class LedgerThen:
    """The ledger up to and with entry `last`, which the checkpoint covers."""

    session: Session
    last: int
    checkpoint: CheckpointRecord

    def entries(self, *wanted: ColumnElement[bool], payloads: bool = True) -> Iterator[Entry]:
        """The entries that match all conditions, oldest first."""
        entry, payload = table_of(LogEntry).c, table_of(LogPayload).c
        columns = (entry.idx, entry.at, entry.actor, entry.role, entry.action, entry.entity_kind, entry.entity_id)
        query = select(*columns, entry.subject, entry.leaf, payload.entry_id, payload.body)  # type: ignore[call-overload]
        if payloads:
            query = query.outerjoin(table_of(LogPayload), payload.entry_id == entry.idx)
        else:
            query = select(*columns, entry.subject, entry.leaf)  # type: ignore[call-overload]
        query = query.where(entry.idx <= self.last, *wanted).order_by(entry.idx)
        return (_entry(row) for row in self.session.execute(query).mappings())

    def of_actions(self, actions: Collection[Event], *wanted: ColumnElement[bool]) -> Iterator[Entry]:
        """The entries of these events, oldest first."""
        return self.entries(col(LogEntry.action).in_([one.value for one in actions]), *wanted)

    def about(self, entities: Collection[str], *wanted: ColumnElement[bool]) -> Iterator[Entry]:
        """The entries about these things, named as the ledger names them, oldest first."""
        found = [one for part in sliced(sorted(entities)) for one in self.entries(_named(part), *wanted)]
        return iter(sorted(found, key=lambda one: one.index))

    def newest(self, kind: str) -> dict[str, tuple[int, str]]:
        """Of everything of this kind the newest entry about it, by its key: number and leaf hash."""
        entry = table_of(LogEntry).c
        newest = (
            select(func.max(entry.idx))
            .where(entry.entity_kind == kind, entry.idx <= self.last)
            .group_by(entry.entity_id)
        )
        rows = self.session.execute(select(entry.entity_id, entry.idx, entry.leaf).where(entry.idx.in_(newest)))
        return {key: (index, leaf.hex()) for key, index, leaf in rows}


def ledger_as_of(session: Session, as_of: datetime, *, vkey: str) -> LedgerThen:
    """The ledger under the newest checkpoint that was signed at or before `as_of`; raises `NotFound` without one."""
    entry = table_of(LogEntry).c
    newest = select(entry.idx).where(entry.at <= as_of).order_by(entry.at.desc(), entry.idx.desc()).limit(1)
    last = session.execute(newest).scalar()
    found = (
        None
        if last is None
        else session.exec(
            select(LogCheckpoint.size, LogCheckpoint.note)
            .where(LogCheckpoint.size <= last + 1)
            .order_by(col(LogCheckpoint.size).desc())
            .limit(1)
        ).first()
    )
    if found is None:
        raise NotFound("checkpoint of the ledger at or before", f"{as_of:%Y-%m-%d %H:%M} UTC")
    size, note = found
    point = parse_checkpoint(split_note(note)[0])
    return LedgerThen(session, size - 1, CheckpointRecord(point.origin, point.size, point.root.hex(), note, vkey))


def sliced(values: Sequence[Value], size: int = SLICE) -> Iterable[Sequence[Value]]:
    """In pieces that one statement takes."""
    return (values[start : start + size] for start in range(0, len(values), size))


def _named(entities: Sequence[str]) -> ColumnElement[bool]:
    return col(LogEntry.entity_id).in_(entities)


def _entry(row: RowMapping) -> Entry:
    body, held = row.get("body"), row.get("entry_id") is not None
    said = json.loads(body) if body else None
    return Entry(
        row["idx"], row["at"], row["actor"], row["role"], row["action"], row["entity_kind"], row["entity_id"],
        row["subject"], row["leaf"].hex(), said, held and body is None,
    )  # fmt: skip
