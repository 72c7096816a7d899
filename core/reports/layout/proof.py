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
from core.reports.texts.sections import proof as texts
from core.reports.values import Dossier

NO_ROLE = texts.NONE  # what the ledger writes for the system itself


def history(dossier: Dossier, people: Reader) -> Section:
    """The ledger entries that concern the version, oldest first; a long table moves, as every other does."""
    if not dossier.history:
        return Section(texts.HISTORY, (Prose(texts.THE_LEDGER_HOLDS_NO, quiet=True),))
    columns = (
        Column(texts.ENTRY, 0.7, Align.RIGHT),
        Column(texts.WHEN, 1.9, Align.RIGHT),
        Column(texts.WHO, 2.3),
        Column(texts.WHAT, 3.1),
        Column(texts.LEAF, 1),
    )
    rows = tuple(
        (
            count(line.index),
            moment(line.at),
            Stacked(people.name(line.actor), "" if line.role == NO_ROLE else line.role),
            Stacked(f"{line.action}, {line.entity}", line.detail),
            Digest(line.leaf[:8]),
        )
        for line in dossier.history
    )
    caption = texts.LEDGER_ENTRIES_ABOUT_THIS.format(history=len(dossier.history))
    return Section(texts.HISTORY, (Table(caption, columns, rows),))


def people_section(dossier: Dossier) -> Section:
    """Who the numbers stand for."""
    if not dossier.people:
        return Section(texts.PEOPLE, (Prose(texts.PEOPLE_ARE_NAMED_BY, quiet=True),))
    columns = (Column(texts.NUMBER, 1), Column(texts.NAME, 3), Column(texts.ROLES, 3))
    rows = tuple((person.number, person.name, ", ".join(person.roles) or "–") for person in dossier.people)
    return Section(texts.PEOPLE, (Table(texts.PEOPLE_NAMED_IN_THIS, columns, rows),))


def proof(dossier: Dossier) -> Section:
    """What the ledger promises, and its checkpoint; the renderer adds what is true of its file."""
    point = dossier.checkpoint
    checkpoint = Facts(
        texts.THE_SIGNED_STATE_OF,
        (
            (texts.LOG, point.origin),
            (texts.ENTRIES, checkpoint_cell(count(point.size), point)),
            (texts.ROOT, Digest(point.root)),
            (texts.KEY, Digest(point.key)),
        ),
    )
    return Section(
        texts.HOW_TO_CHECK_THIS,
        (
            Prose(texts.PROMISE),
            Heading(texts.LEDGER_CHECKPOINT),
            checkpoint,
            Code(point.note.rstrip("\n")),
        ),
    )
