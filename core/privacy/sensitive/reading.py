"""Reading sensitive attributes: asked for with a purpose, put on record, then shown; a file is one more reading."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import NotFound, Refused
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.privacy.sensitive.holding import Held, Rows, held_attributes, rows_of
from core.privacy.sensitive.rules import ReadIn, purpose_refusals, reading_refusals, taking_refusals
from core.privacy.sensitive.tables import SensitiveReading
from core.reports.formats.csv_files import harmless
from core.store import EvidenceFiles, Store, Transaction
from core.store.numbers import next_number

ACT, SHOWN = "attributes.read", 50


@dataclass(frozen=True)
class Read:
    """A reading that is on record, with what was read."""

    number: str
    record: str
    rows: Rows


@dataclass(frozen=True)
class AttributesFile:
    """The row ids and attributes of a record as CSV."""

    filename: str
    content: str


def read_attributes(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, record: str, purpose: str, actor: Actor, at: datetime
) -> Read:
    """The first rows of a record: its row id and its sensitive attributes, no other column.

    The reading is on record before anything is shown. Raises `Refused` without the permission or a purpose; that is
    on record too.
    """
    with store.reading() as session:
        held = held_attributes(session, record)
    with deciding(store, ledger, ACT, entity=held.entity, actor=actor, at=at) as tx:
        if reasons := (*reading_refusals(actor), *purpose_refusals(purpose)):
            raise Refused(reasons)
        rows = rows_of(files, held, most=SHOWN)
        number = _note(tx, ledger, held, rows, ReadIn.PAGE, purpose.strip(), actor=actor, at=at)
    return Read(number, record, rows)


def take_attributes(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, reading: str, actor: Actor, at: datetime
) -> AttributesFile:
    """All rows of what the same person read just now, for the same purpose; it is a reading of its own on record."""
    with store.reading() as session:
        first = load_reading(session, reading)
        held = held_attributes(session, first.record)
    with deciding(store, ledger, ACT, entity=held.entity, actor=actor, at=at):
        _may_take(first, actor, at)
    rows = rows_of(files, held)  # outside: nobody who writes waits for a large file
    with deciding(store, ledger, ACT, entity=held.entity, actor=actor, at=at) as tx:
        _may_take(first, actor, at)
        number = _note(tx, ledger, held, rows, ReadIn.FILE, first.purpose, actor=actor, at=at)
    return AttributesFile(f"{held.record}-{number}.csv", _csv([rows.columns, *rows.rows]))


def _may_take(first: SensitiveReading, actor: Actor, at: datetime) -> None:
    if reasons := taking_refusals(first.person, first.read_at, actor, at):
        raise Refused(reasons)


def load_reading(session: Session, number: str) -> SensitiveReading:
    """The reading of this number; raises `NotFound`."""
    row = session.exec(select(SensitiveReading).where(SensitiveReading.number == number)).first()
    if row is None:
        raise NotFound("reading", number)
    return row


def _note(
    tx: Transaction, ledger: Ledger, held: Held, rows: Rows, way: ReadIn, purpose: str, *, actor: Actor, at: datetime
) -> str:
    number = next_number(tx.session, "RA")
    payload: dict[str, JsonValue] = {
        "reading": number, "record": held.record, "columns": list(rows.attributes), "rows": len(rows.rows),
        "file": held.digest, "way": way.value, "purpose": purpose,
    }  # fmt: skip
    recorded = ledger.record(tx, Event.ATTRIBUTES_READ, entity=held.entity, actor=actor, at=at, payload=payload)
    tx.session.add(
        SensitiveReading(
            number=number, record=held.record, model=held.model,
            columns=json.dumps(rows.attributes, ensure_ascii=False), rows=len(rows.rows), digest=held.digest,
            purpose=purpose, person=actor.id, way=way, read_at=at, entry=recorded.index,
        )
    )  # fmt: skip
    return number


def _csv(rows: Iterable[Iterable[str]]) -> str:
    made = io.StringIO()
    csv.writer(made).writerows([harmless(cell) for cell in row] for row in rows)
    return made.getvalue()
