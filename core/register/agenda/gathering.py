"""Gathers an agenda: a question to the database for each topic, over the models of the review."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session, col

from core.improvement.incidents.rules.life import FINAL
from core.improvement.incidents.tables import Incident, IncidentAffected
from core.improvement.reviews.acting import load_review
from core.improvement.reviews.rules import ReviewKind
from core.improvement.reviews.scope import model_numbers, models_in, scope_said
from core.improvement.reviews.tables import Review
from core.inventory.deployments.rules import PRODUCTION, DrillOutcome, Ending
from core.inventory.deployments.tables import Deployment, Drill
from core.inventory.tables import Model, ModelVersion
from core.links import RecordKind
from core.monitoring.alerts.tables import Alert
from core.policy.alerting.rules import AlertKind
from core.policy.exceptions.tables import PolicyException
from core.policy.rules import Phase
from core.register.agenda.values import Agenda, Line, Section, Topic, parse
from core.register.queries import items_of, summary
from core.register.values import Item, Kind, RegisterFilter

MOST = 15  # lines of a topic
HORIZON = timedelta(days=60)  # within which something ends or is due soon
FIRST = timedelta(days=90)  # how far a first review looks back


@dataclass(frozen=True)
class _Scope:
    """What the questions ask for: the review's models by row and number, from when on, and the moment."""

    session: Session
    review: Review
    since: datetime
    at: datetime

    @property
    def ids(self) -> Select[int | None]:
        return models_in(self.review)

    @property
    def numbers(self) -> Select[str]:
        return model_numbers(self.review)

    def count(self, query: Select[Any]) -> int:
        return int(self.session.execute(select(func.count()).select_from(query.subquery())).scalar_one())


@dataclass(frozen=True)
class _Found:
    count: int
    lines: tuple[Line, ...]
    overdue: int = 0


def agenda_of(session: Session, row: Review, *, at: datetime) -> Agenda:
    """What the record says at `at`; beside each count that of the review before, where one was held."""
    last = _last(session, row)
    since = _since(session, row, last, at)
    scope = _Scope(session, row, since, at)
    before = parse(last.agenda) if last and last.agenda else None
    sections = tuple(_section(topic, ask(scope), before) for topic, ask in ASKS.items())
    models = scope.count(scope.ids)
    return Agenda(at, since, scope_said(session, row), models, last.number if last else "", sections)


def _section(topic: Topic, found: _Found, before: Agenda | None) -> Section:
    then = before.of(topic) if before else None
    return Section(topic, found.count, found.overdue, then.count if then else None, found.lines)


def _last(session: Session, row: Review) -> Review | None:
    """The review before it that was held; one that was cancelled said nothing."""
    last = load_review(session, row.former) if row.former else None
    return last if last is not None and last.held_at is not None else None


def _since(session: Session, row: Review, last: Review | None, at: datetime) -> datetime:
    """From the last review on; of a version from its first day in full; otherwise for one cadence, or 90 days."""
    if last is not None and last.held_at is not None:
        return last.held_at
    if row.kind is ReviewKind.POST_LAUNCH:
        query = select(func.min(Deployment.since)).where(
            col(Deployment.version_id) == row.version_id, col(Deployment.phase) == Phase.FULL
        )
        began: datetime | None = session.execute(query).scalar()
        return began or at - FIRST
    return at - (timedelta(days=row.every_days) if row.every_days else FIRST)


def _breaches(scope: _Scope) -> _Found:
    return _alerts(scope, [col(Alert.kind) == AlertKind.BREACH.value])


def _alerts(scope: _Scope, wanted: list[ColumnElement[bool]]) -> _Found:
    seen = [col(Alert.model).in_(scope.numbers), col(Alert.seen_at) > scope.since, col(Alert.raised_at) <= scope.at]
    query = select(Alert).where(*seen, *wanted).order_by(col(Alert.seen_at).desc(), col(Alert.id).desc())
    lines = tuple(
        Line(RecordKind.ALERT.value, one.number, one.title, one.status.value, one.severity.value, one.seen_at)
        for one in scope.session.execute(query.limit(MOST)).scalars()
    )
    return _Found(scope.count(select(col(Alert.id)).where(*seen, *wanted)), lines)


def _alert_kinds(scope: _Scope) -> _Found:
    many = func.count()
    query = (
        select(col(Alert.kind), many)
        .where(col(Alert.model).in_(scope.numbers), col(Alert.seen_at) > scope.since, col(Alert.raised_at) <= scope.at)
        .group_by(col(Alert.kind))
        .order_by(many.desc(), col(Alert.kind))
    )
    rows = scope.session.execute(query).all()
    return _Found(sum(count for _, count in rows), tuple(Line("", str(count), kind) for kind, count in rows))


def _incidents(scope: _Scope) -> _Found:
    affected = select(col(IncidentAffected.incident_id)).where(col(IncidentAffected.model).in_(scope.numbers))
    about = or_(col(Incident.model).in_(scope.numbers), col(Incident.id).in_(affected))
    recent = or_(col(Incident.declared_at) > scope.since, col(Incident.status).not_in(FINAL))
    query = select(Incident).where(about, recent).order_by(col(Incident.declared_at).desc())
    lines = tuple(
        Line(RecordKind.INCIDENT.value, one.number, one.title, one.status.value, one.severity.value, one.declared_at)
        for one in scope.session.execute(query.limit(MOST)).scalars()
    )
    return _Found(scope.count(select(col(Incident.id)).where(about, recent)), lines)


