"""What it says as values, and how they are read from the record."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.inventory.deployments.tables import Deployment
from core.inventory.tables import Model, ModelVersion
from core.ledger.batches.tables import EventBatch
from core.metrics.verdicts import Verdict
from core.policy.rules import CheckKind, Direction
from core.reports.templates.monitoring.figures import Figures
from core.reports.templates.monitoring_alerts import AlertLine, CheckedCount
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked
from core.validation.tables import CheckResult, Run

KINDS = (CheckKind.DRIFT.value, CheckKind.PERFORMANCE.value)


@dataclass(frozen=True)
class BatchLine:
    """A file of events."""

    number: str
    entry: int
    rows: int
    size: int
    digest: str
    first_at: datetime
    last_at: datetime
    recorded_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True)
class CheckLine:
    """One figure of a run on drift or performance."""

    run: str
    version: str
    kind: str
    metric: str
    subject: str
    value: float | None
    threshold: float | None
    direction: Direction | None
    verdict: Verdict
    finished_at: datetime
    result_digest: str


@dataclass(frozen=True)
class ServedLine:
    """A version stood in an environment."""

    version: str
    environment: str
    phase: str
    share: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class MonitoringSummary:
    """The summary as data."""

    scope: str
    since: datetime | None
    as_of: datetime
    batches: tuple[BatchLine, ...]
    checks: tuple[CheckLine, ...]
    served: tuple[ServedLine, ...]
    alerts: tuple[AlertLine, ...]
    production: CheckedCount
    figures: Figures
    people: tuple[PersonLine, ...]


def read_batches(session: Session, asked: Asked) -> tuple[BatchLine, ...]:
    query = select(EventBatch).order_by(col(EventBatch.id).desc())
    query = query.where(col(EventBatch.last_at) >= asked.since) if asked.since else query
    return tuple(
        BatchLine(
            one.number, one.entry, one.rows, one.size, one.digest, one.first_at, one.last_at, one.recorded_at,
            one.removed_at,
        )
        for one in session.exec(query)
    )  # fmt: skip


def read_checks(session: Session, asked: Asked) -> tuple[CheckLine, ...]:
    rows = session.exec(
        select(CheckResult, Run, Model.number, ModelVersion.version)
        .join(Run, col(Run.id) == col(CheckResult.run_id))
        .join(ModelVersion, col(ModelVersion.id) == col(Run.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(CheckResult.kind).in_(KINDS))
        .order_by(col(Run.id).desc(), col(CheckResult.position))
    ).all()
    return tuple(
        CheckLine(
            run.number, f"{model} {version}", one.kind, one.metric, one.subject, one.value, one.threshold,
            Direction(one.direction) if one.direction else None, Verdict(one.verdict), run.finished_at,
            run.result_digest,
        )
        for one, run, model, version in rows
        if run.finished_at is not None and (asked.since is None or run.finished_at >= asked.since)
    )  # fmt: skip


def read_served(session: Session, asked: Asked) -> tuple[ServedLine, ...]:
    rows = session.exec(
        select(Deployment, Model.number, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Deployment.version_id))
        .join(Model, col(Model.id) == col(Deployment.model_id))
        .order_by(col(Deployment.since).desc(), col(Deployment.id).desc())
    ).all()
    return tuple(
        ServedLine(f"{model} {version}", one.environment, one.phase.value, one.share, one.since, one.until)
        for one, model, version in rows
        if asked.since is None or one.until is None or one.until >= asked.since
    )
