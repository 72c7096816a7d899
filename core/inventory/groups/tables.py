"""Named groups of models, which a grant may reach."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.access.rules.granting import AskedStatus
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class ModelGroup(Row, table=True):
    """A named set of models across business lines; one that ended holds none and is reached by nobody."""

    __tablename__ = "model_group"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    name: str = Field(unique=True, max_length=200)
    purpose: str = Field(max_length=1000)
    created_by: str = Field(max_length=16)
    created_at: datetime = Field(sa_type=Instant)
    ended_by: str | None = Field(default=None, max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class ModelGroupMember(Row, table=True):
    """A model in a group; the ledger keeps who put it there and who took it out."""

    __tablename__ = "model_group_member"
    __table_args__ = (UniqueConstraint("group_id", "model_id"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    group_id: int = Field(foreign_key="model_group.id")
    model_id: int = Field(foreign_key="model.id", index=True)
    added_by: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)


class AskedMembers(Row, table=True):
    """Models that one administrator asked to put into a group that a sensitive role reaches; a second one decides."""

    __tablename__ = "asked_members"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    group_id: int = Field(foreign_key="model_group.id", index=True)
    models: str = Field(max_length=4000)  # their numbers, a space between
    reason: str = Field(max_length=1000)
    asked_by: str = Field(max_length=16)
    asked_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    status: AskedStatus = Field(sa_type=choice(AskedStatus), index=True)
    decided_by: str | None = Field(default=None, max_length=16)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decision_reason: str = Field(default="", max_length=1000)
