"""Which alerts a filter lets through, and in which order they are read."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, case, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.inventory.people.rules import Part
from core.inventory.tables import Assignment, Model
from core.monitoring.alerts.tables import Alert, AlertPerson
from core.monitoring.alerts.vocabulary import AlertStatus
from core.policy.alerting.rules import AlertKind, Severity


class AlertState(StrEnum):
    """Where an alert stands, as people say it: the first of these that holds, from the last to the first."""

    OPEN = "open"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    RECOVERED = "recovered"
    SNOOZED = "snoozed"
    CLOSED = "closed"


@dataclass(frozen=True)
class AlertFilter:
    """What the list is narrowed to; `person` has or is to have it; no state means all that are not closed."""

    state: AlertState | None = None
    every: bool = False  # the closed ones too
    severity: Severity | None = None
    kind: AlertKind | None = None
    model: str = ""
    environment: str = ""
    person: str = ""
    group: str = ""


RANK = case({one.value: one.rank for one in Severity}, value=col(Alert.severity))
# what nobody took comes first within a severity; what is closed comes last of all
URGENCY = case(
    (col(Alert.closed_at).is_not(None), -10),
    (col(Alert.snoozed_until).is_not(None), -5 + RANK),
    else_=4 * RANK
    + case(
        (col(Alert.recovered_at).is_not(None), 0),
        (col(Alert.status) == AlertStatus.ACKNOWLEDGED, 1),
        (col(Alert.level) > 0, 3),
        else_=2,
    ),
)


def state_of(row: Alert) -> AlertState:
    """Where an alert stands."""
    if row.closed_at is not None:
        return AlertState.CLOSED
    if row.snoozed_until is not None:
        return AlertState.SNOOZED
    if row.recovered_at is not None:
        return AlertState.RECOVERED
    if row.status is AlertStatus.ACKNOWLEDGED:
        return AlertState.ACKNOWLEDGED
    return AlertState.ESCALATED if row.level else AlertState.OPEN


def conditions(narrowed: AlertFilter) -> list[ColumnElement[bool]]:
    """What an alert must meet to be shown."""
    found: list[ColumnElement[bool]] = []
    if narrowed.state is not None:
        found += in_state(narrowed.state)
    elif not narrowed.every:
        found.append(col(Alert.closed_at).is_(None))
    for column, value in (
        (Alert.severity, narrowed.severity),
        (Alert.kind, narrowed.kind and narrowed.kind.value),
        (Alert.model, narrowed.model),
        (Alert.environment, narrowed.environment),
        (Alert.cluster, narrowed.group),
    ):
        if value:
            found.append(col(column) == value)
    if narrowed.person:
        person = narrowed.person
        found.append(or_(col(Alert.assignee) == person, of_models(person), given_to(person)))
    return found


def in_state(state: AlertState) -> list[ColumnElement[bool]]:
    """As `state_of`, in SQL."""
    closed, snoozed = col(Alert.closed_at).is_not(None), col(Alert.snoozed_until).is_not(None)
    recovered = col(Alert.recovered_at).is_not(None)
    taken = col(Alert.status) == AlertStatus.ACKNOWLEDGED
    match state:
        case AlertState.CLOSED:
            return [closed]
        case AlertState.SNOOZED:
            return [~closed, snoozed]
        case AlertState.RECOVERED:
            return [~closed, ~snoozed, recovered]
        case AlertState.ACKNOWLEDGED:
            return [~closed, ~snoozed, ~recovered, taken]
        case AlertState.ESCALATED:
            return [~closed, ~snoozed, ~recovered, ~taken, col(Alert.level) > 0]
    return [~closed, ~snoozed, ~recovered, ~taken, col(Alert.level) == 0]


def of_models(person: str) -> ColumnElement[bool]:
    """Alerts of models that this person owns, develops or validates."""
    parts = select(Assignment.model_id).where(
        Assignment.person == person,
        col(Assignment.ended_at).is_(None),
        col(Assignment.part).in_([Part.OWNER, Part.DEVELOPER, Part.VALIDATOR]),
    )
    own = select(Model.number).where(
        or_(col(Model.owner) == person, col(Model.developer) == person, col(Model.id).in_(parts))
    )
    return col(Alert.model).in_(own)


def given_to(person: str) -> ColumnElement[bool]:
    """Alerts that an escalation gave to this person."""
    return col(Alert.id).in_(select(AlertPerson.alert_id).where(AlertPerson.person == person))


def ordered(query: SelectOfScalar[Alert]) -> SelectOfScalar[Alert]:
    """The most urgent first, then the latest."""
    return query.order_by(URGENCY.desc(), col(Alert.seen_at).desc(), col(Alert.id).desc())
