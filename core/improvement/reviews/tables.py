"""Review meetings with their decisions, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field

from core.improvement.reviews.rules import ReviewKind, ReviewStatus
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class Review(Row, table=True):
    """A review of the models of a business line, of some models, or of one version after it went live.

    `agenda` is empty until the review is held; from then on it stays as the record was at that moment.
    """

    __table_args__ = (Index("ix_review_listed", "status", "due_at"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: ReviewKind = Field(sa_type=choice(ReviewKind))
    status: ReviewStatus = Field(default=ReviewStatus.PLANNED, sa_type=choice(ReviewStatus))
    title: str = Field(max_length=300)
    business_line: str = Field(default="", max_length=200)
    models: str = Field(default="", max_length=4000)  # numbers, a space between
    version_id: int | None = Field(default=None, foreign_key="model_version.id", unique=True)
    every_days: int = 0  # 0: once
    due_at: datetime = Field(sa_type=Instant)
    holder: str = Field(max_length=16, index=True)
    planned_by: str = Field(max_length=16)
    planned_at: datetime = Field(sa_type=Instant)
    former: str = Field(default="", max_length=16)  # the review before it in the series
    since: datetime | None = Field(default=None, sa_type=Instant)  # from when on the agenda counts
    held_by: str | None = Field(default=None, max_length=16)
    held_at: datetime | None = Field(default=None, sa_type=Instant)
    attendees: str = Field(default="", max_length=2000)  # numbers of people, a space between
    agenda: str = ""  # JSON, see core/register/agenda
    agenda_digest: str = Field(default="", max_length=64)
    minutes: str = ""
    minutes_by: str | None = Field(default=None, max_length=16)
    ended_by: str | None = Field(default=None, max_length=16)  # who signed it off, or cancelled it
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_because: str = Field(default="", max_length=4000)
    revision: int = 1


class ReviewDecision(Row, table=True):
    """One thing that a review decided, and who sees to it; `action` is the corrective action made of it."""

    __tablename__ = "review_decision"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    review_id: int = Field(foreign_key="review.id", index=True)
    position: int
    text: str = Field(max_length=4000)
    owner: str = Field(max_length=16, index=True)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    action: str = Field(default="", max_length=16)
    decided_by: str = Field(max_length=16)
    decided_at: datetime = Field(sa_type=Instant)
