"""What a pipeline sends about code, rollouts and the way back."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from app.api.wishes import Wish
from core.approval.code.rules import CheckState, ReviewState
from core.approval.code.values import CodeReport, SaidChange, SaidCheck, SaidReview
from core.approval.rollout.rules import Act, Strategy
from core.inventory.deployments.rules import PRODUCTION

Commit = Annotated[str, Field(pattern="^([0-9a-f]{40}|[0-9a-f]{64})$", description="The whole commit id")]


class ReviewWish(Wish):
    """A review of the pull request."""

    reviewer: str = Field(max_length=200, description="As the forge names them")
    state: ReviewState
    at: AwareDatetime


class CheckWish(Wish):
    """A result of continuous integration on the commit."""

    name: str = Field(max_length=300)
    state: CheckState
    at: AwareDatetime


class PullRequestWish(Wish):
    """The pull request, or merge request, that brought the commit in."""

    number: int = Field(ge=1, le=10**9)
    author: str = Field(max_length=200)
    title: str = Field("", max_length=500)
    head: Commit | None = Field(None, description="The newest commit of its branch")
    merged_as: Commit | None = Field(None, description="The commit that it became")
    reviews: list[ReviewWish] = Field([], max_length=200)


class CodeWish(Wish):
    """The commit from which a version was made."""

    repository: str = Field(max_length=300, examples=["bank/credit-score"])
    commit: Commit
    pull_request: PullRequestWish | None = None
    checks: list[CheckWish] = Field([], max_length=200)

    def entered(self) -> CodeReport:
        pull = self.pull_request
        change = (
            SaidChange(pull.number, pull.author, pull.title, pull.head or "", pull.merged_as or "") if pull else None
        )
        reviews = tuple(SaidReview(one.reviewer, one.state, one.at) for one in pull.reviews) if pull else ()
        checks = tuple(SaidCheck(one.name, one.state, one.at) for one in self.checks)
        return CodeReport(self.repository, self.commit, change, reviews, checks)


class RolloutWish(Wish):
    """A step of a rollout; `reason` is for halting, aborting and releasing a hold, `strategy` for beginning."""

    act: Act
    reason: str = Field("", max_length=2000)
    strategy: Strategy = Strategy.STEPWISE


class RollbackWish(Wish):
    """Back to the last approved version."""

    reason: str = Field(max_length=2000, examples=["Error rate above 5 % since 14:10 UTC."])
    environment: str = Field(PRODUCTION, max_length=50)
    seen: str | None = Field(
        None, max_length=64, description="The version that stood when this was decided; refused where another stands"
    )


class DrillWish(Wish):
    """A rehearsal of that."""

    environment: str = Field(PRODUCTION, max_length=50)


class PlaceWish(Wish):
    """A version to stand in an environment beside production."""

    environment: str = Field(max_length=50, examples=["staging"])
    reason: str = Field("", max_length=2000)
