"""Reads of alerts for pages, the API and a person's desk: the list in groups, one alert whole, and counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.inventory.tables import Model
from core.jobs.outbox.tables import OutboxMessage
from core.links import Linked, RecordKind, Ref, linked
from core.monitoring.alerts.handling import load_alert
from core.monitoring.alerts.selecting import (
    URGENCY,
    conditions,
    given_to,
    of_models,
    ordered,
    state_of,
)
from core.monitoring.alerts.selecting import (
    AlertFilter as AlertFilter,
)
from core.monitoring.alerts.selecting import (
    AlertState as AlertState,
)
from core.monitoring.alerts.tables import Alert, AlertChannel, AlertNotice, AlertPerson, AlertStep
from core.monitoring.alerts.vocabulary import AlertStatus
from core.policy.alerting.rules import Severity
from core.store.paging import Page


@dataclass(frozen=True)
class AlertRow:
    """One alert with its model's name and tier, where it has one."""

    alert: Alert
    model_name: str
    tier: int | None

    @property
    def state(self) -> AlertState:
        """Where it stands."""
        return state_of(self.alert)


@dataclass(frozen=True)
class AlertGroup:
    """Alerts of one model and environment that came within one span of time, the most urgent first."""

    number: str
    rows: tuple[AlertRow, ...]
    size: int  # with those that the filter leaves out


@dataclass(frozen=True)
class NoticeRow:
    """Something that a channel or a person was told, or is to be told, and what became of the message."""

    to: str
    name: str  # of the channel
    act: str
    due_at: datetime
    held: bool
    told_at: datetime | None
    message: str
    status: str  # of the message; empty before it is queued
    said: str


@dataclass(frozen=True)
class AlertPage:
    """One alert whole: its history, what it is linked with, its group, and who was told."""

    row: AlertRow
    steps: tuple[AlertStep, ...]
    links: tuple[Linked, ...]
    group: tuple[AlertRow, ...]
    notices: tuple[NoticeRow, ...]
    people: tuple[str, ...]  # whom an escalation reached


@dataclass(frozen=True)
class AlertCounts:
    """How many alerts are not closed, by severity, how many of them nobody took, and how many are a person's."""

    by_severity: Mapping[Severity, int]
    untaken: int
    mine: int

    @property
    def total(self) -> int:
        """All that are not closed."""
        return sum(self.by_severity.values())


def groups(session: Session, narrowed: AlertFilter, *, limit: int, offset: int) -> Page[AlertGroup]:
    """Groups with an alert that the filter lets through, the most urgent first, then the latest."""
    chosen = conditions(narrowed)
    query = select(Alert.cluster).where(*chosen).group_by(col(Alert.cluster))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    order = (func.max(URGENCY).desc(), func.max(col(Alert.seen_at)).desc(), func.max(col(Alert.id)).desc())
    numbers = session.exec(query.order_by(*order).limit(limit).offset(offset)).all()
    found = _rows(session, ordered(select(Alert).where(*chosen, col(Alert.cluster).in_(numbers))))
    sizes = dict(
        session.execute(
            select(Alert.cluster, func.count()).where(col(Alert.cluster).in_(numbers)).group_by(col(Alert.cluster))
        ).all()
    )
    return Page(
        tuple(
            AlertGroup(number, tuple(row for row in found if row.alert.cluster == number), sizes[number])
            for number in numbers
        ),
        total,
    )


def alerts(session: Session, narrowed: AlertFilter, *, limit: int, offset: int) -> Page[AlertRow]:
    """Alerts one by one, the most urgent first."""
    chosen = conditions(narrowed)
    total = session.exec(select(func.count()).select_from(Alert).where(*chosen)).one()
    return Page(_rows(session, ordered(select(Alert).where(*chosen)).limit(limit).offset(offset)), total)


def alert_page(session: Session, number: str) -> AlertPage:
    """One alert whole; raises `NotFound`."""
    row = load_alert(session, number)
    steps = session.exec(select(AlertStep).where(AlertStep.alert_id == row.id).order_by(col(AlertStep.id))).all()
    group = _rows(session, ordered(select(Alert).where(Alert.cluster == row.cluster)))
    people = session.exec(select(AlertPerson.person).where(AlertPerson.alert_id == row.id)).all()
    return AlertPage(
        next(one for one in group if one.alert.number == number),
        tuple(steps),
        linked(session, Ref(RecordKind.ALERT, number)),
        group,
        _notices(session, row),
        tuple(people),
    )


def counts(session: Session, *, person: str = "") -> AlertCounts:
    """What is not closed."""
    standing = col(Alert.closed_at).is_(None)
    query = select(Alert.severity, func.count()).where(standing).group_by(col(Alert.severity))
    found = {Severity(severity): number for severity, number in session.execute(query).all()}
    nobody = [col(Alert.status) == AlertStatus.OPEN, col(Alert.snoozed_until).is_(None)]
    untaken = session.exec(
        select(func.count()).select_from(Alert).where(standing, col(Alert.recovered_at).is_(None), *nobody)
    ).one()
    mine = 0
    if person:
        mine = session.exec(
            select(func.count()).select_from(Alert).where(*conditions(AlertFilter(person=person)))
        ).one()
    return AlertCounts({one: found.get(one, 0) for one in reversed(Severity)}, untaken, mine)


def alerts_to_handle(session: Session, person: str, *, limit: int) -> tuple[AlertRow, ...]:
    """What waits for this person: given to them, or of their models and taken by nobody; the most urgent first."""
    awake = col(Alert.snoozed_until).is_(None)
    nobody = and_(
        col(Alert.assignee) == "",
        col(Alert.recovered_at).is_(None),
        or_(of_models(person), given_to(person)),
    )
    waiting = or_(col(Alert.assignee) == person, nobody)
    query = select(Alert).where(col(Alert.closed_at).is_(None), awake, waiting)
    return _rows(session, ordered(query).limit(limit))


def _rows(session: Session, query: SelectOfScalar[Alert]) -> tuple[AlertRow, ...]:
    found = session.exec(query).all()
    models = {row.model for row in found if row.model}
    if not models:
        return tuple(AlertRow(row, "", None) for row in found)
    known = {row.number: row for row in session.exec(select(Model).where(col(Model.number).in_(models)))}
    return tuple(
        AlertRow(row, known[row.model].name, known[row.model].tier) if row.model in known else AlertRow(row, "", None)
        for row in found
    )


def _notices(session: Session, row: Alert) -> tuple[NoticeRow, ...]:
    found = session.exec(select(AlertNotice).where(AlertNotice.alert_id == row.id).order_by(col(AlertNotice.id))).all()
    names = dict(session.exec(select(AlertChannel.number, AlertChannel.name)).all())
    numbers = [one.message for one in found if one.message]
    sent = {
        one.number: one for one in session.exec(select(OutboxMessage).where(col(OutboxMessage.number).in_(numbers)))
    }
    return tuple(_notice(one, names.get(one.to, ""), sent.get(one.message)) for one in found)


def _notice(one: AlertNotice, name: str, message: OutboxMessage | None) -> NoticeRow:
    status, said = (message.status.value, message.said) if message else ("", "")
    return NoticeRow(one.to, name, one.act.value, one.due_at, one.held, one.told_at, one.message, status, said)
