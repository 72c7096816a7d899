"""Links between records, as rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, row_id


class RecordKind(StrEnum):
    """What a link can lead to."""

    MODEL = "model"
    VERSION = "version"  # `M0001 v1.1.0`
    RUN = "run"
    CHANGE = "change"
    EXCEPTION = "exception"
    DRILL = "drill"
    ROLLBACK = "rollback"  # decided by the system under a clause of the policy
    FINDING = "finding"
    DEVIATION = "deviation"
    AUDIT_FINDING = "audit finding"
    CHUNK = "chunk"  # a stretch of production data with its checks
    ALERT = "alert"
    OUTPUT = "output"  # that waits for a person, or was reviewed by one
    STRESS_TEST = "stress test"
    INCIDENT = "incident"
    ACTION = "action"
    COMPARISON = "comparison"
    REVIEW = "review"
    DOCUMENT = "document"
    EXPORT = "export"
    DISCOVERY = "discovery"  # of a model that nobody registered
    QUARANTINE = "quarantine"  # rows that wait for a person


class RecordLink(Row, table=True):
    """One record came from, or bears on, another; read from both sides."""

    __tablename__ = "record_link"
    __table_args__ = (
        UniqueConstraint("from_kind", "from_number", "to_kind", "to_number"),
        Index("ix_record_link_to", "to_kind", "to_number"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    from_kind: str = Field(max_length=40)  # a RecordKind
    from_number: str = Field(max_length=100)
    to_kind: str = Field(max_length=40)
    to_number: str = Field(max_length=100)
    made_by: str = Field(max_length=16)
    made_at: datetime = Field(sa_type=Instant)
