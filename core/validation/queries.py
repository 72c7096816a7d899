"""Reads of validations for pages: evidence, runs with their verdicts, findings, questions, conclusions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, exists, func
from sqlalchemy import select as sqlalchemy_select
from sqlmodel import Session, col, select

from core.inventory.rules import Duty, Stage
from core.inventory.tables import Contribution, Model, ModelVersion
from core.metrics.verdicts import Verdict
from core.store.paging import Page, Part, page_of_parts
from core.validation.rules import FindingStatus, RunStatus, Severity
from core.validation.tables import CheckResult, Conclusion, Evidence, Finding, Question, Run

PENDING_FINDINGS = frozenset(FindingStatus) - {FindingStatus.VERIFIED_CLOSED}
COUNTED = 10_000
WEIGHT = {Severity.CRITICAL: 0, Severity.HIGH: 1, Severity.MEDIUM: 2, Severity.LOW: 3}


@dataclass(frozen=True)
class FindingFilter:
    """What the list of findings is narrowed to; None means everything."""

    status: FindingStatus | None = None
    severity: Severity | None = None
    owner: str | None = None
    model: str | None = None
    open_only: bool = False


@dataclass(frozen=True)
class FindingRow:
    """One finding with the version it is about."""

    finding: Finding
    model: str
    model_name: str
    version: str


@dataclass(frozen=True)
class RunPage:
    """One validation run with everything its report shows."""

    run: Run
    model: Model
    version: ModelVersion
    evidence: Evidence
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True)
class VersionEvidence:
    """All evidence of one version, newest first."""

    evidence: tuple[Evidence, ...]
    runs: tuple[Run, ...]
    checks: tuple[CheckResult, ...]  # of the newest finished run
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    conclusions: tuple[Conclusion, ...]

    @property
    def latest_run(self) -> Run | None:
        """The newest finished run."""
        return next((run for run in self.runs if run.status is RunStatus.FINISHED), None)

    def verdicts(self, verdict: Verdict, *, required: bool | None = None) -> tuple[CheckResult, ...]:
        """The checks with this verdict."""
        return tuple(check for check in self.checks if check.verdict is verdict and required in (None, check.required))


def version_evidence(session: Session, version_id: int) -> VersionEvidence:
    """Everything that validation holds about a version."""
    runs = session.exec(select(Run).where(Run.version_id == version_id).order_by(col(Run.id).desc())).all()
    finished = next((run for run in runs if run.status is RunStatus.FINISHED), None)
    return VersionEvidence(
        evidence=tuple(
            session.exec(
                select(Evidence).where(Evidence.version_id == version_id).order_by(col(Evidence.id).desc())
            ).all()
        ),
        runs=tuple(runs),
        checks=checks_of(session, finished.id) if finished and finished.id else (),
        findings=tuple(
            session.exec(
                select(Finding).where(Finding.version_id == version_id).order_by(_weight(), col(Finding.id))
            ).all()
        ),
        questions=tuple(
            session.exec(select(Question).where(Question.version_id == version_id).order_by(col(Question.id))).all()
        ),
        conclusions=tuple(
            session.exec(
                select(Conclusion).where(Conclusion.version_id == version_id).order_by(col(Conclusion.id).desc())
            ).all()
        ),
    )


def checks_of(session: Session, run_id: int) -> tuple[CheckResult, ...]:
    """The verdicts of a run in reading order."""
    return tuple(
        session.exec(select(CheckResult).where(CheckResult.run_id == run_id).order_by(col(CheckResult.position))).all()
    )


def run_page(session: Session, number: str) -> RunPage | None:
    """The run with this number, or None."""
    found = session.exec(
        select(Run, Model, ModelVersion, Evidence)
        .join(ModelVersion, col(ModelVersion.id) == col(Run.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .join(Evidence, col(Evidence.id) == col(Run.evidence_id))
        .where(Run.number == number)
    ).first()
    if found is None:
        return None
    run, model, version, evidence = found
    return RunPage(run, model, version, evidence, checks_of(session, run.id or 0))


@dataclass(frozen=True)
class RunChoice:
    """A finished validation that another can be compared with."""

    number: str
    version: str
    finished_at: datetime | None


def finished_runs(session: Session, model_id: int, *, limit: int = 100) -> tuple[RunChoice, ...]:
    """The newest finished validations of a model, over all its versions."""
    rows = session.execute(
        select(Run.number, ModelVersion.version, Run.finished_at)
        .join(ModelVersion, col(ModelVersion.id) == col(Run.version_id))
        .where(ModelVersion.model_id == model_id, Run.status == RunStatus.FINISHED)
        .order_by(col(Run.id).desc())
        .limit(limit)
    ).all()
    return tuple(RunChoice(*row) for row in rows)


def run_progress(session: Session, number: str) -> Run | None:
    """The run as it stands now, for progress."""
    return session.exec(select(Run).where(Run.number == number)).first()


def findings(session: Session, narrowed: FindingFilter, *, limit: int, offset: int) -> Page[FindingRow]:
    """Findings, open ones first, worst first, then by due date; counted up to 10,000."""
    ids = select(Finding.id).where(*_conditions(narrowed))
    if narrowed.model:
        ids = ids.join(ModelVersion, col(ModelVersion.id) == col(Finding.version_id)).join(
            Model, col(Model.id) == col(ModelVersion.model_id)
        )
    page = page_of_parts(session, ids, _parts_of_list(), limit=limit, offset=offset, counted=COUNTED)
    query = (
        select(Finding, Model.number, Model.name, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Finding.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Finding.id).in_(page.rows))
    )
    rows = {row[0].id: FindingRow(*row) for row in session.execute(query)} if page.rows else {}
    return Page(tuple(rows[key] for key in page.rows), page.total, more=page.more)


def _parts_of_list() -> tuple[Part, ...]:
    """Each status and severity is read from an index by due date."""
    pending = col(Finding.status).in_(PENDING_FINDINGS)
    order = [col(Finding.due_at), col(Finding.id)]
    return tuple(
        Part([status, col(Finding.severity) == severity], order)
        for status in (pending, col(Finding.status) == FindingStatus.VERIFIED_CLOSED)
        for severity in sorted(Severity, key=lambda one: WEIGHT[one])
    )


def open_findings_of_models() -> Select[int, int]:
    """For each model with a finding that is not verified closed, its id and how many it has."""
    return (
        sqlalchemy_select(col(ModelVersion.model_id), func.count())
        .join(Finding, col(Finding.version_id) == col(ModelVersion.id))
        .where(col(Finding.status).in_(PENDING_FINDINGS))
        .group_by(col(ModelVersion.model_id))
    )


def open_finding_counts(session: Session, models: Sequence[str]) -> dict[str, int]:
    """How many findings that are not verified closed each of these models has."""
    rows = session.execute(
        select(Model.number, func.count())
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .join(Finding, col(Finding.version_id) == col(ModelVersion.id))
        .where(col(Model.number).in_(models), col(Finding.status).in_(PENDING_FINDINGS))
        .group_by(Model.number)
    ).all()
    return dict(rows)


@dataclass(frozen=True)
class Waiting:
    """Something in a validation that waits for a person: what, on which version, since when, until when."""

    what: str
    key: str
    model: str
    model_name: str
    version: str
    tier: int
    since: datetime
    due: datetime | None
    why: str


def questions_for(session: Session, person: str) -> tuple[Waiting, ...]:
    """Unanswered questions on models that this person owns or develops."""
    rows = session.execute(
        select(Question, Model, ModelVersion)
        .join(ModelVersion, col(ModelVersion.id) == col(Question.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Question.answered_at).is_(None), (col(Model.developer) == person) | (col(Model.owner) == person))
        .order_by(col(Question.asked_at))
    ).all()
    return tuple(
        Waiting(
            f"Answer question {question.number}",
            question.number,
            model.number,
            model.name,
            version.version,
            model.tier,
            question.asked_at,
            None,
            "You develop this model" if model.developer == person else "You own this model",
        )
        for question, model, version in rows
    )


def findings_for(session: Session, person: str) -> tuple[Waiting, ...]:
    """Open findings that this person owns."""
    found = findings(session, FindingFilter(status=FindingStatus.OPEN, owner=person), limit=100, offset=0).rows
    return _finding_work(session, found, "Remediate", "You own the finding")


def findings_to_close(session: Session) -> tuple[Waiting, ...]:
    """Remediated findings that a validator has to verify."""
    found = findings(session, FindingFilter(status=FindingStatus.REMEDIATED), limit=100, offset=0).rows
    return _finding_work(session, found, "Verify", "You are a validator")


def _finding_work(session: Session, rows: Sequence[FindingRow], verb: str, why: str) -> tuple[Waiting, ...]:
    tiers = dict(
        session.execute(
            select(Model.number, Model.tier).where(col(Model.number).in_({row.model for row in rows}))
        ).all()
    )
    return tuple(
        Waiting(
            f"{verb} finding {row.finding.number}",
            row.finding.number,
            row.model,
            row.model_name,
            row.version,
            tiers[row.model],
            row.finding.remediated_at or row.finding.raised_at,
            row.finding.due_at,
            why,
        )
        for row in rows
    )


def versions_in_validation(
    session: Session, *, but_of: str = "", limit: int = 1_000
) -> tuple[tuple[Model, ModelVersion], ...]:
    """Versions that a validator may read and conclude, the oldest first; none on which `but_of` has another part."""
    parts = exists().where(
        col(Contribution.version_id) == col(ModelVersion.id),
        col(Contribution.person) == but_of,
        col(Contribution.duty) != Duty.VALIDATION,
    )
    finished = exists().where(col(Run.version_id) == col(ModelVersion.id), col(Run.status) == RunStatus.FINISHED)
    rows = session.execute(
        select(Model, ModelVersion)
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .where(col(ModelVersion.stage) == Stage.IN_VALIDATION, ~parts, finished)
        .order_by(col(ModelVersion.id))
        .limit(limit)
    ).all()
    return tuple((model, version) for model, version in rows)


def _weight() -> ColumnElement[int]:
    return case(*((col(Finding.severity) == severity, weight) for severity, weight in WEIGHT.items()), else_=4)


def _conditions(narrowed: FindingFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if narrowed.status:
        wanted.append(col(Finding.status) == narrowed.status)
    if narrowed.severity:
        wanted.append(col(Finding.severity) == narrowed.severity)
    if narrowed.owner:
        wanted.append(col(Finding.owner) == narrowed.owner)
    if narrowed.model:
        wanted.append(col(Model.number) == narrowed.model)
    if narrowed.open_only:
        wanted.append(col(Finding.status).in_(PENDING_FINDINGS))
    return wanted
