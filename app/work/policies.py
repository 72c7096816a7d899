"""Drafts of policies that wait for somebody who did not write them."""

from datetime import datetime

from sqlmodel import Session

from app.work.tasks import State, Task
from core.access.rules import Actor, Permission
from core.policy.queries import drafts_to_publish


def policies_to_publish(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Submitted drafts that this person may publish or return."""
    if Permission.POLICY_PUBLISH not in actor.permissions:
        return []
    return [
        Task(
            what=f"Publish or return a policy: {row.reason[:80]}",
            address="/policy",
            query=(("draft", row.number),),
            model="",
            model_name="",
            tier=None,
            since=row.submitted_at or row.changed_at,
            due=None,
            state=State("Submitted"),
            why="Approver, and somebody else wrote it",
        )
        for row in drafts_to_publish(session, actor, at=at)
    ]
