"""What waits for validators: validations to conclude and remediations to verify, never of their own work."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlmodel import Session

from app.work.tasks import LOOKED_AT, MOST, State, Task, in_two, urgency, version_address
from core.access.rules import Actor, Permission
from core.inventory.rules import Action
from core.inventory.tables import Model, ModelVersion
from core.validation.evidence import validation_facts_of
from core.validation.held import latest_runs
from core.validation.queries import FindingFilter, findings, open_to, versions_in_validation
from core.validation.rules import FindingStatus, refusals
from core.validation.tables import Run


def validations_to_conclude(session: Session, actor: Actor) -> list[Task]:
    """Versions with a finished validation of the evidence at hand that this person may conclude."""
    if Permission.VALIDATION_CONCLUDE not in actor.permissions:
        return []
    parts = in_two(versions_in_validation(session, but_of=actor.id, limit=LOOKED_AT))
    allowed = (found for part in parts for found in _to_conclude(session, part, actor))
    return [
        Task(
            what=f"Conclude the validation of v{version.version}",
            address="/model",
            query=version_address(model.number, version.version, "Evidence"),
            model=model.number,
            model_name=model.name,
            tier=model.tier,
            since=run.finished_at if run and run.finished_at else version.created_at,
            due=None,
            state=State(version.stage.value),
            why="Validator, took no part in its development",
        )
        for model, version, run in islice(allowed, MOST)
    ]


def _to_conclude(
    session: Session, rows: Sequence[tuple[Model, ModelVersion]], actor: Actor
) -> Iterator[tuple[Model, ModelVersion, Run | None]]:
    versions = [version for _, version in rows]
    facts, runs = validation_facts_of(session, versions), latest_runs(session, versions)
    return (
        (model, version, runs.get(version.id or 0))
        for model, version in rows
        if not refusals(facts[version.id or 0], Action.CONCLUDE_NOT_VALIDATED, actor)
    )


def findings_to_verify(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Remediated findings that this person may close."""
    if Permission.FINDING_CLOSE not in actor.permissions:
        return []
    found = findings(session, FindingFilter(status=FindingStatus.REMEDIATED), limit=MOST, offset=0).rows
    return [
        Task(
            what=f"Verify the remediation of finding {row.finding.number}",
            address="/findings",
            query=(("finding", row.finding.number),),
            model=row.model,
            model_name=row.model_name,
            tier=model.tier,
            since=row.finding.remediated_at or row.finding.raised_at,
            due=row.finding.due_at,
            state=urgency(row.finding.due_at, at, "Remediated"),
            why="Validator, did not remediate it",
        )
        for row, model in open_to(session, found, Action.CLOSE_FINDING, actor)
    ]
