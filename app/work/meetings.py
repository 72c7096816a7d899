"""Review meetings and overdue findings that wait for somebody: to hold, to minute, to sign off, to see to."""

from datetime import datetime

from sqlmodel import Session

from app.work.tasks import HORIZON, MOST, State, Task, urgency
from core.access.rules import Actor, Permission
from core.improvement.reviews.acting import review_facts
from core.improvement.reviews.queries import held, to_hold
from core.improvement.reviews.rules import Act, review_refusals
from core.improvement.reviews.tables import Review
from core.register.escalating import told_of
from core.register.values import Item, Kind


def reviews_to_hold(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Planned reviews that this person is to hold within thirty days."""
    if Permission.REVIEW_HOLD not in actor.permissions:
        return []
    rows = to_hold(session, actor.id, until=at + HORIZON, limit=MOST)
    return [
        _task(row, f"Hold the review “{row.title}”", row.planned_at, row.due_at, at, "You are to hold it")
        for row in rows
        if not review_refusals(review_facts(row), Act.HOLD, actor)
    ]


def reviews_to_close(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Reviews that were held: their minutes for whoever held them, the sign-off for others."""
    if Permission.REVIEW_HOLD not in actor.permissions:
        return []
    tasks = []
    for row in held(session, limit=MOST):
        since = row.held_at or row.due_at
        if row.minutes_by is None and row.held_by == actor.id:
            tasks.append(_task(row, f"Write the minutes of “{row.title}”", since, None, at, "You held it"))
        elif not review_refusals(review_facts(row), Act.CLOSE, actor):
            why = "You neither held it nor wrote its minutes"
            tasks.append(_task(row, f"Sign off the review “{row.title}”", since, None, at, why))
    return tasks


def findings_escalated(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Overdue findings that were carried to this person, whose own they are not."""
    return [_escalated(one, at) for one in told_of(session, actor.id) if one.owner != actor.id][:MOST]


def _escalated(one: Item, at: datetime) -> Task:
    address, query = "/finding", [("finding", one.number)]
    if one.kind is Kind.AUDIT_FINDING:
        address, query = "/audit", [("audit", one.parent), ("tab", "Findings"), *query]
    return Task(
        f"See to overdue {one.kind} {one.number}: {one.title}", address, tuple(query), one.model, one.model_name, None,
        one.due_at or one.raised_at, one.due_at, urgency(one.due_at, at, "Open"), "It was escalated to you",
    )  # fmt: skip


def _task(row: Review, what: str, since: datetime, due: datetime | None, at: datetime, why: str) -> Task:
    state = urgency(due, at, "Planned") if due else State("Waiting")
    return Task(what, "/review", (("review", row.number),), "", "", None, since, due, state, why)
