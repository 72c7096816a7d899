"""Marks the figures of a report with where they come from."""

from collections.abc import Iterable, Sequence

from core.ledger.events import Event
from core.reports.layout.blocks import Badge, Cell, Cited, Digest, Source, Stacked
from core.reports.layout.words import NOTHING, Legend
from core.reports.values import CheckpointRecord, PersonLine
from core.reports.values.source import SourceLine


class Trace:
    """The entries behind the things of a report; the newest one of the events asked for stands for a figure."""

    def __init__(self, lines: Iterable[SourceLine]) -> None:
        self._newest: dict[str, SourceLine] = {}
        self._by_event: dict[tuple[str, str], SourceLine] = {}
        for line in lines:
            self._newest[line.thing] = line
            self._by_event[line.thing, line.action] = line

    def cell(
        self, shown: str | Badge | Digest | Stacked, thing: str, path: str, *events: Event, digest: str = ""
    ) -> Cell:
        """The cell with its source; nothing to show has none."""
        return shown if shown == NOTHING else Cited(shown, self.source(thing, path, *events, digest=digest))

    def source(self, thing: str, path: str, *events: Event, digest: str = "") -> Source:
        """The path to a figure of this thing; the digest is that of what lies there, or else the entry's hash."""
        found = [line for event in events if (line := self._by_event.get((thing, event.value)))]
        line = max(found, key=lambda one: one.entry) if found else self._newest.get(thing)
        return Source(f"{thing} / {path}", digest or (line.leaf if line else ""), line.entry if line else None)


def checkpoint_cell(shown: str, point: CheckpointRecord, path: str = "") -> Cell:
    """A figure that rests on the ledger under this checkpoint; `path` leads into the report's data."""
    if shown == NOTHING:
        return shown
    return Cited(shown, Source(path or f"ledger / checkpoint {point.size}", point.root, point.size - 1))


class Reader(Legend):
    """Names for people's numbers, and sources for figures: what every section of a report is laid out with."""

    def __init__(self, people: Sequence[PersonLine], sources: Iterable[SourceLine]) -> None:
        super().__init__(people)
        self.trace = Trace(sources)

    def cited(
        self, shown: str | Badge | Digest | Stacked, thing: str, path: str, *events: Event, digest: str = ""
    ) -> Cell:
        """As `Trace.cell`."""
        return self.trace.cell(shown, thing, path, *events, digest=digest)
