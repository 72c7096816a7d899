"""What the API answers about execution: who and what is in production, steps of a rollout, the way back, and code."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from core.approval.rollout.rules import RolloutStatus
from core.approval.rules import ChangeStatus
from core.inventory.deployments.rules import DrillOutcome, Ending
from core.inventory.rules import Stage
from core.policy.rules import Phase


class StayView(BaseModel):
    """A version that stands, or stood, in an environment."""

    version: str
    phase: Phase
    share: int = Field(description="Of the cases, in percent; 0 in shadow")
    since: datetime
    moved_by: str = Field(examples=["P0002"])
    replaced: str | None = Field(description="The version whose place it took")
    change: str | None = Field(description="The change request that it carries out", examples=["CR0001"])
    slot: str | None = Field(description="The place that serves, in a blue-green rollout")
    until: datetime | None = None
    ended_as: Ending | None = None
    evidence_digest: str
    artefact_digest: str | None


class RestrictionView(BaseModel):
    """A bound on the use of the model that is in force."""

    text: str
    version: str | None
    change: str
    since: datetime


class Production(BaseModel):
    """Who and what stands, or stood, in an environment; `version` is the one in full."""

    model: str
    environment: str
    at: datetime
    version: str | None
    stage: Stage | None = Field(description="Of that version, today")
    evidence_digest: str | None
    artefact_digest: str | None
    since: datetime | None
    moved_by: str | None
    change: str | None
    beside: list[StayView] = Field(description="Versions in shadow or canary beside it")
    restrictions: list[RestrictionView]


class DeploymentList(BaseModel):
    """The history of what stood where, newest first."""

    deployments: list[StayView]
    total: int
    limit: int
    offset: int


class RolloutStep(Recorded):
    """How far the execution of a change is after an act."""

    change: str
    status: ChangeStatus
    rollout: RolloutStatus | None = Field(description="None: this kind of change takes no rollout")
    step: int = Field(description="From 0")


class WentBack(Recorded):
    """Which version stands now."""

    model: str
    environment: str
    former: str = Field(description="The version that was rolled back")
    version: str = Field(description="The version that stands now")


class DrillView(Recorded):
    """What a rehearsal of the rollback came to."""

    model: str
    outcome: DrillOutcome
    former: str | None
    version: str | None = Field(description="The version that a rollback would bring back")
    found: list[str] = Field(description="What stood against it")
    microseconds: int


class CodeReported(Recorded):
    """Of which version a commit is now on record."""

    model: str
    version: str
