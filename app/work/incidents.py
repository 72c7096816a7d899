"""What waits in incidents: those I command or that nobody does, clocks, actions, and reviews to make."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from app.work.tasks import LOOKED_AT, State, Task, urgency
from core.access.rules import Actor, Permission
from core.improvement.actions.queries import ActionFilter, actions
from core.improvement.actions.rules import Act as ActionAct
from core.improvement.actions.rules import ActionStatus, action_refusals
from core.improvement.actions.service import action_facts
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.facts import incident_facts
from core.improvement.incidents.queries import IncidentFilter, IncidentRow, incidents
from core.improvement.incidents.rules import refusals
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.rules.life import Act, IncidentStatus
from core.improvement.incidents.ticking import Clock, clocks_of
from core.inventory.tables import Model

Query = tuple[tuple[str, str], ...]
NEXT = {
    IncidentStatus.DECLARED: "Contain",
    IncidentStatus.CONTAINED: "Resolve",
}


def incidents_to_handle(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Open incidents that this person commands, with their clocks; those of their models that nobody commands."""
    if Permission.INCIDENT_HANDLE not in actor.permissions:
        return []
    tasks = []
    for row in incidents(session, IncidentFilter(open_only=True), at=at, limit=LOOKED_AT, offset=0).rows:
        incident = row.incident
        if incident.commander == actor.id:
            tasks += _led(session, row, at)
        elif incident.commander is None and actor.id in incident_facts(session, incident, at=at).tied:
            tasks.append(
                _task(row, f"Take command of {incident.number}: {incident.title}", None, at, "Nobody leads it")
            )
    return _named(session, tasks)


def reviews_to_make(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Resolved incidents to review, and reviewed ones to close, that this person did not lead, own or develop."""
    if Permission.INCIDENT_REVIEW not in actor.permissions:
        return []
    tasks = []
    for standing, act, what in (
        (IncidentStatus.RESOLVED, Act.REVIEW, "Review"), (IncidentStatus.IN_REVIEW, Act.CLOSE, "Close"),
    ):  # fmt: skip
        narrowed = IncidentFilter(status=standing)
        for row in incidents(session, narrowed, at=at, limit=LOOKED_AT, offset=0).rows:
            if not refusals(incident_facts(session, row.incident, at=at), act, actor):
                said = f"{what} incident {row.incident.number}: {row.incident.title}"
                tasks.append(_task(row, said, None, at, "You did not lead it", tab="Review"))
    return _named(session, tasks)


def actions_to_do(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Open actions of this person."""
    mine = ActionFilter(status=ActionStatus.OPEN, owner=actor.id)
    found = actions(session, mine, at=at, limit=LOOKED_AT, offset=0).rows
    return [
        _action(row.action, "Do", at, "You own it")
        for row in found
        if not action_refusals(action_facts(row.action), ActionAct.DONE, actor)
    ]


def actions_to_verify(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Actions that are done, of other people."""
    if Permission.INCIDENT_REVIEW not in actor.permissions:
        return []
    found = actions(session, ActionFilter(status=ActionStatus.DONE), at=at, limit=LOOKED_AT, offset=0).rows
    return [
        _action(row.action, "Verify", at, "Somebody other than its owner verifies")
        for row in found
        if not action_refusals(action_facts(row.action), ActionAct.VERIFY, actor)
    ]


def _led(session: Session, row: IncidentRow, at: datetime) -> list[Task]:
    """The clocks that run, those that nobody decided on, and the next step of the commander."""
    incident = row.incident
    clocks = [_clock(row, one, at) for one in row.clocks if one.ticks]
    undecided = sum(one.state is ClockState.UNDECIDED for one in clocks_of(session, incident, at=at))
    tasks = clocks
    if undecided:
        what = f"Decide on {undecided} {'clock' if undecided == 1 else 'clocks'} of {incident.number}"
        tasks.append(_task(row, what, None, at, "You command it", tab="Clocks"))
    if incident.status in NEXT:
        what = f"{NEXT[incident.status]} {incident.number}: {incident.title}"
        tasks.append(_task(row, what, None, at, "You command it"))
    return tasks


def _named(session: Session, tasks: list[Task]) -> list[Task]:
    """With the names of their models, in one statement."""
    query = select(Model.number, Model.name).where(col(Model.number).in_({task.model for task in tasks}))
    named = dict(session.execute(query).all()) if tasks else {}
    return [replace(task, model_name=named.get(task.model, "")) for task in tasks]


def _clock(row: IncidentRow, clock: Clock, at: datetime) -> Task:
    return _task(row, f"Notify: {clock.title}, {row.incident.number}", clock.due_at, at, "You command it", tab="Clocks")


def _task(row: IncidentRow, what: str, due: datetime | None, at: datetime, why: str, *, tab: str = "") -> Task:
    incident = row.incident
    query = (("incident", incident.number), *((("tab", tab),) if tab else ()))
    state = urgency(due, at, "Open") if due else State(incident.status.value.capitalize())
    return Task(what, "/incident", query, incident.model, "", None, incident.declared_at, due, state, why)


def _action(row: CorrectiveAction, what: str, at: datetime, why: str) -> Task:
    due = row.due_at if row.status is ActionStatus.OPEN else None
    state = urgency(due, at, "Open") if due else State("Waiting")
    query: Query = (("action", row.number),)
    return Task(
        f"{what} {row.number}: {row.title}", "/actions", query, "", "", None, row.done_at or row.opened_at, due, state,
        why,
    )  # fmt: skip
