"""Who acted on which records, how often: by kind, and one by one where they are not too many for pages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement

from core.access.rules import SYSTEM
from core.reports.formats.csv_files import written
from core.reports.history.ledger import ENTRY, LedgerThen
from core.reports.layout.blocks import Section
from core.reports.layout.words import count, moment, sentence
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.parts import columns_of
from core.reports.texts import access as texts
from core.reports.values.dossier import Attachment

MOST = 2_000  # records of people that a report tells one by one
BY_PEOPLE = ENTRY.actor != SYSTEM.id  # and pipelines; what the system does is told by its acts


@dataclass(frozen=True)
class KindLine:
    """On how many records of one kind somebody acted, and how often."""

    actor: str
    kind: str
    records: int
    times: int
    last_at: datetime


@dataclass(frozen=True)
class RecordLine:
    """How often somebody acted on one record."""

    actor: str
    kind: str
    record: str
    times: int
    last_at: datetime


@dataclass(frozen=True)
class Acted:
    """What people and pipelines acted on; `records` is empty where they are too many, and lie in a file."""

    kinds: tuple[KindLine, ...]
    records: tuple[RecordLine, ...]

    @property
    def pairs(self) -> int:
        """How many pairs of a person and a record there are."""
        return sum(one.records for one in self.kinds)


def read_acted(ledger: LedgerThen, *span: ColumnElement[bool]) -> Acted:
    """From the entries of the period."""
    told = Acted(tuple(KindLine(*one) for one in ledger.by_kind(*span, BY_PEOPLE)), ())
    if told.pairs > MOST:
        return told
    return Acted(told.kinds, tuple(RecordLine(*one) for one in ledger.by_record(*span, BY_PEOPLE)))


def attached_records(ledger: LedgerThen, acted: Acted, *span: ColumnElement[bool]) -> tuple[Attachment, ...]:
    """Every pair as CSV, where they are too many for pages."""
    if acted.pairs <= MOST:
        return ()
    rows = [
        (actor, kind, record, str(times), at.isoformat())
        for actor, kind, record, times, at in ledger.by_record(*span, BY_PEOPLE)
    ]
    content = written([texts.RECORDS_COLUMNS], rows, [False, False, False, True, False])
    description = texts.ATTACHED.format(pairs=count(acted.pairs))
    return (Attachment(texts.ATTACHED_NAME, "text/csv", description, content),)


def acted_sections(acted: Acted, citing: Citing) -> tuple[Section, Section]:
    """By kind, then by record, or where the list is found."""
    kinds = tuple(
        (
            citing.name(one.actor),
            sentence(one.kind.replace("_", " ")),
            citing.number(one.records, f"acted / kinds / {one.actor} / {one.kind} / records"),
            citing.number(one.times, f"acted / kinds / {one.actor} / {one.kind} / times"),
            citing.said(moment(one.last_at), f"acted / kinds / {one.actor} / {one.kind} / last_at"),
        )
        for one in acted.kinds
    )
    records = tuple(
        (
            citing.name(one.actor),
            sentence(one.kind.replace("_", " ")),
            one.record,
            citing.number(one.times, f"acted / records / {one.actor} / {one.kind} {one.record} / times"),
            citing.said(moment(one.last_at), f"acted / records / {one.actor} / {one.kind} {one.record} / last_at"),
        )
        for one in acted.records
    )
    of_kinds = columns_of(texts.KINDS_COLUMNS, 2.2, 1.8, 0.9, 0.9, 2.2, right=(2, 3, 4))
    of_records = columns_of(texts.RECORDS_COLUMNS, 2, 1.3, 1.8, 0.7, 2.4, right=(3, 4))
    elsewhere = texts.TOO_MANY.format(pairs=count(acted.pairs), name=texts.ATTACHED_NAME)
    nothing = elsewhere if acted.pairs > MOST else texts.NO_ACTS
    return (
        table_or(texts.KINDS, texts.KINDS_CAPTION, of_kinds, kinds, texts.NO_ACTS),
        table_or(texts.RECORDS, texts.RECORDS_CAPTION, of_records, records, nothing),
    )
