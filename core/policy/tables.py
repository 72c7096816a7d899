"""Policies: drafts that change, versions that never do once they are published, and what a draft would change."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.policy.life import DraftStatus, SimulationStatus
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class PolicyVersion(Row, table=True):
    """A published policy: its text is what was judged by."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    name: str = Field(max_length=200)
    version: str = Field(max_length=32)
    body: str  # TOML
    digest: str = Field(unique=True, max_length=64)
    author: str = Field(default="", max_length=16)  # empty: the one that an installation begins with
    reason: str = Field(default="", max_length=4000)
    published_by: str = Field(max_length=16)
    published_at: datetime = Field(sa_type=Instant)
    effective_from: datetime = Field(sa_type=Instant, index=True)
    withdrawn_by: str | None = Field(default=None, max_length=16)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_reason: str = Field(default="", max_length=4000)


class PolicyDraft(Row, table=True):
    """A policy that is being written; its text need not be valid."""

    __tablename__ = "policy_draft"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    body: str  # TOML, or what is to become it
    digest: str = Field(max_length=64)
    based_on: int | None = Field(default=None, foreign_key="policy_version.id")
    author: str = Field(max_length=16, index=True)
    reason: str = Field(max_length=4000)  # why it was begun, and since it was submitted, why it is to be published
    status: DraftStatus = Field(default=DraftStatus.DRAFT, sa_type=choice(DraftStatus), index=True)
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_by: str | None = Field(default=None, max_length=16)
    returned_reason: str = Field(default="", max_length=4000)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    published_as: int | None = Field(default=None, foreign_key="policy_version.id")
    revision: int = 1


class PolicySimulation(Row, table=True):
    """What a draft's text would have changed, held against everything stored at one moment."""

    __tablename__ = "policy_simulation"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    draft_id: int = Field(foreign_key="policy_draft.id", index=True)
    body: str  # the text, as it was simulated
    digest: str = Field(max_length=64, index=True)
    against_id: int = Field(foreign_key="policy_version.id")  # the policy in force then
    status: SimulationStatus = Field(default=SimulationStatus.QUEUED, sa_type=choice(SimulationStatus))
    step: str = Field(default="", max_length=200)
    steps_done: int = 0
    steps_total: int = 0
    summary: str = ""  # JSON
    error: str = Field(default="", max_length=1000)
    requested_by: str = Field(max_length=16)
    requested_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
