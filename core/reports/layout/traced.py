"""Marks the figures of a report with where they come from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from core.ledger.events import Event
from core.reports.layout.blocks import Badge, Cell, Cited, Digest, Source, Stacked
from core.reports.layout.words import NOTHING, Legend
from core.reports.values import CheckpointRecord, PersonLine
from core.reports.values.source import SourceLine

Shown: TypeAlias = str | Badge | Digest | Stacked
REGISTERED = (Event.MODEL_REGISTERED, Event.VERSION_REGISTERED, Event.DATASET_REGISTERED, Event.ASSET_REGISTERED)


class Trace:
    """The entries behind the things of a report."""

    def __init__(self, lines: Iterable[SourceLine]) -> None:
        self._about: dict[str, list[SourceLine]] = {}
        self._by_event: dict[tuple[str, str], list[SourceLine]] = {}
        for line in lines:
            self._about.setdefault(line.thing, []).append(line)
            self._by_event.setdefault((line.thing, line.action), []).append(line)

    def source(
        self,
        thing: str,
        path: str,
        *events: Event,
        digest: str = "",
        by: str = "",
        of: str = "",
        at: datetime | None = None,
    ) -> Source:
        """The path to a figure of this thing, and the entry that put it there.

        That is the newest one of these events (none named: of any): by this person and of this part where there is
        such a one, and where the act's own time is known, the first that is not older, as the ledger's time never
        runs back. The digest is that of what lies there, or else the entry's hash.
        """
        found = self._of(thing, events)
        found = [one for one in found if one.actor == by] or found
        found = [one for one in found if of in one.names] or found
        found = [one for one in found if at and one.at >= at][:1] or found
        return _source(thing, path, found[-1] if found else None, digest)

    def field(self, thing: str, field: str) -> Source:
        """A field of the record: the newest entry that set it, or else the one that registered the thing."""
        setting = [one for one in self._about.get(thing, ()) if field in one.names]
        found = setting or self._of(thing, REGISTERED)
        return _source(thing, field, found[-1] if found else None)

    def _of(self, thing: str, events: Sequence[Event]) -> list[SourceLine]:
        if not events:
            return self._about.get(thing, [])
        found = [one for event in events for one in self._by_event.get((thing, event.value), ())]
        return sorted(found, key=lambda one: one.entry)


def _source(thing: str, path: str, line: SourceLine | None, digest: str = "") -> Source:
    return Source(f"{thing} / {path}", digest or (line.leaf if line else ""), line.entry if line else None)


def checkpoint_cell(shown: str | Badge, point: CheckpointRecord, path: str = "") -> Cell:
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
        self,
        shown: Shown,
        thing: str,
        path: str,
        *events: Event,
        digest: str = "",
        by: str = "",
        of: str = "",
        at: datetime | None = None,
    ) -> Cell:
        """The cell with its source, as `Trace.source`; nothing to show has none."""
        if shown == NOTHING:
            return shown
        return Cited(shown, self.trace.source(thing, path, *events, digest=digest, by=by, of=of, at=at))

    def field(self, shown: Shown, thing: str, field: str) -> Cell:
        """A field of the record with its source, as `Trace.field`; nothing to show has none."""
        return shown if shown == NOTHING else Cited(shown, self.trace.field(thing, field))
