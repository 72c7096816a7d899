"""Warnings to accounts that nobody uses, and accounts that were blocked for it, as rows."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, row_id


class Dormancy(Row, table=True):
    """One time in which an account was not used: warned, and blocked where it stayed unused."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    person: str = Field(foreign_key="person.number", max_length=16, index=True)
    since: datetime = Field(sa_type=Instant)  # the last use
    warned_at: datetime = Field(sa_type=Instant)
    blocks_at: datetime = Field(sa_type=Instant)  # as the warning said
    blocked_at: datetime | None = Field(default=None, sa_type=Instant)
