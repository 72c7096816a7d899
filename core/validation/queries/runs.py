"""Reads of what a version has in evidence, and of runs with their verdicts."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.inventory.tables import Model, ModelVersion
from core.metrics.verdicts import Verdict
from core.validation.queries.listing import weight
from core.validation.rules import RunStatus
from core.validation.tables import CheckResult, Conclusion, Evidence, Finding, Question, Run


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
                select(Finding).where(Finding.version_id == version_id).order_by(weight(), col(Finding.id))
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
