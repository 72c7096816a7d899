"""Tiers that wait to be confirmed: for approvers other than the person who proposed them."""

from datetime import datetime

from sqlmodel import Session

from app.work.tasks import State, Task
from core.access.rules import Actor, Permission
from core.inventory.profile.queries import tiers_waiting
from core.inventory.profile.tiering import against_deciding_tier


def tiers_to_confirm(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Proposed tiers on which this person may decide."""
    if Permission.TIER_CONFIRM not in actor.permissions:
        return []
    return [
        Task(
            what=f"Confirm tier {waiting.tier} in place of {model.tier}",
            address="/profile",
            query=(("model", model.number),),
            model=model.number,
            model_name=model.name,
            tier=model.tier,
            since=waiting.proposed_at,
            due=None,
            state=State("Waiting"),
            why="Approver: it takes effect when another person than its proposer confirms it",
        )
        for model, waiting in tiers_waiting(session)
        if not against_deciding_tier(actor, model, waiting)
    ]