def _findings(scope: _Scope) -> _Found:
    return _items(scope, (Kind.FINDING, Kind.AUDIT_FINDING, Kind.DEVIATION))


def _actions(scope: _Scope) -> _Found:
    return _items(scope, (Kind.ACTION,))


def _items(scope: _Scope, kinds: tuple[Kind, ...]) -> _Found:
    """What is not closed, overdue first; a finding of an audit that names no model is on no agenda of models."""
    count = overdue = 0
    found: list[Item] = []
    for kind in kinds:
        narrowed = RegisterFilter(kind=kind, pending=True, within=scope.numbers)
        counts = summary(scope.session, narrowed, at=scope.at)
        count, overdue = count + counts.of(), overdue + counts.of(overdue=True)
        found += items_of(scope.session, narrowed, at=scope.at, limit=MOST)
    found.sort(key=lambda one: (not one.overdue(scope.at), -one.severity.rank, one.due_at or scope.at))
    lines = tuple(
        Line(one.kind.value, one.number, one.title, one.state.value, one.severity.value, one.due_at)
        for one in found[:MOST]
    )
    return _Found(count, lines, overdue)


def _exceptions(scope: _Scope) -> _Found:
    """In force and ending within sixty days, or ended since."""
    ends, row = col(PolicyException.ends_at), PolicyException
    wanted = [
        col(row.model_id).in_(scope.ids), col(row.starts_at).is_not(None), col(row.ended_at).is_(None),
        ends > scope.since, ends <= scope.at + HORIZON,
    ]  # fmt: skip
    query = select(PolicyException).where(*wanted).order_by(ends)
    lines = tuple(
        Line(
            RecordKind.EXCEPTION.value, one.number, f"{one.title} (clause {one.clause})",
            "expired" if one.ends_at <= scope.at else "expiring", "", one.ends_at,
        )
        for one in scope.session.execute(query.limit(MOST)).scalars()
    )  # fmt: skip
    over = scope.count(select(col(row.id)).where(*wanted, ends <= scope.at))
    return _Found(scope.count(select(col(row.id)).where(*wanted)), lines, over)


def _dates(scope: _Scope) -> _Found:
    due = col(Model.next_review)
    wanted = [col(Model.id).in_(scope.ids), col(Model.retired_at).is_(None), due <= scope.at + HORIZON]
    query = select(Model).where(*wanted).order_by(due)
    lines = tuple(
        Line(
            RecordKind.MODEL.value, one.number, f"Periodic review of {one.name}",
            "overdue" if one.next_review and one.next_review < scope.at else "due soon", "", one.next_review,
        )
        for one in scope.session.execute(query.limit(MOST)).scalars()
    )  # fmt: skip
    late = scope.count(select(col(Model.id)).where(*wanted, due < scope.at))
    return _Found(scope.count(select(col(Model.id)).where(*wanted)), lines, late)


def _versions(scope: _Scope) -> _Found:
    """Versions that began to serve production in full since, and those that were rolled back since."""
    stay = Deployment
    base = [
        col(stay.model_id).in_(scope.ids), col(stay.environment) == PRODUCTION, col(stay.phase) == Phase.FULL,
    ]  # fmt: skip
    back = (col(stay.ended_as) == Ending.ROLLED_BACK) & (col(stay.until) > scope.since)
    wanted = [*base, or_(col(stay.since) >= scope.since, back)]
    query = (
        select(stay, col(Model.number), col(ModelVersion.version))
        .join(ModelVersion, col(ModelVersion.id) == col(stay.version_id))
        .join(Model, col(Model.id) == col(stay.model_id))
        .where(*wanted)
        .order_by(col(stay.since).desc())
    )
    lines = tuple(
        Line(
            RecordKind.VERSION.value, f"{number} v{version}", one.reason or f"change {one.change}",
            "rolled back" if one.ended_as is Ending.ROLLED_BACK else "in production", "", one.until or one.since,
        )
        for one, number, version in scope.session.execute(query.limit(MOST))
    )  # fmt: skip
    return _Found(scope.count(select(col(stay.id)).where(*wanted)), lines)


def _drills(scope: _Scope) -> _Found:
    wanted = [
        col(Drill.model_id).in_(scope.ids), col(Drill.outcome) == DrillOutcome.FAILED, col(Drill.at) > scope.since,
    ]  # fmt: skip
    query = select(Drill, col(Model.number)).join(Model, col(Model.id) == col(Drill.model_id)).where(*wanted)
    rows = scope.session.execute(query.order_by(col(Drill.at).desc()).limit(MOST))
    lines = tuple(
        Line(RecordKind.MODEL.value, number, one.found.split("\n")[0][:300], "failed", "", one.at)
        for one, number in rows
    )
    return _Found(scope.count(select(col(Drill.id)).where(*wanted)), lines)


ASKS: Mapping[Topic, Callable[[_Scope], _Found]] = {
    Topic.BREACHES: _breaches,
    Topic.INCIDENTS: _incidents,
    Topic.FINDINGS: _findings,
    Topic.ACTIONS: _actions,
    Topic.EXCEPTIONS: _exceptions,
    Topic.DATES: _dates,
    Topic.VERSIONS: _versions,
    Topic.DRILLS: _drills,
    Topic.ALERTS: _alert_kinds,
}
