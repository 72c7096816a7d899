"""What the incident report says, as data: an incident with all its parts, actions as lines."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from core.improvement.actions.rules import is_overdue
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.queries import WholeIncident, whole_incident
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.ticking import Clock
from core.improvement.incidents.timeline import Happened, happenings, sought
from core.links import RecordKind
from core.reports.templates.parts import people_of
from core.reports.templates.values import Frame
from core.reports.values.incident import (
    ActionLine,
    CauseOf,
    ClockLine,
    ContainmentLine,
    EventLine,
    IncidentReport,
    InformedLine,
    ReviewOf,
)
from core.reports.values.report import Asked

APART = (RecordKind.MODEL, RecordKind.VERSION, RecordKind.ACTION)


def incident_data(session: Session, asked: Asked, frame: Frame) -> IncidentReport:
    """The incident as it stood; raises `NotFound` for one that was not declared by then."""
    whole = whole_incident(session, asked.subject.number, at=asked.as_of)
    ledger = frame.then.ledger
    wanted = sought(session, whole, of_alerts=ledger.session)
    events = [one for one in happenings(ledger.session, wanted, last=ledger.last) if _within(one, asked)]
    row = whole.incident
    return IncidentReport(
        number=row.number, as_of=asked.as_of, title=row.title, severity=row.severity, status=row.status, what=row.what,
        model=row.model, environment=row.environment,
        affected=tuple(f"{one.model} {one.version}".strip() for one in whole.affected),
        people_affected=row.people_affected, decisions_affected=row.decisions_affected, harm=row.harm,
        commander=row.commander, began_at=row.began_at, aware_at=row.aware_at, declared_by=row.declared_by,
        declared_at=row.declared_at, contained_at=row.contained_at, resolved_at=row.resolved_at,
        closed_by=row.closed_by, closed_at=row.closed_at, conclusion=row.conclusion,
        duplicate_of=row.duplicate_of or "",
        linked=tuple(f"{one.ref.kind} {one.ref.number}" for one in whole.links if one.ref.kind not in APART),
        containments=_containments(whole), cause=_cause(whole), actions=action_lines(whole.actions, asked.as_of),
        clocks=tuple(_clock(one) for one in whole.clocks if one.state is not ClockState.UNDECIDED),
        informed=_informed(whole), review=_review(whole), events=tuple(_event(one) for one in events),
        people=people_of(session, _named(whole, events) | {frame.generated_by}),
    )  # fmt: skip


def action_lines(rows: Iterable[CorrectiveAction], as_of: datetime) -> tuple[ActionLine, ...]:
    """These actions, overdue as of the moment."""
    return tuple(
        ActionLine(
            one.number, one.kind, one.status, one.severity, one.title, one.owner, one.due_at,
            is_overdue(one.status, one.due_at, as_of), one.opened_by, one.opened_at, one.done, one.evidence,
            one.done_by, one.done_at, one.verification, one.verified_by, one.verified_at, one.carried_over,
        )
        for one in rows
    )  # fmt: skip


def people_in(actions: Iterable[CorrectiveAction]) -> set[str]:
    """Everybody who has to do with these actions."""
    found = {one for row in actions for one in (row.owner, row.opened_by, row.done_by, row.verified_by)}
    return {one for one in found if one}


def _within(one: Happened, asked: Asked) -> bool:
    return asked.since is None or one.at >= asked.since


def _named(whole: WholeIncident, events: Iterable[Happened]) -> set[str]:
    row = whole.incident
    found = {row.commander, row.declared_by, row.closed_by, *(one.person for one in events)}
    for parts in (whole.notes, whole.informed, whole.causes, whole.reviews):
        found |= {one.written_by for one in parts}
    found |= {one.decision.decided_by for one in whole.clocks if one.decision}
    return {one for one in found if one} | people_in(whole.actions)


def _containments(whole: WholeIncident) -> tuple[ContainmentLine, ...]:
    return tuple(
        ContainmentLine(
            one.containment, one.text, f"{one.ref_kind} {one.ref_number}".strip(), one.happened_at, one.written_by,
            one.entry,
        )
        for one in whole.containments
        if one.containment is not None
    )  # fmt: skip


def _informed(whole: WholeIncident) -> tuple[InformedLine, ...]:
    return tuple(
        InformedLine(one.who, one.means, one.what, one.told_at, one.written_by, one.entry) for one in whole.informed
    )


def _cause(whole: WholeIncident) -> CauseOf | None:
    one = whole.cause
    if one is None:
        return None
    return CauseOf(
        one.method, one.cause, tuple(one.factors.splitlines()), one.found_how, one.written_by, one.written_at
    )


def _review(whole: WholeIncident) -> ReviewOf | None:
    one = whole.review
    if one is None:
        return None
    return ReviewOf(
        one.held_at, one.present, one.happened, one.went_well, one.lessons, one.decisions, one.written_by,
        one.written_at,
    )  # fmt: skip


def _clock(one: Clock) -> ClockLine:
    decision, told = one.decision, one.notification
    return ClockLine(
        one.rule, one.title, one.clause, one.authority, one.hours, one.starts_at, one.due_at, one.state,
        decision.reason if decision else "", decision.decided_by if decision else None,
        decision.decided_at if decision else None, told.receiver if told else "", told.reference if told else "",
        told.notified_at if told else None, told.entry if told else decision.entry if decision else None,
    )  # fmt: skip


def _event(one: Happened) -> EventLine:
    return EventLine(
        one.at, one.recorded_at, one.event, one.about, one.says, one.person, one.entry, one.leaf, one.erased
    )
