"""Alerts that this person has, or that nobody took of what is theirs."""

from datetime import datetime

from sqlmodel import Session

from app.work.tasks import MOST, State, Task
from core.access.rules import Actor, Permission
from core.monitoring.alerts.queries import AlertRow, AlertState, alerts_to_handle


def alerts_of(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """The most urgent first; due is the moment at which the policy escalates it, where it does."""
    if Permission.ALERT_HANDLE not in actor.permissions:
        return []
    return [_task(row, actor) for row in alerts_to_handle(session, actor.id, limit=MOST)]


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
