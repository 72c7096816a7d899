"""What templates mark figures with: times and values by their entry, counts by what they count in the report's data."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.ledger.events import Event
from core.reports.layout.blocks import Block, Cell, Cited, Column, Prose, Section, Source, Stacked, Table
from core.reports.layout.traced import Reader
from core.reports.layout.words import NOTHING, count, day, moment
from core.reports.templates.parts import counted_source
from core.reports.templates.values import Frame
from core.reports.values.record import PersonLine
from core.reports.values.source import SourceLine

BY_CHANGE = (Event.CHANGE_EXECUTED, Event.ROLLOUT_BEGUN, Event.ROLLOUT_ADVANCED)
PLACED, RETURNED = (Event.VERSION_PLACED,), (Event.PRODUCTION_RETURNED,)


class Citing(Reader):
    """Names and sources of one report."""

    def __init__(self, frame: Frame, people: Sequence[PersonLine], sources: Iterable[SourceLine] = ()) -> None:
        super().__init__(people, sources)
        self.frame = frame

    def number(self, value: int, path: str) -> Cell:
        """A count of rows of the report's data."""
        return Cited(count(value), counted_source(self.frame, path))

    def said(self, shown: str, path: str) -> Cell:
        """A figure that follows from rows of the report's data."""
        return shown if shown == NOTHING else Cited(shown, counted_source(self.frame, path))

    def moment(self, at: datetime | None, thing: str, path: str, *events: Event) -> Cell:
        """A time to the minute."""
        return self.cited(moment(at), thing, path, *events)

    def act(self, at: datetime | None, thing: str, path: str, *events: Event, by: str = "", of: str = "") -> Cell:
        """When an act took place: cited is the entry of this very act, however often its like was repeated."""
        return self.cited(moment(at), thing, path, *events, by=by, of=of, at=at)

    def stay(self, shown: Stacked | str, path: str, version: str, change: str, since: datetime | None) -> Cell:
        """Where a version (`M0001 1.0.0`) serves: cited is its change, its placement, or the return to it."""
        model = f"model {version.partition(' ')[0]}"
        began = ((f"change {change}", BY_CHANGE),) if change else ((f"version {version}", PLACED), (model, RETURNED))
        sources = (self.trace.source(thing, path, *events, at=since) for thing, events in began)
        found = next((one for one in sources if one.entry is not None), None)
        return Cited(shown, found or counted_source(self.frame, f"{path} / version {version}"))

    def day(self, at: datetime | None, thing: str, path: str, *events: Event) -> Cell:
        """A day."""
        return self.cited(day(at), thing, path, *events)

    def entry(self, shown: str, index: int, leaf: str) -> Cited:
        """A figure that one entry says by itself."""
        return Cited(shown, Source(f"ledger / entry {index}", leaf, index))


def table_or(
    title: str, caption: str, columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], nothing: str
) -> Section:
    """A section of one table, or the sentence that there is nothing to list."""
    return Section(title, (block_or(caption, columns, rows, nothing),))


def block_or(caption: str, columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], nothing: str) -> Block:
    """A table, or the sentence that there is nothing to list."""
    return Table(caption, tuple(columns), tuple(rows)) if rows else Prose(nothing, quiet=True)
