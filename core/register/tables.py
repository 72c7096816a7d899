"""Who was told that something in the register is overdue, as rows."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, row_id


class OverdueNotice(Row, table=True):
    """One step of the escalation of one overdue item; once for each due date that passed."""

    __tablename__ = "overdue_notice"
    __table_args__ = (UniqueConstraint("kind", "number", "step", "due_at"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    kind: str = Field(max_length=40)  # a RecordKind
    number: str = Field(max_length=16)
    step: int  # from 1
    due_at: datetime = Field(sa_type=Instant)  # the due date that passed
    told: str = Field(default="", max_length=400)  # people, a space between their numbers
    alert: str = Field(default="", max_length=16)
    noticed_at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
