"""Environments, and every stay of a version in one, as rows."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlmodel import Field

from core.inventory.deployments.rules import PRODUCTION, DrillOutcome, Ending
from core.policy.rules import Phase
from core.store.base import Row
from core.store.types import Instant, choice, row_id

STANDS = text("until IS NULL")


class Environment(Row, table=True):
    """A place where versions serve, beside production, which every installation has.

    `slot_of` names the environment whose two slots take turns in a blue-green rollout; empty for a place of its own.
    """

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    name: str = Field(unique=True, max_length=50)
    slot_of: str = Field(default="", max_length=50)
    serves: bool = False  # people: it takes approved versions only
    note: str = Field(default="", max_length=1000)
    added_by: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)


class Deployment(Row, table=True):
    """One stay: this version served this environment, in this phase, from `since` until `until`.

    `replaced_version_id` is the version whose place it took. Of one model at most one stay in each phase stands.
    """

    __table_args__ = (
        CheckConstraint("share between 0 and 100", name="share"),
        Index(
            "uq_deployment_standing",
            "model_id",
            "environment",
            "phase",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
        Index("ix_deployment_at", "model_id", "environment", "since"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    version_id: int = Field(foreign_key="model_version.id", index=True)
    replaced_version_id: int | None = Field(default=None, foreign_key="model_version.id")
    environment: str = Field(default=PRODUCTION, max_length=50)
    phase: Phase = Field(sa_type=choice(Phase))
    share: int  # of the cases, in percent; 0 in shadow
    slot: str = Field(default="", max_length=50)  # the environment that serves, in a blue-green rollout
    change: str = Field(default="", max_length=16)  # number of the change that it carries out; empty for a placement
    reason: str = Field(default="", max_length=2000)
    since: datetime = Field(sa_type=Instant)
    moved_by: str = Field(max_length=16)
    until: datetime | None = Field(default=None, sa_type=Instant)
    ended_as: Ending | None = Field(default=None, sa_type=choice(Ending))
    ended_by: str = Field(default="", max_length=16)
    ended_because: str = Field(default="", max_length=2000)


class Restriction(Row, table=True):
    """A bound on the use of a model that a change put in force, until it is lifted."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id", index=True)
    version_id: int | None = Field(default=None, foreign_key="model_version.id")
    text: str = Field(max_length=4000)
    change: str = Field(max_length=16)
    since: datetime = Field(sa_type=Instant)
    set_by: str = Field(max_length=16)
    until: datetime | None = Field(default=None, sa_type=Instant)
    lifted_by: str = Field(default="", max_length=16)
    lifted_change: str = Field(default="", max_length=16)  # that ended it


class Drill(Row, table=True):
    """A rollback that was rehearsed: against the rules and the registry, without moving anything."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id", index=True)
    environment: str = Field(default=PRODUCTION, max_length=50)
    from_version_id: int | None = Field(default=None, foreign_key="model_version.id")
    to_version_id: int | None = Field(default=None, foreign_key="model_version.id")
    outcome: DrillOutcome = Field(sa_type=choice(DrillOutcome))
    found: str = Field(default="", max_length=8000)  # one line for each thing that stood against it
    microseconds: int
    at: datetime = Field(sa_type=Instant)
    by: str = Field(max_length=16)
