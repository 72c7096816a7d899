"""What waits of streams: outputs that this person may decide on, and rows in quarantine of their models."""

from datetime import datetime

from sqlmodel import Session

from app.components.formats import counted
from app.components.status import word
from app.views.monitoring.outputs import said
from app.work.tasks import MOST, State, Task, urgency
from core.access.rules import Actor, Permission
from core.monitoring.controls.queries import Narrowed, Queued, output_queue, quarantine

LONGEST = 60


def outputs_to_review(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Outputs that wait and that the rules let this person decide on, due first."""
    if Permission.OUTPUT_REVIEW not in actor.permissions:
        return []
    rows = output_queue(session, Narrowed(Queued.MINE), actor, at=at, limit=MOST).rows
    return [
        Task(
            what=f"Review output {row.number}: {said(row)[:LONGEST]}",
            address="/outputs",
            query=(("output", row.number),),
            model=row.model,
            model_name=row.model_name,
            tier=row.tier,
            since=row.flagged_at,
            due=row.due_at,
            state=urgency(row.due_at, at, word(row.status)),
            why=row.reasons[0] if row.reasons else "A control put it up",
        )
        for row in rows
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
