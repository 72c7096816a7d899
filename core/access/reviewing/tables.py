"""Access reviews and their items, as rows."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.access.rules import Role
from core.access.rules.reviewing import Answered
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class AccessReview(Row, table=True):
    """One look at every grant in force."""

    __tablename__ = "access_review"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    opened_by: str = Field(max_length=16)
    opened_at: datetime = Field(sa_type=Instant, index=True)
    due_at: datetime = Field(sa_type=Instant)
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class AccessReviewItem(Row, table=True):
    """A grant as it was when the review opened, and what was answered for it."""

    __tablename__ = "access_review_item"
    __table_args__ = (UniqueConstraint("review_id", "grant_id"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    review_id: int = Field(foreign_key="access_review.id")
    grant_id: int = Field(foreign_key="role_grant.id", index=True)
    person: str = Field(foreign_key="person.number", max_length=16, index=True)
    role: Role = Field(sa_type=choice(Role))
    reach: str = ""  # in words, as it was
    reason: str = Field(max_length=1000)
    granted_by: str = Field(max_length=16)
    confirmed_by: str | None = Field(default=None, max_length=16)
    granted_at: datetime = Field(sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)  # last sign-in or use of a token
    remark: str = Field(default="", max_length=500)  # what a reviewer should know, such as a pair that may not meet
    answer: Answered | None = Field(default=None, sa_type=choice(Answered), nullable=True)
    answered_by: str | None = Field(default=None, max_length=16)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answer_reason: str = Field(default="", max_length=1000)
