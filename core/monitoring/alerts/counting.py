"""Which alerts nobody has closed yet, and how many."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.monitoring.alerts.tables import Alert
from core.validation.rules import Severity


def open_by_severity(session: Session) -> Mapping[Severity, int]:
    """Counts of open alerts, the gravest first; a severity without one has 0."""
    query = select(Alert.severity, func.count()).where(col(Alert.closed_at).is_(None)).group_by(col(Alert.severity))
    found = {Severity(severity): many for severity, many in session.exec(query).all()}
    return {one: found.get(one, 0) for one in sorted(Severity, key=lambda one: -one.rank)}


@dataclass(frozen=True)
class OpenAlert:
    """An alert that is open, or was in a span of time, as the pages of monitoring mark it."""

    number: str
    severity: Severity
    title: str
    raised_at: datetime
    assignee: str


def open_by_model(session: Session, models: Collection[str]) -> Mapping[tuple[str, str], tuple[OpenAlert, ...]]:
    """The open alerts of these models, by model and environment, the gravest first."""
    query = select(Alert).where(col(Alert.model).in_(models), col(Alert.closed_at).is_(None)).order_by(col(Alert.id))
    found: dict[tuple[str, str], list[OpenAlert]] = {}
    for row in session.exec(query):
        found.setdefault((row.model, row.environment), []).append(_open(row))
    return {key: tuple(sorted(rows, key=lambda one: -one.severity.rank)) for key, rows in found.items()}


def raised_between(
    session: Session, model: str, environment: str, start: datetime, end: datetime
) -> tuple[OpenAlert, ...]:
    """Every alert of a model that was raised in this time, closed or not, the oldest first."""
    query = select(Alert).where(
        Alert.model == model, Alert.environment == environment, Alert.raised_at >= start, Alert.raised_at <= end
    )
    return tuple(_open(row) for row in session.exec(query.order_by(col(Alert.raised_at))))


def _open(row: Alert) -> OpenAlert:
    return OpenAlert(row.number, row.severity, row.title, row.raised_at, row.assignee)
