"""Answers of people to items of packs, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field

from core.coverage.rules import Outcome
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class CoverageAnswer(Row, table=True):
    """A person's answer to an item, in force until it expires or is withdrawn; without a model it holds for all."""

    __tablename__ = "coverage_answer"
    __table_args__ = (Index("ix_coverage_answer_item", "model_id", "pack", "item"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    model_id: int | None = Field(default=None, foreign_key="model.id")
    pack: str = Field(max_length=60)
    item: str = Field(max_length=60)
    outcome: Outcome = Field(sa_type=choice(Outcome))
    reason: str = Field(max_length=4000)
    link: str = Field(default="", max_length=1000)
    given_by: str = Field(max_length=16)
    given_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    withdrawn_by: str | None = Field(default=None, max_length=16)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawal_reason: str = Field(default="", max_length=2000)
