"""Stress tests on record, as typed rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion
from core.metrics.verdicts import Verdict
from core.store.paging import Page
from core.validation.stress.tables import StressFigure, StressSchedule, StressSource, StressStatus, StressTest


@dataclass(frozen=True)
class StressRow:
    """One test in a list."""

    number: str
    model: str
    model_name: str
    version: str
    name: str
    source: StressSource
    status: StressStatus
    verdict: Verdict | None
    step: str
    requests_done: int
    requests_planned: int
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    error: str


@dataclass(frozen=True)
class FigureRow:
    """One figure against its clause."""

    clause: str
    metric: str
    subject: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    threshold: float
    direction: str
    required: bool
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class StressPage:
    """A test with all that is on record of it."""

    row: StressRow
    plan: str
    plan_digest: str
    schedule: str
    policy_version_id: int | None
    outcome_digest: str
    requests_digest: str
    started_at: datetime | None
    figures: tuple[FigureRow, ...]


@dataclass(frozen=True)
class ScheduleRow:
    """One plan that is carried out by the clock."""

    number: str
    model: str
    model_name: str
    environment: str
    name: str
    plan: str
    every_days: int
    first_at: datetime
    made_by: str
    said: str
    last: str  # number of its newest test; empty before the first


@dataclass(frozen=True)
class StressFilter:
    """What a list of tests is narrowed to; empty is all."""

    model: str = ""
    version: str = ""
    verdict: Verdict | None = None
    status: StressStatus | None = None


def stress_tests(session: Session, wanted: StressFilter, *, limit: int = 25, offset: int = 0) -> Page[StressRow]:
    """The newest first."""
    query = (
        select(StressTest, ModelVersion, Model)
        .join(ModelVersion, col(ModelVersion.id) == col(StressTest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
    )
    if wanted.model:
        query = query.where(Model.number == wanted.model)
    if wanted.version:
        query = query.where(ModelVersion.version == wanted.version)
    if wanted.verdict is not None:
        query = query.where(StressTest.verdict == wanted.verdict)
    if wanted.status is not None:
        query = query.where(StressTest.status == wanted.status)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    rows = session.exec(query.order_by(col(StressTest.id).desc()).limit(limit).offset(offset)).all()
    return Page(tuple(_row(*found) for found in rows), total)


def stress_test(session: Session, number: str) -> StressPage:
    """One test; raises `NotFound`."""
    found = session.exec(
        select(StressTest, ModelVersion, Model)
        .join(ModelVersion, col(ModelVersion.id) == col(StressTest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(StressTest.number == number)
    ).first()
    if found is None:
        raise NotFound("stress test", number)
    row = found[0]
    figures = session.exec(
        select(StressFigure).where(StressFigure.test_id == row.id).order_by(col(StressFigure.position))
    ).all()
    schedule = session.get(StressSchedule, row.schedule_id) if row.schedule_id else None
    return StressPage(
        row=_row(*found),
        plan=row.plan,
        plan_digest=row.plan_digest,
        schedule=schedule.number if schedule else "",
        policy_version_id=row.policy_version_id,
        outcome_digest=row.outcome_digest,
        requests_digest=row.requests_digest,
        started_at=row.started_at,
        figures=tuple(_figure(one) for one in figures),
    )


def stress_schedules(session: Session, *, model: str = "") -> tuple[ScheduleRow, ...]:
    """The plans that are carried out by the clock, by model."""
    query = (
        select(StressSchedule, Model)
        .join(Model, col(Model.id) == col(StressSchedule.model_id))
        .where(col(StressSchedule.ended_at).is_(None))
        .order_by(col(Model.number), col(StressSchedule.id))
    )
    if model:
        query = query.where(Model.number == model)
    rows = session.exec(query).all()
    newest: dict[int | None, str] = dict(
        session.execute(
            select(StressTest.schedule_id, func.max(StressTest.number))
            .where(col(StressTest.schedule_id).in_([row.id for row, _ in rows]))
            .group_by(col(StressTest.schedule_id))
        ).all()
    )
    return tuple(
        ScheduleRow(
            row.number, one.number, one.name, row.environment, row.name, row.plan, row.every_days,
            row.first_at, row.made_by, row.said, newest.get(row.id, ""),
        )
        for row, one in rows
    )  # fmt: skip


def passed_at(session: Session, versions: Sequence[int] | None = None) -> Mapping[int, datetime]:
    """When the newest stress test of each version (by default of all) ended where it passed; by its row number.

    A version whose newest finished test failed is not among them: what passed before was overtaken.
    """
    newest = (
        select(func.max(StressTest.id))
        .where(StressTest.status == StressStatus.FINISHED)
        .group_by(col(StressTest.version_id))
    )
    if versions is not None:
        newest = newest.where(col(StressTest.version_id).in_(versions))
    rows = session.exec(
        select(StressTest).where(col(StressTest.id).in_(newest), StressTest.verdict == Verdict.PASS)
    ).all()
    return {row.version_id: row.finished_at for row in rows if row.finished_at is not None}


def testable_versions(session: Session, model: str) -> tuple[str, ...]:
    """The versions of a model that are not retired, the newest first; none where there is no such model."""
    return tuple(
        session.exec(
            select(ModelVersion.version)
            .join(Model, col(Model.id) == col(ModelVersion.model_id))
            .where(Model.number == model, ModelVersion.stage != Stage.RETIRED)
            .order_by(col(ModelVersion.id).desc())
        ).all()
    )


def _row(row: StressTest, version: ModelVersion, model: Model) -> StressRow:
    return StressRow(
        row.number, model.number, model.name, version.version, row.name, row.source, row.status, row.verdict, row.step,
        row.requests_done, row.requests_planned, row.requested_by, row.requested_at, row.finished_at, row.error,
    )  # fmt: skip


def _figure(row: StressFigure) -> FigureRow:
    return FigureRow(
        row.clause, row.metric, row.subject, row.value, row.low, row.high, row.n, row.method, row.threshold,
        row.direction, row.required, row.verdict, row.reason,
    )  # fmt: skip
