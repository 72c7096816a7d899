"""What waits for validators: validations to conclude and remediations to verify, never of their own work."""

from datetime import datetime

from sqlmodel import Session

from app.work.tasks import LOOKED_AT, MOST, State, Task, urgency, version_address
from core.access.rules import Actor, Permission
from core.inventory.moves import version_by_id
from core.inventory.rules import Action
from core.validation.evidence import latest_run, validation_facts
from core.validation.queries import FindingFilter, findings, versions_in_validation
from core.validation.rules import FindingFacts, FindingStatus, finding_refusals, refusals


def validations_to_conclude(session: Session, actor: Actor) -> list[Task]:
    """Versions with a finished validation of the evidence at hand that this person may conclude."""
    if Permission.VALIDATION_CONCLUDE not in actor.permissions:
        return []
    tasks: list[Task] = []
    for model, version in versions_in_validation(session, but_of=actor.id, limit=LOOKED_AT):
        if len(tasks) == MOST:
            break
        if refusals(validation_facts(session, version), Action.CONCLUDE_NOT_VALIDATED, actor):
            continue
        run = latest_run(session, version)
        tasks.append(
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
        )
    return tasks


def findings_to_verify(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Remediated findings that this person may close."""
    if Permission.FINDING_CLOSE not in actor.permissions:
        return []
    tasks = []
    for row in findings(session, FindingFilter(status=FindingStatus.REMEDIATED), limit=MOST, offset=0).rows:
        finding = row.finding
        model, version = version_by_id(session, finding.version_id)
        facts = FindingFacts(finding.status, finding.raised_by, finding.remediated_by)
        if finding_refusals(validation_facts(session, version), facts, Action.CLOSE_FINDING, actor):
            continue
        tasks.append(
            Task(
                what=f"Verify the remediation of finding {finding.number}",
                address="/findings",
                query=(("finding", finding.number),),
                model=row.model,
                model_name=row.model_name,
                tier=model.tier,
                since=finding.remediated_at or finding.raised_at,
                due=finding.due_at,
                state=urgency(finding.due_at, at, "Remediated"),
                why="Validator, did not remediate it",
            )
        )
    return tasks
