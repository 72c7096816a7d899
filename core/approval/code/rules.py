"""Whose review of the code counts, and what stands against a version whose code was not reviewed enough."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Refusal

CLAUSE = "code review"


class ReviewState(StrEnum):
    """What a reviewer said last of a pull request."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes requested"
    COMMENTED = "commented"
    DISMISSED = "dismissed"


class CheckState(StrEnum):
    """The result of a check of continuous integration."""

    PASSED = "passed"
    FAILED = "failed"
    RUNNING = "running"
    SKIPPED = "skipped"


class Source(StrEnum):
    """Who told us."""

    PIPELINE = "pipeline"
    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True)
class Review:
    """One reviewer's last word."""

    reviewer: str
    state: ReviewState


@dataclass(frozen=True)
class CommitFacts:
    """The commit behind a version in one repository, with the pull request that brought it in, if there was one."""

    repository: str
    revision: str
    author: str = ""
    reviews: tuple[Review, ...] = ()
    failed_checks: tuple[str, ...] = ()
    running_checks: tuple[str, ...] = ()
    merged: bool = True

    @property
    def approvers(self) -> tuple[str, ...]:
        """The people who approved it and did not write it, each once."""
        return approvers(self.author, self.reviews)


def approvers(author: str, reviews: Iterable[Review]) -> tuple[str, ...]:
    """People whose last word is an approval, without the author and without bots; names are equal in any case."""
    standing = {
        review.reviewer.casefold(): review.reviewer for review in reviews if review.state is ReviewState.APPROVED
    }
    return tuple(
        sorted(
            name for folded, name in standing.items() if folded != author.casefold() and not folded.endswith("[bot]")
        )
    )


def code_refusals(demanded: int, commits: tuple[CommitFacts, ...]) -> tuple[Refusal, ...]:
    """What stands against a version of which policy demands so many human code reviews; none demanded, none stands."""
    if demanded < 1:
        return ()
    if not commits:
        return (
            Refusal(
                "no-code",
                f"Policy demands {_reviews(demanded)}, and no commit is on record for this version",
                CLAUSE,
                "Have the pipeline post the commit and its pull request.",
            ),
        )
    return tuple(reason for commit in commits for reason in _commit(demanded, commit))


def _commit(demanded: int, commit: CommitFacts) -> list[Refusal]:
    name = f"{commit.repository} at {commit.revision[:8]}"
    reasons = []
    given = len(commit.approvers)
    if given < demanded:
        reasons.append(
            Refusal(
                "code-reviews",
                f"{name} was approved by {given} of {demanded} reviewers who did not write it",
                CLAUSE,
                "Have it reviewed, and tell us of the review.",
            )
        )
    if not commit.merged:
        reasons.append(
            Refusal("code-not-merged", f"The pull request of {name} is not merged", CLAUSE, "Merge it first.")
        )
    objections = sorted(one.reviewer for one in commit.reviews if one.state is ReviewState.CHANGES_REQUESTED)
    reasons += [
        Refusal("code-objection", f"{who} asked for changes to {name}", CLAUSE, "Have them approve or dismiss it.")
        for who in objections
    ]
    reasons += [
        Refusal("code-check", f"Check {check} failed on {name}", CLAUSE, "Put it right and report again.")
        for check in commit.failed_checks
    ]
    reasons += [
        Refusal("code-check-running", f"Check {check} has not ended on {name}", CLAUSE, "Wait for its result.")
        for check in commit.running_checks
    ]
    return reasons


def _reviews(number: int) -> str:
    return "1 code review" if number == 1 else f"{number} code reviews"
