"""Exports on a schedule: made, paused, resumed, ended, and asked for when their time has come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.grants import actor_of
from core.access.rules import Actor
from core.access.tables import Person
from core.audits.facts import load_audit
from core.errors import GovernanceError, NotFound, Problem, Refused, Unreadable
from core.improvement.incidents.facts import load_incident
from core.inventory.moves import load_model
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.reports.formats.kinds import Format
from core.reports.rules import (
    MOST_RECIPIENTS,
    Clock,
    ScheduleState,
    clock_problems,
    export_refusals,
    newest_due,
    period_before,
    schedule_refusals,
)
from core.reports.service.queries import asked_of
from core.reports.service.requesting import asked_problems, entity_of, request_export
from core.reports.tables import ExportRecipient, ExportSchedule
from core.reports.templates import TEMPLATES
from core.reports.values.report import Asked, Subject, SubjectKind
from core.store import Store
from core.store.numbers import next_number

SCHEDULE_JOB = "export-schedule"
_STAMP = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True)
class NewSchedule:
    """What is to be made, when, and for whom."""

    template: str
    subject: Subject
    form: Format
    clock: Clock
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scheduled:
    """A schedule's number (`XS0001`), and the ledger entry that says it was made."""

    schedule: str
    entry: int


def schedule_export(store: Store, ledger: Ledger, *, new: NewSchedule, actor: Actor, at: datetime) -> Scheduled:
    """Make a schedule; the first export is due at its next time. Raises `Unreadable`, `Refused` and `NotFound`."""
    entity = entity_of(new.subject)
    with deciding(store, ledger, "schedule an export", entity=entity, actor=actor, at=at) as tx:
        problems = (*_problems(tx.session, new, at), *asked_problems(_asked(new, at), new.form, at=at))
        if problems:
            raise Unreadable(problems)
        reasons = export_refusals(actor)
        if reasons:
            raise Refused(reasons)
        model = load_model(tx.session, new.subject.number) if _of_model(new.subject) else None
        if new.subject.kind is SubjectKind.AUDIT:
            load_audit(tx.session, new.subject.number)
        if new.subject.kind is SubjectKind.INCIDENT:
            load_incident(tx.session, new.subject.number)
        row = ExportSchedule(
            number=next_number(tx.session, "XS"),
            template=new.template,
            subject_kind=new.subject.kind,
            subject_number=new.subject.number,
            subject_version=new.subject.version,
            model_id=model.id if model else None,
            format=new.form,
            rhythm=new.clock.rhythm,
            day=new.clock.day,
            minutes=new.clock.minutes,
            zone=new.clock.zone,
            counts_from=at,
            created_by=actor.id,
            created_at=at,
        )
        tx.session.add(row)
        tx.session.flush()
        for person in dict.fromkeys(new.recipients):
            tx.session.add(ExportRecipient(schedule_id=row.id or 0, person=person))
        payload: dict[str, JsonValue] = {
            "schedule": row.number,
            "template": row.template,
            "kind": row.format.value,
            "rhythm": f"{row.rhythm.value} {row.day} {row.minutes} {row.zone}",
            "recipients": " ".join(dict.fromkeys(new.recipients)),
        }
        entry = ledger.record(tx, Event.EXPORT_SCHEDULED, entity=entity, actor=actor, at=at, payload=payload)
        return Scheduled(row.number, entry.index)


def change_schedule(
    store: Store, ledger: Ledger, *, schedule: str, state: ScheduleState, actor: Actor, at: datetime
) -> int:
    """Pause, resume or end a schedule; what fell due during a pause is not made up for. The ledger entry's index."""
    entity = Entity("export schedule", schedule)
    with deciding(store, ledger, "change an export schedule", entity=entity, actor=actor, at=at) as tx:
        row = load_schedule(tx.session, schedule)
        reasons = schedule_refusals(actor, row.state, state, row.created_by)
        if reasons:
            raise Refused(reasons)
        row.state, row.problem = state, ""
        if state is ScheduleState.ACTIVE:
            row.counts_from = at
        row.ended_at = at if state is ScheduleState.ENDED else None
        tx.session.add(row)
        payload = {"schedule": schedule, "state": state.value}
        return ledger.record(
            tx, Event.EXPORT_SCHEDULE_CHANGED, entity=entity, actor=actor, at=at, payload=payload
        ).index


