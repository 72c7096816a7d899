"""What waits of streams: outputs that this person may decide on, and rows in quarantine of their models."""

from datetime import datetime

from sqlmodel import Session

from app.components.formats import counted
from app.work.tasks import MOST, State, Task, urgency
from core.access.rules import Actor, Permission
from core.monitoring.controls.queries import desk_of, quarantine


def outputs_to_review(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Outputs that wait and that the rules let this person decide on: one task for each model, due first."""
    if Permission.OUTPUT_REVIEW not in actor.permissions:
        return []
    return [
        Task(
            what=f"Review {counted(row.waiting, 'output')} of what it answers",
            address="/outputs",
            query=(("output", row.first),),
            model=row.model,
            model_name=row.model_name,
            tier=row.tier,
            since=row.since,
            due=row.due,
            state=urgency(row.due, at, "Waiting"),
            why="Reviewer, took no part in its development",
        )
        for row in desk_of(session, actor, at=at)[:MOST]
    ]


def rows_to_decide_on(session: Session, actor: Actor) -> list[Task]:
    """Rows in quarantine on which this person may decide: of their models, and of those that nobody registered."""
    if not {Permission.MODEL_EDIT, Permission.MODEL_REGISTER} & actor.permissions:
        return []
    rows = quarantine(session, actor, whose=actor.id, limit=MOST).rows
    return [
        Task(
            what=f"Take over or discard {counted(row.rows, 'row')} in quarantine ({row.number})",
            address="/quarantine",
            query=(("lot", row.number),),
            model=row.model_number,
            model_name=row.model_name or row.model,
            tier=None,
            since=row.received_at,
            due=None,
            state=State("Held"),
            why=row.reason,
        )
        for row in rows
        if not row.refusals
    ]
