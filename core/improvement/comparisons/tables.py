"""Comparisons of a challenger with a champion, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field

from core.improvement.comparisons.rules import ComparisonStatus, Recommendation, SourceKind
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class Comparison(Row, table=True):
    """One question, which rows answered it, and the answer; `result` is the whole answer as canonical JSON."""

    __table_args__ = (Index("ix_comparison_model", "model_id", "asked_at"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)  # CO0001
    model_id: int = Field(foreign_key="model.id")
    champion_id: int = Field(foreign_key="model_version.id")
    challenger_id: int = Field(foreign_key="model_version.id")
    source: SourceKind = Field(sa_type=choice(SourceKind))
    champion_environment: str = Field(default="", max_length=50)
    challenger_environment: str = Field(default="", max_length=50)
    champion_evidence: str = Field(default="", max_length=16)
    challenger_evidence: str = Field(default="", max_length=16)
    starts_at: datetime | None = Field(default=None, sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    metric: str = Field(default="", max_length=80)  # that decides
    policy_version_id: int = Field(foreign_key="policy_version.id")
    status: ComparisonStatus = Field(sa_type=choice(ComparisonStatus))
    step: str = Field(default="", max_length=200)
    steps_done: int = 0
    error: str = Field(default="", max_length=2000)
    pairs: int | None = None
    champion_digest: str = Field(default="", max_length=64)  # of the rows that were compared, as Parquet
    challenger_digest: str = Field(default="", max_length=64)
    result: str = Field(default="", sa_type=Text)
    result_digest: str = Field(default="", max_length=64)
    recommendation: Recommendation | None = Field(default=None, sa_type=choice(Recommendation))
    change: str = Field(default="", max_length=16)  # the change request that it led to
    asked_by: str = Field(max_length=16)
    asked_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
