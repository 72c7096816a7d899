"""What was decided about going back by itself, with the facts it was decided on, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from core.improvement.rollback.rules import Outcome
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class RollbackDecision(Row, table=True):
    """One clause of the policy asked about one run of failed chunks of the version that stood: decided once.

    `key` is the digest of clause, version and chunks; the same facts are not decided twice.
    """

    __tablename__ = "rollback_decision"
    __table_args__ = (
        UniqueConstraint("model_id", "environment", "key"),
        Index("ix_rollback_decision_at", "model_id", "environment", "at"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)  # RB0001
    model_id: int = Field(foreign_key="model.id")
    environment: str = Field(max_length=50)
    key: str = Field(max_length=64)
    version_id: int = Field(foreign_key="model_version.id")  # that stood
    former_version_id: int | None = Field(default=None, foreign_key="model_version.id")  # to which it leads
    outcome: Outcome = Field(sa_type=choice(Outcome))
    clause: str = Field(max_length=80)
    policy_version_id: int = Field(foreign_key="policy_version.id")
    said: str = Field(max_length=1000)  # the condition and what was found, in words
    chunks: str = Field(max_length=4000)  # their numbers, one a line, oldest first
    needed: int  # chunks in a row that the clause asks for
    against: str = Field(default="", max_length=8000)  # one line for each reason that held it back
    incident: str = Field(default="", max_length=16)
    alert: str = Field(default="", max_length=16)
    at: datetime = Field(sa_type=Instant)
