"""Declares incidents, notes what happens, and reads them with their clocks, timeline and actions."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import Session

from app.api.answers.incidents import (
    ActionList,
    ActionView,
    ClockView,
    HappenedView,
    IncidentLine,
    IncidentList,
    IncidentRecorded,
    IncidentView,
    IncidentWish,
    NoteWish,
)
from app.api.caller import Reader
from app.api.writing import Write, Writing
from core.improvement.actions.queries import ActionFilter, ActionRow, action_rows, actions
from core.improvement.actions.rules import ActionKind, ActionStatus
from core.improvement.incidents import queries
from core.improvement.incidents.declaring import declare_incident
from core.improvement.incidents.record import Done
from core.improvement.incidents.recording import write_note
from core.improvement.incidents.rules.life import IncidentStatus
from core.improvement.incidents.ticking import Clock
from core.improvement.incidents.timeline import Happened, timeline
from core.links import RecordKind, Ref
from core.validation.rules import Severity

router = APIRouter(tags=["Incidents"])
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10**9)]
Number = Annotated[str, Query(max_length=16)]


@router.get("/incidents", operation_id="list_incidents")
def listed(
    reader: Reader,
    text: Annotated[str, Query(max_length=200, description="In number, title or what was seen")] = "",
    status: IncidentStatus | None = None,
    severity: Severity | None = None,
    model: Number = "",
    open_only: bool = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> IncidentList:
    """Incidents by urgency: the clock that ends first, then severity. Scope: `record:read`."""
    narrowed = queries.IncidentFilter(text, status, severity, model, open_only=open_only)
    with reader.place.store.reading() as session:
        found = queries.incidents(session, narrowed, at=reader.at, limit=limit, offset=offset)
    return IncidentList(incidents=[_line(row) for row in found.rows], total=found.total, limit=limit, offset=offset)


@router.get("/incidents/{incident}", operation_id="read_incident")
def one(incident: str, reader: Reader) -> IncidentView:
    """An incident whole, with the ledger entry of every line of its timeline. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        whole = queries.whole_incident(session, incident, at=reader.at)
        lines, rows = timeline(session, whole), action_rows(session, whole.actions)
    row = whole.incident
    return IncidentView(
        incident=row.number, title=row.title, severity=row.severity, status=row.status, what=row.what, model=row.model,
        affected=[f"{it.model} {it.version}".strip() for it in whole.affected], environment=row.environment,
        commander=row.commander, people_affected=row.people_affected, decisions_affected=row.decisions_affected,
        harm=row.harm, began_at=row.began_at, aware_at=row.aware_at, declared_by=row.declared_by,
        declared_at=row.declared_at, contained_at=row.contained_at, resolved_at=row.resolved_at,
        closed_at=row.closed_at, duplicate_of=row.duplicate_of, conclusion=row.conclusion,
        root_cause=whole.cause.cause if whole.cause else "",
        links=[f"{it.ref.kind} {it.ref.number}" for it in whole.links], clocks=[_clock(it) for it in whole.clocks],
        actions=[_action(it, reader.at) for it in rows], timeline=[_happened(it) for it in lines],
    )  # fmt: skip


@router.post(
    "/incidents", status_code=HTTPStatus.CREATED, response_model=IncidentRecorded, operation_id="declare_incident"
)
def declare(wish: IncidentWish, write: Write) -> Response:
    """Declare an incident. Scope: `incident:declare`."""
    return write.answer(
        lambda store: declare_incident(store, new=wish.entered(), **write.acting),
        lambda session, done: _recorded(write, session, done),
    )


@router.post(
    "/incidents/{incident}/notes",
    status_code=HTTPStatus.CREATED,
    response_model=IncidentRecorded,
    operation_id="note_incident",
)
def note(incident: str, wish: NoteWish, write: Write) -> Response:
    """Write a note into the timeline. Scope: `incident:declare`."""
    return write.answer(
        lambda store: write_note(
            store, incident=incident, text=wish.text, happened_at=wish.happened_at, **write.acting
        ),
        lambda session, done: _recorded(write, session, done),
    )


@router.get("/actions", operation_id="list_actions")
def listed_actions(
    reader: Reader,
    text: Annotated[str, Query(max_length=200, description="In number, title or detail")] = "",
    status: ActionStatus | None = None,
    kind: ActionKind | None = None,
    owner: Annotated[str | None, Query(max_length=16)] = None,
    incident: Number = "",
    overdue: bool = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ActionList:
    """Corrective and preventive actions, open ones first, by due date. Scope: `record:read`."""
    about = Ref(RecordKind.INCIDENT, incident) if incident else None
    narrowed = ActionFilter(text=text, status=status, kind=kind, owner=owner, overdue=overdue, about=about)
    with reader.place.store.reading() as session:
        found = actions(session, narrowed, at=reader.at, limit=limit, offset=offset)
    rows = [_action(row, reader.at) for row in found.rows]
    return ActionList(actions=rows, total=found.total, limit=limit, offset=offset)


def _recorded(write: Writing, session: Session, done: Done) -> IncidentRecorded:
    return IncidentRecorded(incident=done.number, ledger=write.proof(session, done.entry))


def _line(row: queries.IncidentRow) -> IncidentLine:
    it = row.incident
    return IncidentLine(
        incident=it.number, title=it.title, severity=it.severity, status=it.status, affected=list(row.affected),
        commander=it.commander, aware_at=it.aware_at, declared_at=it.declared_at,
        next_clock=_clock(row.next_clock) if row.next_clock else None, actions=row.actions, pending=row.pending,
    )  # fmt: skip


def _clock(it: Clock) -> ClockView:
    told = it.notification
    return ClockView(
        rule=it.rule, title=it.title, clause=it.clause, authority=it.authority, state=it.state, due_at=it.due_at,
        reason=it.decision.reason if it.decision else "", notified_at=told.notified_at if told else None,
        receiver=told.receiver if told else "", reference=told.reference if told else "",
    )  # fmt: skip


def _action(row: ActionRow, at: datetime) -> ActionView:
    it = row.action
    return ActionView(
        action=it.number, kind=it.kind, status=it.status, severity=it.severity, title=it.title, detail=it.detail,
        owner=it.owner, due_at=it.due_at, overdue=row.overdue(at),
        links=[f"{link.ref.kind} {link.ref.number}" for link in row.links], done=it.done, evidence=it.evidence,
        done_at=it.done_at, verified_by=it.verified_by, verified_at=it.verified_at, carried_over=it.carried_over,
    )  # fmt: skip


def _happened(it: Happened) -> HappenedView:
    return HappenedView(
        at=it.at, recorded_at=it.recorded_at, event=it.event, about=it.about, says=it.says, person=it.person,
        entry=it.entry, erased=it.erased,
    )  # fmt: skip
