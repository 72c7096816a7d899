"""Deviations that routine checks found and that this person is to put right."""

from datetime import datetime

from sqlmodel import Session, col, select

from app.views.compliance.causes import address_of
from app.work.tasks import MOST, Task, urgency
from core.access.rules import Actor
from core.compliance.catalogue import catalogue
from core.compliance.queries import open_for
from core.compliance.tables import ComplianceFinding
from core.inventory.tables import Model


def deviations_to_settle(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Theirs, and those of nobody where they hold the role that answers; each leads to its cause."""
    rows = open_for(session, actor.id, frozenset(role.value for role in actor.roles), limit=MOST)
    numbers = {row.model for row in rows if row.model}
    models = session.exec(select(Model).where(col(Model.number).in_(numbers))).all() if numbers else ()
    by_number = {model.number: model for model in models}
    return [_task(row, by_number.get(row.model), at) for row in rows]


def _task(row: ComplianceFinding, model: Model | None, at: datetime) -> Task:
    page, query = address_of(row.cause_kind, row.cause)
    text = catalogue().get(row.check_key)
    return Task(
        what=f"Put right: {row.said}",
        address=page,
        query=tuple(query.items()),
        model=row.model,
        model_name=model.name if model else "",
        tier=model.tier if model else None,
        since=row.opened_at,
        due=row.due_at,
        state=urgency(row.due_at, at, "Open"),
        why=f"Deviation {row.number} from the check “{text.title if text else row.check_key}”",
    )
