"""Break-glass accesses and the pages opened under them, as rows."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, row_id


class BreakGlass(Row, table=True):
    """Read access to everything that one person opened for an hour; open while now lies before `ends_at`."""

    __tablename__ = "break_glass"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    person: str = Field(foreign_key="person.number", max_length=16, index=True)
    roles: str = Field(max_length=200)  # held at that moment, in one line
    reason: str = Field(max_length=1000)
    opened_at: datetime = Field(sa_type=Instant, index=True)
    ends_at: datetime = Field(sa_type=Instant)  # moved to the moment at which somebody ended it
    ended_by: str | None = Field(default=None, max_length=16)  # none: it ended by time
    end_reason: str = Field(default="", max_length=1000)
    pages: int = 0  # entries of the ledger about pages opened under it
    reviewed_by: str | None = Field(default=None, max_length=16)
    reviewed_at: datetime | None = Field(default=None, sa_type=Instant)
    sound: bool | None = None
    review: str = Field(default="", max_length=4000)


class BreakGlassPage(Row, table=True):
    """A page opened under a break-glass access in one minute: the ledger says it once."""

    __tablename__ = "break_glass_page"

    access: str = Field(primary_key=True, foreign_key="break_glass.number", max_length=16)
    page: str = Field(primary_key=True, max_length=200)  # its address, with the numbers of records that it shows
    minute: int = Field(primary_key=True)  # since the access was opened
    at: datetime = Field(sa_type=Instant)
