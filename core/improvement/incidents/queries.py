"""Reads of incidents for pages, the API and reports: the list by urgency, one whole, and what waits for somebody."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, case, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.improvement.actions.rules import ActionStatus
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.facts import actions_of, load_incident
from core.improvement.incidents.rules.life import FINAL, IncidentStatus
from core.improvement.incidents.tables import (
    Incident,
    IncidentAffected,
    IncidentCause,
    IncidentClock,
    IncidentInformed,
    IncidentNote,
    IncidentNotification,
    IncidentReview,
)
from core.improvement.incidents.ticking import Clock, clocks_of, decided_clocks
from core.links import Linked, RecordKind, Ref, linked
from core.links.queries import linked_with
from core.store.paging import Page
from core.validation.rules import Severity

Part = TypeVar(
    "Part", IncidentAffected, IncidentNote, IncidentInformed, IncidentCause, IncidentReview, IncidentNotification
)


@dataclass(frozen=True)
class IncidentFilter:
    """What the list is narrowed to; None and empty mean everything."""

    text: str = ""
    status: IncidentStatus | None = None
    severity: Severity | None = None
    model: str = ""
    commander: str | None = None
    open_only: bool = False


@dataclass(frozen=True)
class IncidentRow:
    """One incident in a list: what it affects, its clocks that run, and how many actions it has and are open."""

    incident: Incident
    affected: tuple[str, ...]
    clocks: tuple[Clock, ...]
    actions: int
    pending: int

    @property
    def next_clock(self) -> Clock | None:
        """The clock that ends first of those that run."""
        return next((one for one in self.clocks if one.ticks), None)


@dataclass(frozen=True)
class WholeIncident:
    """An incident as its page and its report show it."""

    incident: Incident
    affected: tuple[IncidentAffected, ...]
    notes: tuple[IncidentNote, ...]
    informed: tuple[IncidentInformed, ...]
    causes: tuple[IncidentCause, ...]
    reviews: tuple[IncidentReview, ...]
    notifications: tuple[IncidentNotification, ...]
    clocks: tuple[Clock, ...]
    actions: tuple[CorrectiveAction, ...]
    links: tuple[Linked, ...]

    @property
    def cause(self) -> IncidentCause | None:
        """As it is understood now."""
        return self.causes[-1] if self.causes else None

    @property
    def review(self) -> IncidentReview | None:
        """The newest."""
        return self.reviews[-1] if self.reviews else None

    @property
    def containments(self) -> tuple[IncidentNote, ...]:
        """What stopped the harm."""
        return tuple(one for one in self.notes if one.containment is not None)

    def linked_to(self, kind: RecordKind) -> tuple[str, ...]:
        """The numbers of linked records of this kind."""
        return tuple(one.ref.number for one in self.links if one.ref.kind is kind)


def incidents(
    session: Session, narrowed: IncidentFilter, *, at: datetime, limit: int, offset: int
) -> Page[IncidentRow]:
    """By urgency: open ones before others, of these by the clock that ends first, by severity, and the newest first."""
    wanted = _conditions(narrowed)
    total = session.exec(select(func.count()).select_from(Incident).where(*wanted)).one()
    query = select(Incident).where(*wanted).order_by(*_urgency())
    return Page(incident_rows(session, session.exec(query.limit(limit).offset(offset)).all(), at=at), total)


def incident_rows(session: Session, found: Iterable[Incident], *, at: datetime) -> tuple[IncidentRow, ...]:
    """These incidents with what the list says of each, in a handful of statements."""
    rows = tuple(found)
    clocks = decided_clocks(session, rows, at=at)
    affected: dict[int, list[str]] = {}
    query = select(IncidentAffected).where(col(IncidentAffected.incident_id).in_([row.id for row in rows]))
    for one in session.exec(query.order_by(col(IncidentAffected.id))):
        affected.setdefault(one.incident_id, []).append(f"{one.model} {one.version}".strip())
    actions, pending = _actions(session, [row.number for row in rows])
    return tuple(
        IncidentRow(
            row, tuple(affected.get(row.id or 0, ())), clocks[row.number], actions[row.number], pending[row.number]
        )
        for row in rows
    )


def whole_incident(session: Session, number: str, *, at: datetime) -> WholeIncident:
    """Everything about an incident; raises `NotFound`."""
    row = load_incident(session, number)
    return WholeIncident(
        incident=row,
        affected=_all(session, IncidentAffected, row),
        notes=_all(session, IncidentNote, row),
        informed=_all(session, IncidentInformed, row),
        causes=_all(session, IncidentCause, row),
        reviews=_all(session, IncidentReview, row),
        notifications=_all(session, IncidentNotification, row),
        clocks=clocks_of(session, row, at=at),
        actions=actions_of(session, number),
        links=linked(session, Ref(RecordKind.INCIDENT, number)),
    )


def incident_count(session: Session, *, open_only: bool = False) -> int:
    """How many there are."""
    query = select(func.count()).select_from(Incident)
    return session.exec(query.where(*_conditions(IncidentFilter(open_only=open_only)))).one()


def incidents_of(session: Session, model: str, *, at: datetime, limit: int = 20) -> tuple[IncidentRow, ...]:
    """Incidents that affect a model, the newest first."""
    ids = select(IncidentAffected.incident_id).where(IncidentAffected.model == model)
    query = select(Incident).where(col(Incident.id).in_(ids)).order_by(col(Incident.id).desc())
    return incident_rows(session, session.exec(query.limit(limit)).all(), at=at)


def open_incidents(session: Session) -> tuple[Incident, ...]:
    """All that are not over, by urgency."""
    query = select(Incident).where(col(Incident.status).not_in(FINAL)).order_by(*_urgency())
    return tuple(session.exec(query).all())


def _all(session: Session, kind: type[Part], row: Incident) -> tuple[Part, ...]:
    return tuple(session.exec(select(kind).where(kind.incident_id == row.id).order_by(col(kind.id))).all())


def _actions(session: Session, numbers: list[str]) -> tuple[Counter[str], Counter[str]]:
    """By incident, how many actions there are, and how many are open."""
    of = {
        number: [one.ref.number for one in links if one.ref.kind is RecordKind.ACTION]
        for number, links in linked_with(session, RecordKind.INCIDENT, numbers).items()
    }
    every = {one for found in of.values() for one in found}
    query = select(CorrectiveAction.number).where(
        col(CorrectiveAction.number).in_(every), CorrectiveAction.status == ActionStatus.OPEN
    )
    still = set(session.exec(query).all()) if every else set()
    counts = Counter({number: len(found) for number, found in of.items()})
    return counts, Counter({number: len(still.intersection(found)) for number, found in of.items()})


def _conditions(narrowed: IncidentFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowed.text:
        texts = (col(Incident.number), col(Incident.title), col(Incident.what))
        conditions.append(or_(*(text.icontains(narrowed.text, autoescape=True) for text in texts)))
    if narrowed.status:
        conditions.append(col(Incident.status) == narrowed.status)
    if narrowed.severity:
        conditions.append(col(Incident.severity) == narrowed.severity)
    if narrowed.model:
        ids = select(IncidentAffected.incident_id).where(IncidentAffected.model == narrowed.model)
        conditions.append(col(Incident.id).in_(ids))
    if narrowed.commander:
        conditions.append(col(Incident.commander) == narrowed.commander)
    if narrowed.open_only:
        conditions.append(col(Incident.status).not_in(FINAL))
    return conditions


def _urgency() -> tuple[SQLColumnExpression[object], ...]:
    newer = aliased(IncidentClock)
    later = exists().where(
        col(newer.incident_id) == col(IncidentClock.incident_id),
        col(newer.rule) == col(IncidentClock.rule),
        col(newer.id) > col(IncidentClock.id),
    )
    met = exists().where(
        col(IncidentNotification.incident_id) == col(IncidentClock.incident_id),
        col(IncidentNotification.rule) == col(IncidentClock.rule),
    )
    ends = (
        select(func.min(IncidentClock.due_at))
        .where(col(IncidentClock.incident_id) == col(Incident.id), col(IncidentClock.applies), ~later, ~met)
        .correlate(Incident)
        .scalar_subquery()
    )
    weight = case({one.value: one.rank for one in Severity}, value=col(Incident.severity), else_=0)
    over = case((col(Incident.status).in_(FINAL), 1), else_=0)
    return over, case((ends.is_(None), 1), else_=0), ends, weight.desc(), col(Incident.id).desc()
