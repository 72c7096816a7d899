"""Policy exceptions, as rows."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, row_id


class PolicyException(Row, table=True):
    """An exception as asked for in a change request; in force once that is approved, until `ends_at`."""

    __tablename__ = "policy_exception"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    change: str = Field(unique=True, max_length=16)  # the number of the change request that asks for it
    model_id: int = Field(foreign_key="model.id", index=True)
    version_id: int = Field(foreign_key="model_version.id", index=True)  # on which it was reviewed
    whole_model: bool = False  # it covers every version of the model
    clause: str = Field(max_length=20)
    title: str = Field(max_length=300)
    direction: str = Field(default="", max_length=10)
    threshold: float | None = None
    figure: float | None = None  # the worst one of the clause at the review
    lacking: str = Field(default="", max_length=500)  # what was missing at the review, one thing a line
    controls: str = Field(max_length=4000)  # the compensating controls
    starts_at: datetime | None = Field(default=None, sa_type=Instant)  # none until it is approved
    ends_at: datetime = Field(sa_type=Instant, index=True)
    extends: str | None = Field(default=None, max_length=16)  # the exception that this one carries on
    ended_by: str | None = Field(default=None, max_length=16)  # before its time
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    end_reason: str = Field(default="", max_length=2000)
