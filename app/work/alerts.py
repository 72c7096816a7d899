"""Alerts that this person has, or that nobody took of what is theirs."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session

from app.work.tasks import MOST, State, Task
from core.access.rules import Actor, Permission
from core.monitoring.alerts.queries import AlertRow, AlertState, alerts_to_handle


def alerts_of(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """The most urgent first; due is the moment at which the policy escalates it, where it does.

    What nobody took of one model is one task, which says the gravest: a bad week of data is many alerts at once.
    """
    if Permission.ALERT_HANDLE not in actor.permissions:
        return []
    rows = alerts_to_handle(session, actor.id, limit=MOST)
    return list(_tasks(rows, actor))


def _tasks(rows: Sequence[AlertRow], actor: Actor) -> Iterator[Task]:
    untaken: dict[str, list[AlertRow]] = {}
    for row in rows:
        if _untaken(row, actor) and row.alert.model:
            untaken.setdefault(row.alert.model, []).append(row)
    for row in rows:
        together = untaken.get(row.alert.model, []) if _untaken(row, actor) else []
        if len(together) < 2:
            yield _task(row, actor)
        elif row is together[0]:
            yield _several(together)


def _untaken(row: AlertRow, actor: Actor) -> bool:
    taken = row.alert.acknowledged_at is not None or row.state is AlertState.RECOVERED
    return not taken and row.alert.assignee != actor.id


def _several(rows: Sequence[AlertRow]) -> Task:
    first = rows[0].alert
    due = [row.alert.escalate_at for row in rows if row.alert.escalate_at is not None]
    return Task(
        what=f"Take {len(rows)} alerts, the gravest: {first.title}",
        address="/alerts",
        query=(("model", first.model),),
        model=first.model,
        model_name=rows[0].model_name,
        tier=rows[0].tier,
        since=min(row.alert.raised_at for row in rows),
        due=min(due, default=None),
        state=State(first.severity.capitalize()),
        why="Nobody has them",
    )


def _task(row: AlertRow, actor: Actor) -> Task:
    alert = row.alert
    what = "Close" if row.state is AlertState.RECOVERED else "Settle" if alert.acknowledged_at else "Take"
    given = "Assigned to you" if alert.assignee == actor.id else "Nobody has it"
    return Task(
        what=f"{what} alert: {alert.title}",
        address="/alert",
        query=(("alert", alert.number),),
        model=alert.model,
        model_name=row.model_name,
        tier=row.tier,
        since=alert.raised_at,
        due=alert.escalate_at,
        state=State(alert.severity.capitalize()),
        why=f"{given}; {alert.kind}",
    )
