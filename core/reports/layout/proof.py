"""History from the ledger, the people named in it, and the checkpoint that it leads to."""

from core.reports.layout.blocks import (
    Align,
    Code,
    Column,
    Digest,
    Facts,
    Heading,
    Prose,
    Section,
    Stacked,
    Table,
)
from core.reports.layout.traced import Reader, checkpoint_cell
from core.reports.layout.words import count, moment
from core.reports.values import Dossier

MOST_HISTORY = 400
NO_ROLE = "none"  # what the ledger writes for the system itself
PROMISE = (
    "The ledger is tamper-evident, not tamper-proof: whatever a checkpoint covers that has left the operator's control "
    "can no longer be changed, dropped or reordered unnoticed. Events that were never recorded, and false input, "
    "cannot be seen here. Compare the key and the checkpoint with a copy that you received over another channel."
)


def history(dossier: Dossier, people: Reader) -> Section:
    """The ledger entries that concern the version, oldest first; a long list is cut and says so."""
    if not dossier.history:
        return Section("History", (Prose("The ledger holds no entry about this version.", quiet=True),))
    shown = dossier.history[-MOST_HISTORY:]
    columns = (
        Column("Entry", 0.7, Align.RIGHT),
        Column("When", 1.9, Align.RIGHT),
        Column("Who", 2.3),
        Column("What", 3.1),
        Column("Leaf", 1),
    )
    rows = tuple(
        (
            count(line.index),
            moment(line.at),
            Stacked(people.name(line.actor), "" if line.role == NO_ROLE else line.role),
            Stacked(f"{line.action}, {line.entity}", line.detail),
            Digest(line.leaf[:8]),
        )
        for line in shown
    )
    missing = len(dossier.history) - len(shown)
    note = f"The {missing:,} entries before these are in dossier.json." if missing else ""
    caption = f"{len(dossier.history):,} ledger entries about this version, oldest first"
    return Section("History", (Table(caption, columns, rows, note),))


def people_section(dossier: Dossier) -> Section:
    """Who the numbers stand for."""
    if not dossier.people:
        return Section("People", (Prose("People are named by number only.", quiet=True),))
    columns = (Column("Number", 1), Column("Name", 3), Column("Roles", 3))
    rows = tuple((person.number, person.name, ", ".join(person.roles) or "–") for person in dossier.people)
    return Section("People", (Table("People named in this dossier", columns, rows),))


def proof(dossier: Dossier) -> Section:
    """What the ledger promises, and its checkpoint; the renderer adds what is true of its file."""
    point = dossier.checkpoint
    checkpoint = Facts(
        "The signed state of the ledger that this dossier leads to",
        (
            ("Log", point.origin),
            ("Entries", checkpoint_cell(count(point.size), point)),
            ("Root", Digest(point.root)),
            ("Key", Digest(point.key)),
        ),
    )
    return Section(
        "How to check this dossier",
        (
            Prose(PROMISE),
            Heading("Ledger checkpoint"),
            checkpoint,
            Code(point.note.rstrip("\n")),
        ),
    )
