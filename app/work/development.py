"""What waits for those who build a model: questions, findings, and versions whose next step is theirs."""

from datetime import datetime
from itertools import islice

from sqlmodel import Session, col, or_, select

from app.work.tasks import LOOKED_AT, MOST, State, Task, urgency, version_address
from core.access.rules import Actor, Permission
from core.approval.facts import open_change
from core.approval.queries import standing_against_request
from core.inventory.moves import version_by_id
from core.inventory.rules import Action, Stage
from core.inventory.tables import Model, ModelVersion
from core.validation.evidence import latest_run, validation_facts
from core.validation.queries import FindingFilter, findings, questions_for
from core.validation.rules import FindingFacts, FindingStatus, RunStatus, finding_refusals, refusals


def questions_to_answer(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Unanswered questions on models that this person owns or develops, where they may answer."""
    if Permission.CHALLENGE_ANSWER not in actor.permissions:
        return []
    return [
        Task(
            what=row.what,
            address="/model",
            query=version_address(row.model, row.version, "Evidence"),
            model=row.model,
            model_name=row.model_name,
            tier=row.tier,
            since=row.since,
            due=row.due,
            state=urgency(row.due, at, "Waiting"),
            why=row.why,
        )
        for row in questions_for(session, actor.id)
    ]


def findings_to_remediate(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Open findings that this person owns and may remediate."""
    if Permission.FINDING_REMEDIATE not in actor.permissions:
        return []
    narrowed = FindingFilter(status=FindingStatus.OPEN, owner=actor.id)
    tasks = []
    for row in findings(session, narrowed, limit=MOST, offset=0).rows:
        model, version = version_by_id(session, row.finding.version_id)
        facts = FindingFacts(row.finding.status, row.finding.raised_by, row.finding.remediated_by)
        if finding_refusals(validation_facts(session, version), facts, Action.REMEDIATE_FINDING, actor):
            continue
        tasks.append(
            Task(
                what=f"Remediate finding {row.finding.number}: {row.finding.title}",
                address="/findings",
                query=(("finding", row.finding.number),),
                model=row.model,
                model_name=row.model_name,
                tier=model.tier,
                since=row.finding.raised_at,
                due=row.finding.due_at,
                state=urgency(row.finding.due_at, at, "Open"),
                why="You own the finding",
            )
        )
    return tasks


def versions_to_take_on(session: Session, actor: Actor) -> list[Task]:
    """Versions that this person develops and whose next step is theirs: hand in, start, request approval."""
    if Permission.VERSION_REGISTER not in actor.permissions:
        return []
    stages = (Stage.DRAFT, Stage.IN_VALIDATION, Stage.VALIDATED, Stage.NOT_VALIDATED)
    rows = session.exec(
        select(Model, ModelVersion)
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .where(
            col(ModelVersion.stage).in_(stages),
            or_(col(Model.developer) == actor.id, col(ModelVersion.created_by) == actor.id),
        )
        .order_by(col(ModelVersion.id))
        .limit(LOOKED_AT)
    ).all()
    tasks = (task for model, version in rows if (task := _next_step(session, model, version, actor)))
    return list(islice(tasks, MOST))


def _next_step(session: Session, model: Model, version: ModelVersion, actor: Actor) -> Task | None:
    """What the developer does next with this version, or None while it lies with others."""
    facts = validation_facts(session, version)
    address, query, word = "/model", version_address(model.number, version.version, "Evidence"), version.stage.value
    may_upload = not refusals(facts, Action.UPLOAD_EVIDENCE, actor)
    if facts.run_is_pending:
        return None
    if not facts.has_evidence and may_upload:
        verb, address, query = "Hand in evidence for", "/upload", version_address(model.number, version.version)
    elif facts.has_evidence and not facts.run_is_current and not refusals(facts, Action.START_VALIDATION, actor):
        verb, word = _start_or_restart(session, version, word)
    elif version.stage is Stage.NOT_VALIDATED and may_upload:
        verb = "Put right what stopped"
    elif pending := open_change(session, version):
        if version.stage is not Stage.VALIDATED or pending.requested_by != actor.id:
            return None
        verb, address, query = f"Resume change {pending.number} for", "/approval", (("change", pending.number),)
    elif not standing_against_request(session, model.number, version.version, actor):
        verb, query = "Request approval of", version_address(model.number, version.version, "Decisions")
    else:
        return None
    return Task(
        what=f"{verb} v{version.version}",
        address=address,
        query=query,
        model=model.number,
        model_name=model.name,
        tier=model.tier,
        since=version.created_at,
        due=None,
        state=State(word),
        why="You develop this model" if model.developer == actor.id else "You registered this version",
    )


def _start_or_restart(session: Session, version: ModelVersion, word: str) -> tuple[str, str]:
    run = latest_run(session, version, finished=False)
    if run is not None and run.status is RunStatus.FAILED:
        return "Start again the validation of", "Failed"
    return "Start the validation of", word
