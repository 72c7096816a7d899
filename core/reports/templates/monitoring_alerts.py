"""The alerts of the monitoring summary, and what checks of production data came to: both as the ledger tells them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement

from core.ledger.events import Event
from core.reports.history.ledger import ENTRY, Entry, LedgerThen, of, since
from core.reports.layout.blocks import Section, Stacked
from core.reports.layout.words import badge, moment
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.parts import columns_of
from core.reports.texts import monitoring as texts
from core.reports.values.report import Asked, SubjectKind


@dataclass(frozen=True)
class AlertLine:
    """One alert that was raised in the period, or was not closed when it began."""

    number: str
    model: str
    version: str
    environment: str
    kind: str
    severity: str
    title: str
    raised_at: datetime
    recovered_at: datetime | None
    closed_at: datetime | None
    entry: int
    leaf: str


@dataclass(frozen=True)
class CheckedCount:
    """What the checks of production data in the period came to."""

    runs: int
    figures: int
    failed: int
    insufficient: int


def alerts_of(then: LedgerThen, asked: Asked) -> tuple[AlertLine, ...]:
    """The newest first."""
    told = list(then.entries(of(Event.ALERT_RAISED, Event.ALERT_RECOVERED, Event.ALERT_CLOSED), *_about(asked)))
    ends = {event: {one.entity: one.at for one in told if one.action == event} for event in (_RECOVERED, _CLOSED)}
    lines = (_line(one, ends) for one in reversed(told) if one.action == Event.ALERT_RAISED.value)
    begin = asked.since
    return tuple(one for one in lines if begin is None or one.closed_at is None or one.closed_at >= begin)


def checks_of(then: LedgerThen, asked: Asked) -> list[Entry]:
    """The entries of checks of production data in the period, with what they say."""
    return list(then.entries(of(Event.MONITOR_CHECKED), *_about(asked), *since(asked.since)))


def checked_in(told: Sequence[Entry]) -> CheckedCount:
    """The sums of the entries of checks."""
    return CheckedCount(len(told), _sum(told, "figures"), _sum(told, "failed"), _sum(told, "insufficient"))


def alert_section(lines: tuple[AlertLine, ...], citing: Citing) -> Section:
    """One row for each alert; each cell names the entry that raised it."""
    rows = tuple(
        (
            one.number,
            Stacked(f"{one.model} {one.version}".strip() or "–", one.environment),
            Stacked(one.title, one.kind),
            badge(one.severity),
            citing.entry(moment(one.raised_at), one.entry, one.leaf),
            citing.said(moment(one.recovered_at), f"alerts / {one.number} / recovered_at"),
            citing.said(moment(one.closed_at), f"alerts / {one.number} / closed_at"),
        )
        for one in lines
    )
    columns = columns_of(texts.ALERTS_COLUMNS, 0.8, 1.2, 2.4, 1, 1.4, 1.4, 1.4, right=(4, 5, 6))
    return table_or(texts.ALERTS, texts.ALERTS_CAPTION, columns, rows, texts.NO_ALERTS)


_RECOVERED, _CLOSED = Event.ALERT_RECOVERED.value, Event.ALERT_CLOSED.value


def _about(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return (ENTRY.subject == asked.subject.number,) if asked.subject.kind is SubjectKind.MODEL else ()


def _line(one: Entry, ends: Mapping[str, Mapping[str, datetime]]) -> AlertLine:
    """An alert's entity is its number, after that of its model where there is one."""
    model, _, number = one.entity.rpartition(" ")
    return AlertLine(
        number, model, one.text("version"), one.text("environment"), one.text("kind"), one.text("severity"),
        one.text("title"), one.at, ends[_RECOVERED].get(one.entity), ends[_CLOSED].get(one.entity), one.index, one.leaf,
    )  # fmt: skip


def _sum(told: Iterable[Entry], name: str) -> int:
    return sum(value for one in told if isinstance(value := one.said.get(name), int))
