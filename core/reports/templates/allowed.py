"""Columns of which people decided what they hold, for the access report: beside how personal data was taken out."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.personal_data.tables import ColumnDecision
from core.reports.layout.blocks import Section, Stacked
from core.reports.layout.words import moment
from core.reports.templates.citing import table_or
from core.reports.templates.parts import columns_of
from core.reports.texts import access as texts
from core.reports.values.report import Asked


@dataclass(frozen=True)
class ColumnLine:
    """A decision that stood at some time of the period."""

    number: str
    scope: str
    column: str
    kinds: str
    verdict: str
    reason: str
    until: datetime
    decided_by: str
    decided_at: datetime
    withdrawn_at: datetime | None


def columns_decided(session: Session, asked: Asked) -> tuple[ColumnLine, ...]:
    """The decisions on columns that stood within the period, in the order of number."""
    rows = session.exec(select(ColumnDecision).order_by(col(ColumnDecision.id))).all()
    return tuple(
        ColumnLine(
            row.number, row.scope, row.column_name, row.kinds, row.verdict.value, row.reason, row.until,
            row.decided_by, row.decided_at, row.withdrawn_at,
        )
        for row in rows
        if asked.since is None or min(row.until, row.withdrawn_at or row.until) >= asked.since
    )  # fmt: skip


def columns_section(lines: tuple[ColumnLine, ...]) -> Section:
    """One row a decision; who decided stands in the data by number."""
    rows = tuple(
        (
            Stacked(one.number, one.scope),
            Stacked(one.column, one.kinds),
            one.verdict,
            one.reason,
            moment(one.until) if one.withdrawn_at is None else texts.WITHDRAWN.format(at=moment(one.withdrawn_at)),
        )
        for one in lines
    )
    columns = columns_of(texts.DECIDED_COLUMNS, 1, 1.6, 1.2, 2.6, 1.6, right=(4,))
    return table_or(texts.DECIDED, texts.DECIDED_CAPTION, columns, rows, texts.NO_DECISIONS)
