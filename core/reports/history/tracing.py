"""Which things each entry of the ledger is about: its entity, and those that its particulars name."""

from collections.abc import Iterable, Iterator

from core.ledger.events import Event
from core.reports.history.ledger import Entry
from core.reports.values.source import SourceLine

NAMED = ("run", "evidence", "finding", "question", "exception", "export")
NUMBERED = 16  # the longest number; an evidence digest is longer


def source_lines(entries: Iterable[Entry]) -> tuple[SourceLine, ...]:
    """One line for each thing that an entry is about, in the ledger's order."""
    return tuple(line for entry in entries for line in _lines(entry))


def _lines(entry: Entry) -> Iterator[SourceLine]:
    yield SourceLine(f"{entry.kind} {entry.entity}", entry.action, entry.index, entry.leaf)
    for name in NAMED:
        number = entry.text(name)
        if 0 < len(number) <= NUMBERED and not (name == "evidence" and entry.action == Event.RUN_STARTED):
            yield SourceLine(f"{name} {number}", entry.action, entry.index, entry.leaf)
