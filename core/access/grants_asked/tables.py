"""Grants that were asked for, as rows."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from core.access.rules import EVERYWHERE, Role
from core.access.rules.granting import AskedStatus
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class AskedGrant(Row, table=True):
    """A grant of a sensitive role that one administrator asked for and a second one decides on."""

    __tablename__ = "asked_grant"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    person: str = Field(foreign_key="person.number", index=True)
    role: Role = Field(sa_type=choice(Role))
    reason: str = Field(max_length=1000)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    reach: str = EVERYWHERE.text  # the text of a `Reach`
    asked_by: str = Field(max_length=16)
    asked_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    status: AskedStatus = Field(sa_type=choice(AskedStatus), index=True)
    decided_by: str | None = Field(default=None, max_length=16)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decision_reason: str = Field(default="", max_length=1000)
