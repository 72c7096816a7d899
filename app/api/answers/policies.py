"""What the API answers about policies and their drafts."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from app.api.problems import InputDetail
from core.approval.simulation.values import Summary
from core.policy.diffing import Change
from core.policy.life import DraftStatus, SimulationStatus, Standing
from core.policy.rules import Policy


class PolicyLine(BaseModel):
    """A published policy in the list."""

    policy: int = Field(description="What addresses it", examples=[1])
    name: str
    version: str
    standing: Standing
    digest: str = Field(description="Of its text")
    author: str = Field(description="Empty for the one that an installation begins with")
    published_by: str
    published_at: datetime
    effective_from: datetime


class PolicyList(BaseModel):
    """Published policies, the latest effective date first."""

    policies: list[PolicyLine]
    total: int
    limit: int
    offset: int


class PolicyView(PolicyLine):
    """A published policy with its clauses and its text."""

    clauses: Policy
    text: str = Field(description="TOML, as it was written")


class Differs(BaseModel):
    """One clause that differs."""

    section: str
    clause: str
    title: str
    change: Change
    said: str = Field(examples=["at least 0.80 → 0.85; applies now to tiers 1, 2"])


class CheckedPolicy(BaseModel):
    """What a text is as a policy; nothing is stored."""

    readable: bool
    name: str = ""
    version: str = ""
    problems: list[InputDetail] = Field(description="Each with its line")
    differences: list[Differs] = Field(description="Against the policy in force")


class DraftView(BaseModel):
    """A draft; it belongs to its author, and somebody else publishes it on a page."""

    draft: str = Field(examples=["PD0001"])
    status: DraftStatus
    author: str
    reason: str
    revision: int
    digest: str
    text: str
    problems: list[InputDetail]
    published_as: int | None


class Drafted(Recorded):
    """A draft that was begun."""

    draft: str = Field(examples=["PD0001"])
    revision: int
    digest: str
    problems: list[InputDetail] = Field(description="What is still to put right before it can be submitted")


class SimulationStarted(Recorded):
    """A simulation that waits for a worker."""

    simulation: str = Field(examples=["SM0001"])
    draft: str


class SimulationView(BaseModel):
    """The newest simulation of a draft."""

    simulation: str
    status: SimulationStatus
    digest: str = Field(description="Of the text that was simulated")
    step: str
    steps_done: int
    steps_total: int
    error: str
    finished_at: datetime | None
    summary: Summary | None = Field(description="What the draft would change, once it has finished")
