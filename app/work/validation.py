"""What waits for validators: validations to conclude and remediations to verify, never of their own work."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice

from sqlmodel import Session

from app.work.candidates import Candidates, Versions
from app.work.tasks import MOST, State, Task, in_two, urgency, version_address
from core.access.rules import Actor
from core.inventory.rules import Action
from core.inventory.tables import Model, ModelVersion
from core.validation.evidence import finding_facts, validation_facts_of
from core.validation.held import latest_runs
from core.validation.rules import ValidationFacts, finding_refusals, refusals
from core.validation.tables import Run


def validations_to_conclude(session: Session, found: Candidates, actor: Actor) -> list[Task]:
    """Versions with a finished validation of the evidence at hand that this person may conclude."""
    parts = in_two(found.in_validation)
    allowed = (one for part in parts for one in _to_conclude(session, part, found.facts, actor))
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
    session: Session, rows: Versions, read: Mapping[int, ValidationFacts], actor: Actor
) -> Iterator[tuple[Model, ModelVersion, Run | None]]:
    versions = [version for _, version in rows]
    lacking = [version for version in versions if version.id not in read]
    facts = {**read, **(validation_facts_of(session, lacking) if lacking else {})}
    runs = latest_runs(session, versions)
    return (
        (model, version, runs.get(version.id or 0))
        for model, version in rows
        if not refusals(facts[version.id or 0], Action.CONCLUDE_NOT_VALIDATED, actor)
    )


def findings_to_verify(found: Candidates, actor: Actor, at: datetime) -> list[Task]:
    """Remediated findings that this person may close."""
    return [
        Task(
            what=f"Verify the remediation of finding {row.finding.number}",
            address="/finding",
            query=(("finding", row.finding.number),),
            model=row.model,
            model_name=row.model_name,
            tier=found.models[row.finding.version_id].tier,
            since=row.finding.remediated_at or row.finding.raised_at,
            due=row.finding.due_at,
            state=urgency(row.finding.due_at, at, "Remediated"),
            why="Validator, did not remediate it",
        )
        for row in found.to_verify
        if not finding_refusals(
            found.facts[row.finding.version_id], finding_facts(row.finding), Action.CLOSE_FINDING, actor
        )
    ]
