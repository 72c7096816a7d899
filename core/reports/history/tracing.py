"""Which things each entry of the ledger is about: its entity, and those that its particulars name."""

from collections.abc import Iterable, Iterator

from core.ledger.events import Event
from core.reports.history.ledger import Entry
from core.reports.history.states import person_of
from core.reports.values.source import SourceLine

NAMED = ("run", "evidence", "finding", "question", "exception", "export")
NUMBERED = 16  # the longest number; an evidence digest is longer
PARTS = ("item", "role", "function", "environment")  # of a change, of what a person holds, of where a version serves
CONDITIONS = (
    Event.CONDITION_SET, Event.CONDITION_REPORTED, Event.CONDITION_VERIFIED, Event.CONDITION_SENT_BACK,
)  # fmt: skip
FIELD_EVENTS = (
    Event.MODEL_CHANGED, Event.MODEL_REVIEWED, Event.MODEL_RETIRED, Event.SCOPE_DECIDED, Event.RISK_ASSESSED,
    Event.TIER_PROPOSED, Event.TIER_DECIDED, Event.TIER_ENDED, Event.PACKS_CONFIRMED, Event.VERSION_RETIRED,
    Event.VERSION_MOVED_TO_STABLE, Event.DATASET_CHANGED, Event.DATASET_RETIRED, Event.ASSET_CHANGED,
    Event.ASSET_RETIRED, Event.COLUMNS_CLASSED, Event.RETENTION_SET, Event.HOLD_SET, Event.HOLD_LIFTED,
)  # fmt: skip


def source_lines(entries: Iterable[Entry]) -> tuple[SourceLine, ...]:
    """One line for each thing that an entry is about, in the ledger's order."""
    return tuple(line for entry in entries for line in _lines(entry))


def fields_of(entry: Entry) -> tuple[str, ...]:
    """The fields of its record that an entry set."""
    fields = entry.said.get("fields")
    return tuple(fields) if isinstance(fields, dict) else ()


def _lines(entry: Entry) -> Iterator[SourceLine]:
    def line(thing: str) -> SourceLine:
        return SourceLine(thing, entry.action, entry.index, entry.leaf, entry.at, person_of(entry), names)

    names = (*fields_of(entry), *(part for part in map(entry.text, PARTS) if part))
    if entry.action in CONDITIONS:
        names = (*names, entry.text("text") or entry.text("condition"))
    yield line(f"{entry.kind} {entry.entity}")
    for name in NAMED:
        number = entry.text(name)
        if 0 < len(number) <= NUMBERED and not (name == "evidence" and entry.action == Event.RUN_STARTED):
            yield line(f"{name} {number}")
