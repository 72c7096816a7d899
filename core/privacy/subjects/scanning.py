"""Looks for a person everywhere at once: texts of the database, files, events, particulars of the ledger."""

from dataclasses import dataclass, field

from core.privacy.subjects.happenings import EntryHit, EventHit, entries_with, events_with
from core.privacy.subjects.held import HeldHit, held_with
from core.privacy.subjects.holdings import FileHit, Links, files_with
from core.privacy.subjects.matching import Matcher
from core.privacy.subjects.places import Places
from core.privacy.subjects.texts import Cell, Say, cells_with, say_nothing, shelves
from core.store import Store


@dataclass
class Scan:
    """Where the person is named; `texts` are kept only where somebody asked for a copy."""

    cells: list[tuple[Cell, str]] = field(default_factory=list)
    held: list[HeldHit] = field(default_factory=list)
    files: list[FileHit] = field(default_factory=list)
    events: list[EventHit] = field(default_factory=list)
    entries: list[EntryHit] = field(default_factory=list)
    links: Links = field(default_factory=Links)

    @property
    def masked(self) -> list[Cell]:
        """The texts that an erasure masks."""
        return [cell for cell, _ in self.cells if not cell.kept]

    @property
    def hits(self) -> int:
        """How often the person is named, in all."""
        texts = sum(cell.hits for cell, _ in self.cells) + sum(one.hits for one in self.held)
        texts += sum(entry.hits for entry in self.entries)
        return texts + sum(one.rows for one in self.files) + len(self.events)

    @property
    def erasable(self) -> int:
        """How many places an erasure has something to do in."""
        return (
            len(self.masked)
            + len(self.held)
            + len(self.files)
            + len(self.events)
            + sum(not one.kept for one in self.entries)
        )


def scan(store: Store, places: Places, matcher: Matcher, *, links: Links | None = None, say: Say = say_nothing) -> Scan:
    """Read all that is held; nothing is changed. `say` hears of each step, and may raise to end the search."""
    found = Scan(links=links or Links())
    tables = shelves(store)
    for done, shelf in enumerate(tables):
        say(shelf.name.replace("_", " "), done, len(tables))
        with store.reading() as session:
            found.cells += cells_with(session, shelf, matcher)
    with store.reading() as session:
        found.held += held_with(session, places.keys, matcher)
        say("ledger", 0, 1)
        found.entries += entries_with(session, matcher)
        say("events", 0, 1)
        found.events += events_with(session, places.events, matcher)
        found.files += files_with(session, places, matcher, found.links, say)
    return found
