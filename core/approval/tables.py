"""Change requests, checklists, votes and conditions, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field

from core.approval.rules import Answer, ChangeStatus, Choice, NoticeKind
from core.policy.rules import ChangeKind, Function
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class ChangeRequest(Row, table=True):
    """A request for a change to a version; its kind, tier and path stay as they were when it was asked."""

    __tablename__ = "change_request"
    __table_args__ = (
        Index("ix_change_request_decided_at", "decided_at", "id"),
        Index("ix_change_request_due_at", "status", "due_at", "id", "version_id"),
        Index("ix_change_request_version_id", "version_id", "status", "decided_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: ChangeKind = Field(default=ChangeKind.NEW_VERSION, sa_type=choice(ChangeKind), index=True)
    version_id: int = Field(foreign_key="model_version.id")
    policy_version_id: int = Field(foreign_key="policy_version.id")
    status: ChangeStatus = Field(default=ChangeStatus.REQUESTED, sa_type=choice(ChangeStatus))
    rationale: str = Field(max_length=4000)
    quorum: int
    functions: str = Field(default="", max_length=200)  # of which the votes must hold one each, separated by a space
    tier: int = 0  # the model's when it was asked; with kind and policy it gives the path
    restriction: str = Field(default="", max_length=4000)  # restricted use: within what the version may be used
    lifts: str = Field(default="", max_length=16)  # restricted use: the change whose restriction it ends
    requested_by: str = Field(max_length=16, index=True)
    requested_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    approved_digest: str | None = Field(default=None, max_length=64)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    executed_by: str | None = Field(default=None, max_length=16)
    executed_at: datetime | None = Field(default=None, sa_type=Instant)
    replaced_version_id: int | None = Field(default=None, foreign_key="model_version.id")
    returned_by: str | None = Field(default=None, max_length=16)  # until it is resumed
    returned_at: datetime | None = Field(default=None, sa_type=Instant)
    return_reason: str = Field(default="", max_length=4000)
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
    check_name: str = Field(default="", max_length=80)  # the check that fills it; empty: people do


class ChecklistAnswer(Row, table=True):
    """One approver's answer; frozen when they vote."""

    __tablename__ = "checklist_answer"
    __table_args__ = (UniqueConstraint("item_id", "person"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    item_id: int = Field(foreign_key="checklist_item.id", index=True)
    person: str = Field(max_length=16)
    answer: Answer = Field(sa_type=choice(Answer))
    reason: str = Field(default="", max_length=2000)
    evidence: str = Field(default="", max_length=1000)  # a run, finding, file, document or address
    filled: bool = False  # a check gave it, and the approver let it stand
    answered_at: datetime = Field(sa_type=Instant)
    frozen_at: datetime | None = Field(default=None, sa_type=Instant)


class Vote(Row, table=True):
    """A vote with its rationale, bound to the evidence it was cast on; void once that evidence changes."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    change_id: int = Field(foreign_key="change_request.id", index=True)
    person: str = Field(max_length=16)
    choice: Choice = Field(sa_type=choice(Choice))
    functions: str = Field(default="", max_length=200)  # that the vote speaks for, as held when it was cast
    on_behalf_of: str | None = Field(default=None, max_length=16)  # the approver who delegated it
    meaning: str = Field(default="", max_length=1000)  # what was signed, in words
    authenticated_at: datetime | None = Field(default=None, sa_type=Instant)  # when the voter last proved who they are
    rationale: str = Field(max_length=4000)
    evidence_digest: str = Field(max_length=64)
    cast_at: datetime = Field(sa_type=Instant)
    voided_at: datetime | None = Field(default=None, sa_type=Instant)


class Condition(Row, table=True):
    """A condition that an approver tied to their vote."""

    __table_args__ = (
        Index(
            "ix_condition_pending",
            "due_at",
            "id",
            sqlite_where=text("verified_at IS NULL"),
            postgresql_where=text("verified_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    change_id: int = Field(foreign_key="change_request.id", index=True)
    vote_id: int = Field(foreign_key="vote.id")
    text: str = Field(max_length=2000)
    owner: str = Field(max_length=16, index=True)
    due_at: datetime = Field(sa_type=Instant)
    evidence: str = Field(default="", max_length=2000)  # what shows that it is done
    done_by: str | None = Field(default=None, max_length=16)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    verified_by: str | None = Field(default=None, max_length=16)
    verified_at: datetime | None = Field(default=None, sa_type=Instant)
    note: str = Field(default="", max_length=2000)  # of who verified it, or sent it back


class Dissent(Row, table=True):
    """An approver's written dissent: it stands beside the votes and stops nothing."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    change_id: int = Field(foreign_key="change_request.id", index=True)
    person: str = Field(max_length=16)
    text: str = Field(max_length=4000)
    functions: str = Field(default="", max_length=200)
    meaning: str = Field(max_length=1000)
    evidence_digest: str = Field(max_length=64)
    written_at: datetime = Field(sa_type=Instant)
    voided_at: datetime | None = Field(default=None, sa_type=Instant)


class FunctionGrant(Row, table=True):
    """A function of the organisation for which a person speaks, with reason and end, as roles are granted."""

    __tablename__ = "function_grant"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    person: str = Field(foreign_key="person.number", index=True)
    function: Function = Field(sa_type=choice(Function))
    reason: str = Field(max_length=1000)
    granted_by: str = Field(max_length=16)
    granted_at: datetime = Field(sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_by: str | None = Field(default=None, max_length=16)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)


class ReviewNotice(Row, table=True):
    """A reminder or an escalation to one person about a change that waits; each once for one due date."""

    __tablename__ = "review_notice"
    __table_args__ = (UniqueConstraint("change_id", "kind", "person", "due_at"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    change_id: int = Field(foreign_key="change_request.id")
    kind: NoticeKind = Field(sa_type=choice(NoticeKind))
    person: str = Field(max_length=16, index=True)
    due_at: datetime = Field(sa_type=Instant)
    noticed_at: datetime = Field(sa_type=Instant)
