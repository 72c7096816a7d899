"""Looks after actions by the clock: a reminder before the due date, an alert after it, and again after a week."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from core.access.rules import SYSTEM
from core.improvement.actions.rules import ActionStatus
from core.improvement.actions.service import load_action, overdue_key, recorded_action
from core.improvement.actions.tables import ActionReminder, CorrectiveAction
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.links import RecordKind, Ref, linked
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.store import Store
from core.validation.rules import Severity

SOON, LATE = timedelta(days=3), timedelta(days=7)


class Step(StrEnum):
    """How far past its due date, or near it, an action is."""

    REMINDED = "reminded"
    OVERDUE = "overdue"
    ESCALATED = "escalated"


def step_of(due_at: datetime, at: datetime) -> Step | None:
    """What is due at this moment: a reminder three days before, an alert when overdue, more weight after a week."""
    if at >= due_at + LATE:
        return Step.ESCALATED
    if at > due_at:
        return Step.OVERDUE
    return Step.REMINDED if at >= due_at - SOON else None


def remind_of_actions(store: Store, ledger: Ledger, *, at: datetime) -> int:
    """How many reminders and alerts there were; each once for a due date, however many workers ask."""
    with store.reading() as session:
        waiting = actions_waiting(session, at)
    return sum(_remind(store, ledger, number, at) for number in waiting)


def actions_waiting(session: Session, at: datetime) -> list[str]:
    """Open actions that somebody is to be reminded of now, and was not yet."""
    query = select(CorrectiveAction).where(
        CorrectiveAction.status == ActionStatus.OPEN, col(CorrectiveAction.due_at) <= at + SOON
    )
    found = session.exec(query.order_by(col(CorrectiveAction.due_at))).all()
    reminders = select(ActionReminder).where(col(ActionReminder.action_id).in_([one.id for one in found]))
    told = {(one.action_id, one.due_at, one.step) for one in session.exec(reminders)}
    return [one.number for one in found if (one.id, one.due_at, str(step_of(one.due_at, at))) not in told]


def _remind(store: Store, ledger: Ledger, number: str, at: datetime) -> bool:
    with store.transaction() as tx:
        row = load_action(tx.session, number, to_change=True)
        step = step_of(row.due_at, at)
        if row.status is not ActionStatus.OPEN or step is None or _is_told(tx.session, row, step):
            return False
        tx.session.add(ActionReminder(action_id=row.id or 0, due_at=row.due_at, step=step.value, reminded_at=at))
        tx.session.flush()
        alert = "" if step is Step.REMINDED else raise_alert(tx, ledger, _signal(tx.session, row, step), at=at)
        payload = {"step": step.value, "owner": row.owner, "due": row.due_at.isoformat(), "alert": alert}
        recorded_action(tx, ledger, Event.ACTION_REMINDED, row, dict(payload), actor=SYSTEM, at=at)
        return True


def _is_told(session: Session, row: CorrectiveAction, step: Step) -> bool:
    query = select(ActionReminder.id).where(
        ActionReminder.action_id == row.id, ActionReminder.due_at == row.due_at, ActionReminder.step == step.value
    )
    return session.exec(query).first() is not None


def _signal(session: Session, row: CorrectiveAction, step: Step) -> Signal:
    heavier = step is Step.ESCALATED and row.severity.rank < Severity.CRITICAL.rank
    severity = list(Severity)[row.severity.rank + 1] if heavier else row.severity
    models = [
        one.ref.number
        for one in linked(session, Ref(RecordKind.ACTION, row.number))
        if one.ref.kind is RecordKind.MODEL
    ]
    return Signal(
        kind=AlertKind.OVERDUE_ACTION,
        key=overdue_key(row.number),
        severity=severity,
        title=f"{row.number}: the {row.kind} action is overdue",
        detail=f"Due {row.due_at:%Y-%m-%d}, owner {row.owner}. Report it as done with what shows it, or extend it.",
        model=models[0] if models else "",
        about=(Ref(RecordKind.ACTION, row.number),),
    )
