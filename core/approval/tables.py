"""Change requests, checklists, votes and conditions, as rows."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.approval.rules import Answer, ChangeStatus, Choice
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class ChangeRequest(Row, table=True):
    """A request to bring a version into production."""

    __tablename__ = "change_request"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    version_id: int = Field(foreign_key="model_version.id", index=True)
    policy_version_id: int = Field(foreign_key="policy_version.id")
    status: ChangeStatus = Field(default=ChangeStatus.REQUESTED, sa_type=choice(ChangeStatus), index=True)
    rationale: str = Field(max_length=4000)
    quorum: int
    requested_by: str = Field(max_length=16, index=True)
    requested_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    approved_digest: str | None = Field(default=None, max_length=64)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    executed_by: str | None = Field(default=None, max_length=16)
    executed_at: datetime | None = Field(default=None, sa_type=Instant)
    replaced_version_id: int | None = Field(default=None, foreign_key="model_version.id")
    revision: int = 1


class ChecklistItem(Row, table=True):
    """One question every approver of this change answers; copied from the policy, so that it stays as it was asked."""

    __tablename__ = "checklist_item"
    __table_args__ = (UniqueConstraint("change_id", "code"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    change_id: int = Field(foreign_key="change_request.id", index=True)
    position: int
    code: str = Field(max_length=80)
    title: str = Field(max_length=300)
    guidance: str = Field(max_length=4000)
    source: str = Field(max_length=300)  # policy clause, or pack and its clause
    required: bool


class ChecklistAnswer(Row, table=True):
    """One approver's answer; frozen when they vote."""

    __tablename__ = "checklist_answer"
    __table_args__ = (UniqueConstraint("item_id", "person"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    item_id: int = Field(foreign_key="checklist_item.id", index=True)
    person: str = Field(max_length=16)
    answer: Answer = Field(sa_type=choice(Answer))
    reason: str = Field(default="", max_length=2000)
    answered_at: datetime = Field(sa_type=Instant)
    frozen_at: datetime | None = Field(default=None, sa_type=Instant)


class Vote(Row, table=True):
    """A vote with its rationale, bound to the evidence it was cast on; void once that evidence changes."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    change_id: int = Field(foreign_key="change_request.id", index=True)
    person: str = Field(max_length=16)
    choice: Choice = Field(sa_type=choice(Choice))
    rationale: str = Field(max_length=4000)
    evidence_digest: str = Field(max_length=64)
    cast_at: datetime = Field(sa_type=Instant)
    voided_at: datetime | None = Field(default=None, sa_type=Instant)


class Condition(Row, table=True):
    """A condition that an approver tied to their vote."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    change_id: int = Field(foreign_key="change_request.id", index=True)
    vote_id: int = Field(foreign_key="vote.id")
    text: str = Field(max_length=2000)
    owner: str = Field(max_length=16, index=True)
    due_at: datetime = Field(sa_type=Instant)
