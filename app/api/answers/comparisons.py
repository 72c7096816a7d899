"""What the API asks and answers about comparisons and rollback by policy."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from app.api.answers.acts import Recorded
from app.api.wishes import Wish
from core.improvement.comparisons.asking import Question
from core.improvement.comparisons.rules import ComparisonStatus, Recommendation, Side, SourceKind
from core.improvement.rollback.rules import Outcome
from core.inventory.deployments.rules import PRODUCTION


class ComparisonWish(Wish):
    """Which challenger is held against which champion, on which rows."""

    champion: str = Field(max_length=64, examples=["1.0.0"])
    challenger: str = Field(max_length=64, examples=["1.1.0"])
    source: SourceKind = SourceKind.PRODUCTION
    champion_environment: str = Field(PRODUCTION, max_length=50)
    challenger_environment: str = Field(PRODUCTION, max_length=50, examples=["shadow"])
    starts_at: AwareDatetime | None = Field(None, description="Production data from then on; all of them unless told")
    ends_at: AwareDatetime | None = Field(None, description="and before then")

    def entered(self, model: str) -> Question:
        return Question(
            model, self.champion, self.challenger, self.source, self.champion_environment, self.challenger_environment,
            self.starts_at, self.ends_at,
        )  # fmt: skip


class PromotionWish(Wish):
    """The reason for which a challenger is to take the champion's place."""

    rationale: str = Field(max_length=4000)


class ComparisonAsked(Recorded):
    """A comparison that is queued; read it until it is finished."""

    comparison: str = Field(examples=["CO0001"])


class ReasonView(BaseModel):
    """One step of the rule."""

    side: Side
    said: str
    clause: str


class ComparisonView(BaseModel):
    """A comparison and, once it is finished, its answer: `result` has every figure."""

    comparison: str
    model: str
    champion: str
    challenger: str
    source: SourceKind
    status: ComparisonStatus
    step: str
    error: str
    pairs: int | None
    recommendation: Recommendation | None
    reasons: list[ReasonView]
    result: dict[str, Any] | None = Field(description="Differences, groups, disagreement, cost and latency")
    result_digest: str
    change: str | None
    asked_at: datetime
    finished_at: datetime | None


class ComparisonList(BaseModel):
    """Comparisons of a model, the newest first."""

    comparisons: list[str]
    total: int
    limit: int
    offset: int


class Promotion(Recorded):
    """The change request that a comparison led to."""

    change: str


class DecisionView(BaseModel):
    """What was decided about a rollback by policy, on which facts."""

    decision: str = Field(examples=["RB0001"])
    at: datetime
    outcome: Outcome
    clause: str
    found: str
    version: str
    former: str | None
    chunks: list[str] = Field(description="That failed in a row, the newest last")
    needed: int
    against: list[str] = Field(description="Why it was held back")
    incident: str | None
    alert: str | None


class DecisionList(BaseModel):
    """Decisions about rollbacks by policy, the newest first."""

    decisions: list[DecisionView]
    total: int
    limit: int
    offset: int
