"""Corrective and preventive actions, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from core.improvement.actions.rules import ActionKind, ActionStatus
from core.store.base import Row
from core.store.types import Instant, choice, row_id
from core.validation.rules import Severity


class CorrectiveAction(Row, table=True):
    """Something that somebody is to do by a day, until somebody else verifies that it holds."""

    __tablename__ = "corrective_action"
    __table_args__ = (
        Index("ix_corrective_action_owner", "owner", "status"),
        Index("ix_corrective_action_due", "status", "due_at"),
        Index("ix_corrective_action_listed", "severity", "status", "due_at", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: ActionKind = Field(sa_type=choice(ActionKind))
    status: ActionStatus = Field(default=ActionStatus.OPEN, sa_type=choice(ActionStatus))
    severity: Severity = Field(sa_type=choice(Severity))
    title: str = Field(max_length=300)
    detail: str = Field(default="", max_length=4000)
    owner: str = Field(max_length=16)
    due_at: datetime = Field(sa_type=Instant)
    opened_by: str = Field(max_length=16)
    opened_at: datetime = Field(sa_type=Instant)
    done: str = Field(default="", max_length=4000)
    evidence: str = Field(default="", max_length=1000)  # numbers of records, digests of files, addresses, by commas
    done_by: str | None = Field(default=None, max_length=16)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_back: str = Field(default="", max_length=4000)  # why
    verification: str = Field(default="", max_length=4000)
    verified_by: str | None = Field(default=None, max_length=16)
    verified_at: datetime | None = Field(default=None, sa_type=Instant)
    carried_over: str = Field(default="", max_length=4000)  # why an incident may close before it is done
    carried_by: str | None = Field(default=None, max_length=16)
    revision: int = 1


class ActionReminder(Row, table=True):
    """Somebody was reminded of an action, or it was escalated: once for each due date."""

    __tablename__ = "action_reminder"
    __table_args__ = (UniqueConstraint("action_id", "due_at", "step"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    action_id: int = Field(foreign_key="corrective_action.id")
    due_at: datetime = Field(sa_type=Instant)
    step: str = Field(max_length=20)
    reminded_at: datetime = Field(sa_type=Instant)
