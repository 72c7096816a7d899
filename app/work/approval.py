"""What waits in change control: votes to cast and approved changes to execute."""

from datetime import datetime

from sqlmodel import Session

from app.work.tasks import State, Task, urgency
from core.access.rules import Actor, Permission
from core.approval.queries import ChangeRow, to_execute, waiting_for


def changes_to_vote_on(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Open changes on which this person may vote."""
    if Permission.CHANGE_VOTE not in actor.permissions:
        return []
    return [
        _task(
            row, "Approve", urgency(row.due_at, at, "In review"), f"Approver, {row.approvals} of {row.quorum} votes in"
        )
        for row in waiting_for(session, actor)
    ]


def changes_to_execute(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Approved changes that this person may bring into production."""
    if Permission.CHANGE_EXECUTE not in actor.permissions:
        return []
    return [_task(row, "Bring", State("Approved"), "May execute, quorum reached") for row in to_execute(session, actor)]


def _task(row: ChangeRow, verb: str, state: State, why: str) -> Task:
    waits_for_vote = verb == "Approve"
    return Task(
        what=f"{verb} v{row.version} {'for' if waits_for_vote else 'into'} production",
        address="/approval",
        query=(("change", row.number),),
        model=row.model,
        model_name=row.model_name,
        tier=row.tier,
        since=row.requested_at if waits_for_vote else row.decided_at or row.requested_at,
        due=row.due_at if waits_for_vote else None,
        state=state,
        why=why,
    )
