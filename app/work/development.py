"""What waits for those who build a model: questions, findings, and versions whose next step is theirs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice

from sqlmodel import Session

from app.work.candidates import Candidates, Versions
from app.work.tasks import MOST, State, Task, in_two, urgency, version_address
from core.access.rules import Actor, Permission
from core.approval.facts import open_changes_of
from core.approval.queries import standing_against_requests
from core.inventory.rules import Action, Stage
from core.inventory.tables import Model, ModelVersion
from core.validation.evidence import finding_facts, validation_facts_of
from core.validation.held import latest_runs
from core.validation.queries import questions_for
from core.validation.rules import RunStatus, ValidationFacts, finding_refusals, refusals
from core.validation.tables import Run


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


def findings_to_remediate(found: Candidates, actor: Actor, at: datetime) -> list[Task]:
    """Open findings that this person owns and may remediate."""
    return [
        Task(
            what=f"Remediate finding {row.finding.number}: {row.finding.title}",
            address="/finding",
            query=(("finding", row.finding.number),),
            model=row.model,
            model_name=row.model_name,
            tier=found.models[row.finding.version_id].tier,
            since=row.finding.raised_at,
            due=row.finding.due_at,
            state=urgency(row.finding.due_at, at, "Open"),
            why="You own the finding",
        )
        for row in found.to_remediate
        if not finding_refusals(
            found.facts[row.finding.version_id], finding_facts(row.finding), Action.REMEDIATE_FINDING, actor
        )
    ]


def versions_to_take_on(session: Session, found: Candidates, actor: Actor) -> list[Task]:
    """Versions that this person develops and whose next step is theirs: hand in, start, request approval."""
    parts = in_two(found.unfinished)
    return list(islice((task for part in parts for task in _next_steps(session, part, found.facts, actor)), MOST))


def _next_steps(session: Session, rows: Versions, facts: Mapping[int, ValidationFacts], actor: Actor) -> Iterator[Task]:
    steps = _Steps(session, rows, facts, actor)
    return (task for model, version in rows if (task := steps.next(model, version)))


class _Steps:
    """What the developer does next with each of these versions; all that the rules ask for is read once for all."""

    def __init__(self, session: Session, rows: Versions, facts: Mapping[int, ValidationFacts], actor: Actor) -> None:
        versions = [version for _, version in rows]
        self._actor = actor
        lacking = [version for version in versions if version.id not in facts]
        self._facts = {**facts, **(validation_facts_of(session, lacking) if lacking else {})}
        self._runs = latest_runs(session, versions, finished=False)
        self._changes = open_changes_of(session, versions)
        self._against = standing_against_requests(session, rows, actor)

    def next(self, model: Model, version: ModelVersion) -> Task | None:
        """The next step with this version, or None while it lies with others."""
        key, facts, actor = version.id or 0, self._facts[version.id or 0], self._actor
        address, query, word = "/model", version_address(model.number, version.version, "Evidence"), version.stage.value
        may_upload = not refusals(facts, Action.UPLOAD_EVIDENCE, actor)
        if facts.run_is_pending:
            return None
        if not facts.has_evidence and may_upload:
            verb, address, query = "Hand in evidence for", "/upload", version_address(model.number, version.version)
        elif facts.has_evidence and not facts.run_is_current and not refusals(facts, Action.START_VALIDATION, actor):
            verb, word = _start_or_restart(self._runs.get(key), word)
        elif version.stage is Stage.NOT_VALIDATED and may_upload:
            verb = "Put right what stopped"
        elif pending := self._changes.get(key):
            if version.stage is not Stage.VALIDATED or pending.requested_by != actor.id:
                return None
            verb, address, query = f"Resume change {pending.number} for", "/approval", (("change", pending.number),)
        elif not self._against[key]:
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


def _start_or_restart(run: Run | None, word: str) -> tuple[str, str]:
    if run is not None and run.status is RunStatus.FAILED:
        return "Start again the validation of", "Failed"
    return "Start the validation of", word
