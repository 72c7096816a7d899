"""What waits of personal data: texts that were held back and columns that stopped a table."""

from datetime import datetime

from sqlmodel import Session

from app.work.tasks import LOOKED_AT, MOST, State, Task
from core.access.rules import Actor, Permission
from core.privacy.queries import columns_waiting, texts_waiting


def personal_data_to_decide(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Texts and columns on which the rules let this person decide."""
    if Permission.PERSONAL_DATA_DECIDE not in actor.permissions:
        return []
    texts = [
        _task(f"Decide on a text held back ({row.number})", (("text", row.number),), row.entity_id, row.held_at,
              f"The {row.place} holds {row.kinds}")
        for row in texts_waiting(session, actor, at=at, limit=LOOKED_AT).rows
        if not row.refusals
    ]  # fmt: skip
    columns = [
        _task(f"Decide on a column that stopped a table ({row.number})", (), row.scope, row.last_at,
              f"Holds {row.said}, handed in by somebody else")
        for row in columns_waiting(session, actor, limit=LOOKED_AT).rows
        if not row.refusals
    ]  # fmt: skip
    return [*texts, *columns][:MOST]


def _task(what: str, query: tuple[tuple[str, str], ...], record: str, since: datetime, why: str) -> Task:
    model = record.split(" ")[0]
    of_model = model.startswith("M")
    return Task(
        what=what, address="/privacy", query=query, model=model if of_model else "",
        model_name="" if of_model else record, tier=None, since=since, due=None, state=State("Waiting"), why=why,
    )  # fmt: skip
