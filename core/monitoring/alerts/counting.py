"""How many alerts nobody has closed yet."""

from collections.abc import Mapping

from sqlmodel import Session, col, func, select

from core.monitoring.alerts.tables import Alert
from core.validation.rules import Severity


def open_by_severity(session: Session) -> Mapping[Severity, int]:
    """Counts of open alerts, the gravest first; a severity without one has 0."""
    query = select(Alert.severity, func.count()).where(col(Alert.closed_at).is_(None)).group_by(col(Alert.severity))
    found = {Severity(severity): many for severity, many in session.exec(query).all()}
    return {one: found.get(one, 0) for one in sorted(Severity, key=lambda one: -one.rank)}
