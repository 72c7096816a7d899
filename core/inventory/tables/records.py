"""What is decided about a model and who has which part in it, and the history of every field."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from core.inventory.people.rules import Part
from core.inventory.profile.rules import Factor, OverrideStatus, RiskLevel
from core.inventory.reviews.rules import ReviewOutcome
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class FieldChange(Row, table=True):
    """One field of one record changed: from what, to what, who, when and why."""

    __tablename__ = "field_change"
    __table_args__ = (Index("ix_field_change_entity", "entity", "id"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    entity_kind: str = Field(max_length=32)
    entity: str = Field(max_length=64)  # the record's number; a version is `M0001 1.0.0`
    field: str = Field(max_length=64)
    old: str
    new: str
    reason: str = Field(max_length=4000)
    revision: int  # of the record after the change
    changed_by: str = Field(max_length=16)
    changed_at: datetime = Field(sa_type=Instant)


class Assignment(Row, table=True):
    """A person has a part in a model, from a day on and until it ends."""

    __table_args__ = (
        Index(
            "uq_assignment_standing",
            "model_id",
            "person",
            "part",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    person: str = Field(max_length=16, index=True)
    part: Part = Field(sa_type=choice(Part))
    reason: str = Field(max_length=1000)
    since: datetime = Field(sa_type=Instant)
    assigned_by: str = Field(max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by: str = Field(default="", max_length=16)
    ended_reason: str = Field(default="", max_length=1000)


class TierOverride(Row, table=True):
    """A tier other than the rule's: proposed with a reason, in force once another person confirmed it."""

    __tablename__ = "tier_override"
    __table_args__ = (
        CheckConstraint("tier between 1 and 4", name="tier"),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id", index=True)
    tier: int
    rule_tier: int  # what the rule gave when it was proposed
    reason: str = Field(max_length=4000)
    status: OverrideStatus = Field(default=OverrideStatus.PROPOSED, sa_type=choice(OverrideStatus), index=True)
    proposed_by: str = Field(max_length=16)
    proposed_at: datetime = Field(sa_type=Instant)
    decided_by: str | None = Field(default=None, max_length=16)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decision: str = Field(default="", max_length=4000)
    ended_by: str = Field(default="", max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_reason: str = Field(default="", max_length=4000)


class RiskFactor(Row, table=True):
    """One inherent-risk factor of a model as it was last assessed (SR 26-2, III)."""

    __tablename__ = "risk_factor"
    __table_args__ = (UniqueConstraint("model_id", "factor"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    factor: Factor = Field(sa_type=choice(Factor))
    level: RiskLevel = Field(sa_type=choice(RiskLevel))
    reason: str = Field(max_length=4000)
    assessed_by: str = Field(max_length=16)
    assessed_at: datetime = Field(sa_type=Instant)


class PackDecision(Row, table=True):
    """Which regulation packs apply to a model: proposed from answers, confirmed by a person; the newest holds."""

    __tablename__ = "pack_decision"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id", index=True)
    answers: str = Field(max_length=1000)  # words of the vocabulary, separated by a space
    proposed: str = Field(max_length=1000)  # ids, separated by a space
    confirmed: str = Field(max_length=1000)
    reason: str = Field(max_length=4000)
    confirmed_by: str = Field(max_length=16)
    confirmed_at: datetime = Field(sa_type=Instant)


class PeriodicReview(Row, table=True):
    """A periodic review of a model that was done."""

    __tablename__ = "periodic_review"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id", index=True)
    outcome: ReviewOutcome = Field(sa_type=choice(ReviewOutcome))
    summary: str = Field(max_length=4000)
    due_at: datetime | None = Field(default=None, sa_type=Instant)  # when it was due
    next_review: datetime = Field(sa_type=Instant)
    reviewed_by: str = Field(max_length=16)
    reviewed_at: datetime = Field(sa_type=Instant)


class Draft(Row, table=True):
    """A form that a person has not sent yet; theirs alone, and not on record."""

    __table_args__ = (Index("ix_draft_person", "person", "id"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    person: str = Field(max_length=16)
    form: str = Field(max_length=64)
    title: str = Field(max_length=200)
    body: str  # JSON of the form's fields
    saved_at: datetime = Field(sa_type=Instant)
