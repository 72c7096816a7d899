"""Plans of stress tests, the tests that were carried out, and their figures, as rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index
from sqlmodel import Field

from core.metrics.verdicts import Verdict
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class StressStatus(StrEnum):
    """How far a test is."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StressSource(StrEnum):
    """What asked for a test."""

    PAGE = "page"
    PIPELINE = "pipeline"
    SCHEDULE = "schedule"


PENDING = frozenset({StressStatus.QUEUED, StressStatus.RUNNING})


class StressSchedule(Row, table=True):
    """A plan that is carried out every so many days on the version that serves an environment."""

    __tablename__ = "stress_schedule"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    model_id: int = Field(foreign_key="model.id", index=True)
    environment: str = Field(max_length=50)
    name: str = Field(max_length=120)
    plan: str  # TOML
    plan_digest: str = Field(max_length=64)
    every_days: int
    first_at: datetime = Field(sa_type=Instant)
    made_by: str = Field(max_length=16)
    made_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by: str = Field(default="", max_length=16)
    said: str = Field(default="", max_length=1000)  # why the last slot came to nothing


class StressTest(Row, table=True):
    """One carrying out of a plan on a version, with the policy that judged it and the digests of what it came to."""

    __tablename__ = "stress_test"
    __table_args__ = (Index("ix_stress_test_newest", "version_id", "status", "id"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    version_id: int = Field(foreign_key="model_version.id")
    schedule_id: int | None = Field(default=None, foreign_key="stress_schedule.id", index=True)
    source: StressSource = Field(sa_type=choice(StressSource))
    name: str = Field(max_length=120)
    plan: str  # TOML
    plan_digest: str = Field(max_length=64)
    status: StressStatus = Field(default=StressStatus.QUEUED, sa_type=choice(StressStatus), index=True)
    step: str = Field(default="", max_length=200)
    requests_done: int = 0
    requests_planned: int = 0
    policy_version_id: int | None = Field(default=None, foreign_key="policy_version.id")
    verdict: Verdict | None = Field(default=None, sa_type=choice(Verdict))
    outcome_digest: str = Field(default="", max_length=64)
    requests_digest: str = Field(default="", max_length=64)
    error: str = Field(default="", max_length=2000)
    requested_by: str = Field(max_length=16)
    requested_at: datetime = Field(sa_type=Instant)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)


class StressFigure(Row, table=True):
    """One figure of a test against one clause."""

    __tablename__ = "stress_figure"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    test_id: int = Field(foreign_key="stress_test.id", index=True)
    position: int
    clause: str = Field(max_length=20)
    metric: str = Field(max_length=80)  # a StressMetric
    subject: str = Field(default="", max_length=120)
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int
    method: str = Field(default="", max_length=200)
    threshold: float
    direction: str = Field(max_length=10)
    required: bool
    verdict: Verdict = Field(sa_type=choice(Verdict))
    reason: str = Field(default="", max_length=1000)
