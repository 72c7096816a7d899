"""What waits in production: canaries that a breach holds, and ways back whose rehearsal failed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from app.work.tasks import MOST, State, Task, version_address
from core.access.rules import Actor, Permission
from core.improvement.rollback.queries import HoldRow, failed_drills, open_holds


def held_apart(session: Session, executions: Sequence[Task]) -> list[Task]:
    """The executions that this person may carry out, each said as what it waits for where a breach holds it."""
    numbers = [dict(task.query).get("change", "") for task in executions]
    held = {row.change: row for row in open_holds(session, numbers)} if executions else {}
    return [
        _held(task, held[number]) if number in held else task for task, number in zip(executions, numbers, strict=True)
    ]


def _held(task: Task, row: HoldRow) -> Task:
    return replace(
        task,
        what=f"Release or abort the rollout of v{row.version}",
        since=row.held_at,
        state=State("Held"),
        why=f"{row.what} breached in chunk {row.chunk}; nothing advances until a person decides",
    )


def drills_to_mend(session: Session, actor: Actor, _at: datetime) -> list[Task]:
    """Models of this owner whose way back would not work as it is."""
    if Permission.PRODUCTION_RETURN not in actor.permissions:
        return []
    return [
        Task(
            what="Mend the way back of production",
            address="/model",
            query=version_address(row.model, row.version, "Production"),
            model=row.model,
            model_name=row.model_name,
            tier=row.tier,
            since=row.at,
            due=None,
            state=State("Failed"),
            why=f"The last rehearsal failed: {row.found[0] if row.found else 'see its record'}",
        )
        for row in failed_drills(session, owner=actor.id, limit=MOST)
    ]