def due_schedules(session: Session, *, at: datetime) -> tuple[str, ...]:
    """The slots that are due, as `XS0001 2026-11-30T07:00Z`; of several that were missed, the newest alone."""
    rows = session.exec(select(ExportSchedule).where(ExportSchedule.state == ScheduleState.ACTIVE)).all()
    due = ((row, newest_due(clock_of(row), at=at, after=row.counts_from)) for row in rows)
    return tuple(f"{row.number} {moment:{_STAMP}}" for row, moment in due if moment is not None)


def run_schedule(store: Store, ledger: Ledger, *, slot: str, at: datetime) -> str | None:
    """Ask for the export of this slot, as whoever made the schedule and with their roles of today.

    None when the schedule no longer runs. A refusal is kept with the schedule, which goes on.
    """
    number, _, stamp = slot.partition(" ")
    due = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    with store.reading() as session:
        row = load_schedule(session, number)
        actor = actor_of(session, row.created_by, at=at)
    if row.state is not ScheduleState.ACTIVE:
        return None
    template = TEMPLATES.get(row.template)
    since = period_before(clock_of(row), due) if template is not None and template.has_period else None
    try:
        asked = asked_of(row, as_of=due, since=since)
        made = request_export(
            store,
            ledger,
            asked=asked,
            form=row.format,
            actor=actor or Actor(row.created_by),
            at=at,
            schedule=row.id,
        )
    except GovernanceError as refused:
        _note(store, number, str(refused))
        return None
    _note(store, number, "")
    return made.export


def note_schedule_failure(store: Store, *, slot: str, error: str) -> None:
    """Keep with the schedule why its last run came to nothing."""
    _note(store, slot.partition(" ")[0], error)


def load_schedule(session: Session, number: str) -> ExportSchedule:
    """The schedule with this number; raises `NotFound`."""
    row = session.exec(select(ExportSchedule).where(ExportSchedule.number == number)).first()
    if row is None:
        raise NotFound("export schedule", number)
    return row


def clock_of(row: ExportSchedule) -> Clock:
    """When the schedule is due."""
    return Clock(row.rhythm, row.day, row.minutes, row.zone)


def _note(store: Store, number: str, problem: str) -> None:
    with store.transaction() as tx:
        row = load_schedule(tx.session, number)
        if row.problem != problem:
            row.problem = problem[:1000]
            tx.session.add(row)


def _problems(session: Session, new: NewSchedule, at: datetime) -> list[Problem]:
    found = [Problem(said, column="clock", found=f"{new.clock.day} {new.clock.minutes} {new.clock.zone}"[:80])
             for said in clock_problems(new.clock)]  # fmt: skip
    if len(new.recipients) > MOST_RECIPIENTS:
        found.append(Problem(f"more than {MOST_RECIPIENTS} recipients", column="recipients"))
    unknown = _unknown(session, new.recipients)
    if unknown:
        found.append(Problem("no such person here", column="recipients", found=", ".join(unknown)[:200]))
    return found


def _unknown(session: Session, people: Collection[str]) -> list[str]:
    known = select(Person.number).where(col(Person.number).in_(people), col(Person.disabled_at).is_(None))
    return sorted(set(people) - set(session.exec(known).all()))


def _asked(new: NewSchedule, at: datetime) -> Asked:
    template = TEMPLATES.get(new.template)
    since = period_before(new.clock, at) if template is not None and template.has_period else None
    return (
        Asked(new.template, new.subject, at, since)
        if not clock_problems(new.clock)
        else Asked(new.template, new.subject, at)
    )


def _of_model(subject: Subject) -> bool:
    return subject.kind in (SubjectKind.MODEL, SubjectKind.VERSION)
