"""Background work, as rows with leases."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, choice, row_id


class JobStatus(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Job(Row, table=True):
    """One piece of work; (kind, slot) is unique, so that it is queued once."""

    __table_args__ = (UniqueConstraint("kind", "slot"), Index("ix_job_kind_finished", "kind", "finished_at"))

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    kind: str = Field(max_length=50)
    slot: str = Field(max_length=200)
    status: JobStatus = Field(default=JobStatus.QUEUED, sa_type=choice(JobStatus), index=True)
    attempts: int = 0
    lease_holder: str = Field(default="", max_length=64)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    queued_at: datetime = Field(sa_type=Instant)
    taken_at: datetime | None = Field(default=None, sa_type=Instant)  # by the worker that has it, or had it last
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = ""


class WorkerRole(StrEnum):
    """Where a worker lives."""

    SERVER = "server"
    PROCESS = "process"


class WorkerRow(Row, table=True):
    """One worker that does jobs, and when it was last heard of."""

    __tablename__ = "job_worker"

    name: str = Field(primary_key=True, max_length=32)
    role: WorkerRole = Field(sa_type=choice(WorkerRole))
    host: str = Field(max_length=100)
    process: int
    started_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant, index=True)
    stopped_at: datetime | None = Field(default=None, sa_type=Instant)
    done: int = 0  # jobs since it started
    busy_kind: str = Field(default="", max_length=50)
    busy_slot: str = Field(default="", max_length=200)
