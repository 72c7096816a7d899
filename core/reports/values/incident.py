"""Incidents as a report tells them: one whole, or those of a model or the organisation."""

from dataclasses import dataclass
from datetime import datetime

from core.improvement.actions.rules import ActionKind, ActionStatus
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.rules.life import CauseMethod, Containment, IncidentStatus
from core.reports.values.record import PersonLine
from core.validation.rules import Severity


@dataclass(frozen=True)
class ContainmentLine:
    """What stopped the harm, and the record that did it where there is one."""

    kind: Containment
    what: str
    record: str
    happened_at: datetime
    written_by: str
    entry: int


@dataclass(frozen=True)
class InformedLine:
    """Who was told, by which means, and what."""

    who: str
    means: str
    what: str
    told_at: datetime
    written_by: str
    entry: int


@dataclass(frozen=True)
class ClockLine:
    """A duty to notify as it stood: whether it applies and why, until when, and what was notified."""

    rule: str
    title: str
    clause: str
    authority: str
    hours: int
    starts_at: datetime
    due_at: datetime
    state: ClockState
    reason: str
    decided_by: str | None
    decided_at: datetime | None
    receiver: str
    reference: str
    notified_at: datetime | None
    entry: int | None


@dataclass(frozen=True)
class ActionLine:
    """A corrective or preventive action with what was done and who verified it."""

    number: str
    kind: ActionKind
    status: ActionStatus
    severity: Severity
    title: str
    owner: str
    due_at: datetime
    overdue: bool
    opened_by: str
    opened_at: datetime
    done: str
    evidence: str
    done_by: str | None
    done_at: datetime | None
    verification: str
    verified_by: str | None
    verified_at: datetime | None
    carried_over: str


@dataclass(frozen=True)
class EventLine:
    """A line of the timeline with the ledger entry that says it; `erased`: its particulars are gone."""

    at: datetime
    recorded_at: datetime
    event: str
    about: str
    says: str
    person: str
    entry: int
    leaf: str
    erased: bool


@dataclass(frozen=True)
class CauseOf:
    """The root cause as it was understood."""

    method: CauseMethod
    cause: str
    factors: tuple[str, ...]
    found_how: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True)
class ReviewOf:
    """The post-incident review."""

    held_at: datetime
    present: str
    happened: str
    went_well: str
    lessons: str
    decisions: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True)
class IncidentReport:
    """One incident, as it stood."""

    number: str
    as_of: datetime
    title: str
    severity: Severity
    status: IncidentStatus
    what: str
    model: str
    environment: str
    affected: tuple[str, ...]
    people_affected: str
    decisions_affected: str
    harm: str
    commander: str | None
    began_at: datetime | None
    aware_at: datetime
    declared_by: str
    declared_at: datetime
    contained_at: datetime | None
    resolved_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None
    conclusion: str
    duplicate_of: str
    linked: tuple[str, ...]
    containments: tuple[ContainmentLine, ...]
    cause: CauseOf | None
    actions: tuple[ActionLine, ...]
    clocks: tuple[ClockLine, ...]
    informed: tuple[InformedLine, ...]
    review: ReviewOf | None
    events: tuple[EventLine, ...]
    people: tuple[PersonLine, ...]


@dataclass(frozen=True)
class IncidentLine:
    """One incident of several."""

    number: str
    title: str
    severity: Severity
    status: IncidentStatus
    affected: tuple[str, ...]
    commander: str | None
    aware_at: datetime
    declared_at: datetime
    running: int
    overdue: int
    actions: int
    pending: int


@dataclass(frozen=True)
class BesideLine:
    """A finding, or a version that was rolled back."""

    thing: str
    what: str
    at: datetime
    status: str


@dataclass(frozen=True)
class IncidentsReport:
    """The incidents of a model or of the organisation that were declared in the period or open in it."""

    scope: str
    since: datetime | None
    as_of: datetime
    incidents: tuple[IncidentLine, ...]
    actions: tuple[ActionLine, ...]
    beside: tuple[BesideLine, ...]
    pending: int  # findings that are not verified closed
    people: tuple[PersonLine, ...]
