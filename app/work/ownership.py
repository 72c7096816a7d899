"""What ends soon for those who answer for a model: periodic reviews and conditions of approval."""

from datetime import datetime

from sqlmodel import Session, col, select

from app.work.tasks import HORIZON, Task, expiry, urgency
from core.access.rules import Actor
from core.approval.rules import ChangeStatus
from core.approval.tables import ChangeRequest, Condition
from core.inventory.tables import Model, ModelVersion


def reviews_due(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Models of this owner whose periodic review is overdue or due within 30 days."""
    rows = session.exec(
        select(Model)
        .where(Model.owner == actor.id, col(Model.next_review) < at + HORIZON)
        .order_by(col(Model.next_review))
    ).all()
    return [
        Task(
            what="Periodic review",
            address="/edit",
            query=(("model", model.number),),
            model=model.number,
            model_name=model.name,
            tier=model.tier,
            since=model.registered_at,
            due=model.next_review,
            state=urgency(model.next_review, at, "Expiring"),
            why="You own this model",
        )
        for model in rows
    ]


def conditions_ending(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Conditions of approved changes that others are to meet on models of this person, due within 30 days."""
    rows = session.exec(
        select(Condition, ChangeRequest, Model, ModelVersion)
        .join(ChangeRequest, col(ChangeRequest.id) == col(Condition.change_id))
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(
            col(ChangeRequest.status).in_((ChangeStatus.APPROVED, ChangeStatus.EXECUTED)),
            col(Condition.due_at) < at + HORIZON,
            col(Condition.verified_at).is_(None),
            col(Condition.owner) != actor.id,  # theirs are among what waits for them
            col(Model.owner) == actor.id,
        )
        .order_by(col(Condition.due_at))
    ).all()
    return [
        Task(
            what=f"Condition: {condition.text}",
            address="/approval",
            query=(("change", change.number),),
            model=model.number,
            model_name=model.name,
            tier=model.tier,
            since=change.requested_at,
            due=condition.due_at,
            state=expiry(condition.due_at, at),
            why=f"Condition of change {change.number} on v{version.version}",
        )
        for condition, change, model, version in rows
    ]
