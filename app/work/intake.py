"""What waits at the door: differences from MLflow on models that somebody owns, and models that nobody registered."""

from datetime import datetime

from sqlmodel import Session

from app.components.formats import counted
from app.work.tasks import State, Task, days_between
from core.access.rules import Actor, Permission, Role
from core.inventory.importing.queries import DifferenceRow, differences, discoveries, sync_states

MOST = 50


def differences_to_decide(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """One task a model of this owner that differs from its MLflow server."""
    if Permission.MODEL_EDIT not in actor.permissions:
        return []
    by_model: dict[str, list[DifferenceRow]] = {}
    for row in differences(session, owner=actor.id, limit=MOST, offset=0).rows:
        by_model.setdefault(row.model, []).append(row)
    return [
        Task(
            what=f"Decide on {counted(len(rows), 'difference')} from MLflow",
            address="/imports",
            query=(("tab", "Differences"),),
            model=model,
            model_name=rows[0].model_name,
            tier=None,
            since=rows[0].found_at,
            due=None,
            state=_waiting(rows[0].found_at, at),
            why="You own this model",
        )
        for model, rows in by_model.items()
    ]


def models_to_register(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """One task for all models that were seen and are not registered, for owners of models."""
    if Role.OWNER not in actor.roles or Permission.MODEL_REGISTER not in actor.permissions:
        return []
    found = discoveries(session, limit=MOST, offset=0)
    if not found.total:
        return []
    first = min(row.first_seen for row in found.rows)
    return [
        Task(
            what=f"Register or ignore {counted(found.total, 'model')} seen elsewhere",
            address="/imports",
            query=(("tab", "Not registered"),),
            model="",
            model_name="",
            tier=None,
            since=first,
            due=None,
            state=_waiting(first, at),
            why="Model owner; the inventory does not know them",
        )
    ]


def servers_away(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """MLflow servers that the last look could not read, for administrators."""
    if Permission.PERSON_MANAGE not in actor.permissions:
        return []
    return [
        Task(
            what=f"MLflow server “{state.server}” cannot be read",
            address="/imports",
            query=(("tab", "MLflow"), ("server", state.server)),
            model="",
            model_name="",
            tier=None,
            since=state.tried_at,
            due=None,
            state=State("Failed"),
            why=f"Administrator; {state.error}",
        )
        for state in sync_states(session)
        if state.error
    ]


def _waiting(since: datetime, at: datetime) -> State:
    days = days_between(since, at)
    return State("Waiting", f"{days}\u00a0d" if days else "")
