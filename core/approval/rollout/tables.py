"""How far the execution of a change is, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from core.approval.rollout.rules import RolloutStatus, Strategy
from core.inventory.deployments.rules import PRODUCTION
from core.store.base import Row
from core.store.types import Instant, choice, row_id

OPEN = text("status IN ('under way', 'halted')")
HELD = text("released_at IS NULL")


class Rollout(Row, table=True):
    """The execution of one change along its plan; one at a time for a model in an environment.

    `plan` holds the steps as lines of phase, percent and hours of hold, as the policy said them when it began.
    """

    __table_args__ = (
        Index("uq_rollout_open", "model_id", "environment", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    change_id: int = Field(foreign_key="change_request.id", index=True)
    model_id: int = Field(foreign_key="model.id")
    version_id: int = Field(foreign_key="model_version.id")
    former_version_id: int | None = Field(default=None, foreign_key="model_version.id")
    environment: str = Field(default=PRODUCTION, max_length=50)
    strategy: Strategy = Field(sa_type=choice(Strategy))
    slot: str = Field(default="", max_length=50)
    plan: str = Field(max_length=2000)
    clause: str = Field(default="", max_length=80)
    step: int  # from 0
    step_since: datetime = Field(sa_type=Instant)
    hold_until: datetime = Field(sa_type=Instant)
    status: RolloutStatus = Field(sa_type=choice(RolloutStatus))
    begun_by: str = Field(max_length=16)
    begun_at: datetime = Field(sa_type=Instant)
    said: str = Field(default="", max_length=2000)  # why it was halted or aborted
    ended_by: str = Field(default="", max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = 1


class RolloutHold(Row, table=True):
    """A breach for which a version on its way into production is held until a person releases it; one at a time."""

    __tablename__ = "rollout_hold"
    __table_args__ = (
        Index("uq_rollout_hold_open", "rollout_id", unique=True, sqlite_where=HELD, postgresql_where=HELD),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    rollout_id: int = Field(foreign_key="rollout.id", index=True)
    step: int  # of the rollout, at which it was held
    what: str = Field(max_length=300)  # failed, in words
    monitor: str = Field(max_length=80)  # the clause that says what is checked
    chunk: str = Field(max_length=40)
    severity: str = Field(max_length=16)
    clause: str = Field(max_length=80)  # of the policy that holds it
    share_before: int
    share: int  # since then: as before, or 0 where the policy says so
    held_at: datetime = Field(sa_type=Instant)
    alert: str = Field(default="", max_length=16)
    released_at: datetime | None = Field(default=None, sa_type=Instant)
    released_by: str = Field(default="", max_length=16)
    released_because: str = Field(default="", max_length=2000)
