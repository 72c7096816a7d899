"""Chunks of production data, what was found on them, and where each model stands, as rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field

from core.metrics.verdicts import Verdict
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class MonitorState(StrEnum):
    """Where the production data of a model stands, the most urgent first."""

    CHECK_FAILED = "check failed"
    BREACH = "breach"
    NO_DATA = "no data"
    INSUFFICIENT = "insufficient evidence"
    CALM = "calm"
    WAITING = "waiting"  # for the first chunk to be complete


class MonitorChunk(Row, table=True):
    """A stretch of production data that is checked together; data that come late make a further revision of it.

    Cut by time it lies within [`starts_at`, `ends_at`); cut by rows these are its first and last moment. `seen_batch`
    is the newest batch that had come when it was read: whatever comes after may make a revision necessary.
    """

    __tablename__ = "monitor_chunk"
    __table_args__ = (
        UniqueConstraint("model_id", "environment", "size", "position", "revision"),
        UniqueConstraint("number", "revision", name="uq_monitor_chunk_number"),
        Index("ix_monitor_chunk_listed", "model_id", "environment", "newest", "ends_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(max_length=16)
    model_id: int = Field(foreign_key="model.id")
    environment: str = Field(max_length=50)
    size: str = Field(max_length=20)  # a ChunkSize: “5000 rows”, “1 day”; or “clock” for freshness
    position: int  # from 0
    revision: int = 1
    newest: bool = True  # no later revision of it is there
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    rows: int
    labelled_rows: int
    versions: str = "{}"  # JSON: rows by version
    data_digest: str = Field(max_length=64)
    reference_digest: str = Field(default="", max_length=64)
    figures_digest: str = Field(max_length=64)
    policy_version_id: int = Field(foreign_key="policy_version.id")
    detail: str = "{}"  # JSON: columns and groups of the chunk against the reference
    seen_batch: int = Field(sa_column=Column(BigInteger, nullable=False))
    checked_at: datetime = Field(sa_type=Instant)


class MonitorResult(Row, table=True):
    """One figure of a chunk against its threshold."""

    __tablename__ = "monitor_result"
    __table_args__ = (
        UniqueConstraint("chunk_id", "clause", "metric", "subject"),
        Index("ix_monitor_result_series", "model_id", "environment", "clause", "subject", "newest", "ends_at"),
        Index("ix_monitor_result_metric", "model_id", "environment", "metric", "newest", "ends_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    chunk_id: int = Field(sa_column=Column(row_id(), ForeignKey("monitor_chunk.id"), nullable=False))
    model_id: int = Field(foreign_key="model.id")
    environment: str = Field(max_length=50)
    newest: bool = True  # as of its chunk
    clause: str = Field(max_length=20)
    kind: str = Field(max_length=30)  # a MonitorKind
    metric: str = Field(max_length=200)
    title: str = Field(max_length=300)
    subject: str = Field(default="", max_length=400)  # a column, an attribute
    ends_at: datetime = Field(sa_type=Instant)
    rows: int  # that the figure rests on
    value: float | None = None
    low: float | None = None
    high: float | None = None
    lower: float | None = None
    upper: float | None = None
    verdict: Verdict = Field(sa_type=choice(Verdict))
    severity: str = Field(max_length=10)
    reason: str = Field(default="", max_length=1000)
    estimated: bool = False


class MonitorSlot(Row, table=True):
    """Where a model stands in an environment, kept for the overview; one row each."""

    __tablename__ = "monitor_slot"
    __table_args__ = (UniqueConstraint("model_id", "environment"), Index("ix_monitor_slot_state", "state", "model_id"))

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    environment: str = Field(max_length=50)
    state: MonitorState = Field(default=MonitorState.WAITING, sa_type=choice(MonitorState))
    last_data_at: datetime | None = Field(default=None, sa_type=Instant)  # the newest inference
    received_at: datetime | None = Field(default=None, sa_type=Instant)  # the newest batch
    last_run_at: datetime | None = Field(default=None, sa_type=Instant)
    clock_at: datetime | None = Field(default=None, sa_type=Instant)  # the last look by the clock
    seen_batch: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    error: str = Field(default="", max_length=1000)  # why the last run could not check
    worst_result_id: int | None = Field(
        default=None, sa_column=Column(row_id(), ForeignKey("monitor_result.id"), nullable=True)
    )
    series: str = "[]"  # JSON: the last values of the worst check, oldest first
    revision: int = 1
