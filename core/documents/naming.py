"""What a text names of ours, so that a page can lead there: a run, a finding, a file, a document, an entry."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from core.approval.tables import ChangeRequest
from core.documents.tables import Document
from core.inventory.tables import Model, ModelVersion
from core.ledger.tables import LogEntry
from core.validation.tables import Evidence, Finding, Run

PART = re.compile(r"[,;\n]")
NUMBERED = re.compile(r"(DOC|CR|R|F|E)[0-9]{4,12}")
ENTRY = re.compile(r"(?:ledger )?entry ([0-9]{1,15})", re.IGNORECASE)
MOST = 200  # parts of texts that are looked up together


class ThingKind(StrEnum):
    """What was named."""

    RUN = "run"
    FINDING = "finding"
    FILE = "file"
    DOCUMENT = "document"
    CHANGE = "change"
    ENTRY = "ledger entry"


@dataclass(frozen=True)
class Thing:
    """One thing that is on record: its number or, of an entry, its index; a file is found at its version."""

    kind: ThingKind
    key: str
    model: str = ""
    version: str = ""


KINDS: Mapping[str, tuple[ThingKind, type[Run] | type[Finding] | type[Document] | type[ChangeRequest]]] = {
    "R": (ThingKind.RUN, Run),
    "F": (ThingKind.FINDING, Finding),
    "DOC": (ThingKind.DOCUMENT, Document),
    "CR": (ThingKind.CHANGE, ChangeRequest),
}


def parts_of(text: str) -> tuple[str, ...]:
    """What a person named, one by one: parts of a text by commas, semicolons and lines."""
    return tuple(part for one in PART.split(text) if (part := one.strip()))


def things_named(session: Session, texts: Collection[str]) -> Mapping[str, Thing]:
    """By the part of a text that names it in whole, each thing that is on record; other parts are left out."""
    parts = list(dict.fromkeys(part for text in texts for part in parts_of(text)))[:MOST]
    numbers = [part for part in parts if NUMBERED.fullmatch(part)]
    found = {
        number: Thing(kind, number)
        for prefix, (kind, _) in KINDS.items()
        for number in _known(session, prefix, numbers)
    }
    found |= {thing.key: thing for thing in _files(session, numbers)}
    entries = {part: int(said[1]) for part in parts if (said := ENTRY.fullmatch(part))}
    if entries:
        query = select(LogEntry.idx).where(col(LogEntry.idx).in_(set(entries.values())))
        known = set(session.exec(query).all())
        found |= {part: Thing(ThingKind.ENTRY, str(idx)) for part, idx in entries.items() if idx in known}
    return found


def _known(session: Session, prefix: str, numbers: Collection[str]) -> Iterator[str]:
    wanted = [number for number in numbers if NUMBERED.fullmatch(number)[1] == prefix]  # type: ignore[index]
    if wanted:
        _, row = KINDS[prefix]
        yield from session.exec(select(row.number).where(col(row.number).in_(wanted))).all()


def _files(session: Session, numbers: Collection[str]) -> Iterator[Thing]:
    wanted = [number for number in numbers if number.startswith("E")]
    if not wanted:
        return
    query = (
        select(col(Evidence.number), col(Model.number), col(ModelVersion.version))
        .join(ModelVersion, col(ModelVersion.id) == col(Evidence.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Evidence.number).in_(wanted))
    )
    for number, model, version in session.execute(query).all():
        yield Thing(ThingKind.FILE, number, model, version)
