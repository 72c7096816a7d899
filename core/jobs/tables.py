"""Background work, as rows with leases."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, UniqueConstraint
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

    __table_args__ = (UniqueConstraint("kind", "slot"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    kind: str = Field(max_length=50)
    slot: str = Field(max_length=200)
    status: JobStatus = Field(default=JobStatus.QUEUED, sa_type=choice(JobStatus), index=True)
    attempts: int = 0
    lease_holder: str = Field(default="", max_length=64)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    queued_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = ""
