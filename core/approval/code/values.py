"""What a pipeline or a forge says of code, as plain values that were checked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.approval.code.rules import CheckState, ReviewState
from core.errors import Problem, Unreadable
from core.inventory.intake import text_problems

REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
REPOSITORY = re.compile(r"[\w.~-]+(/[\w.~-]+)+")
MOST = 200


@dataclass(frozen=True)
class SaidReview:
    """What a reviewer said, and when."""

    reviewer: str
    state: ReviewState
    at: datetime


@dataclass(frozen=True)
class SaidCheck:
    """What a check said of a commit, and when."""

    name: str
    state: CheckState
    at: datetime
    revision: str = ""  # empty: of the commit that is told of


@dataclass(frozen=True)
class SaidChange:
    """A pull request as it stands; `merged_as` is empty until it is merged."""

    number: int
    author: str
    title: str = ""
    head: str = ""
    merged_as: str = ""


@dataclass(frozen=True)
class CodeReport:
    """What is said at once of one repository: a commit, its pull request with reviews, and results of checks.

    Empty `revision`: the report is of a pull request alone.
    """

    repository: str
    revision: str = ""
    change: SaidChange | None = None
    reviews: tuple[SaidReview, ...] = ()
    checks: tuple[SaidCheck, ...] = ()


def check_report(report: CodeReport, *, with_commit: bool) -> None:
    """Raise `Unreadable` with every part that cannot be what it should be."""
    problems = [*_names(report, with_commit=with_commit), *_texts(report, with_author=with_commit)]
    if len(report.reviews) > MOST or len(report.checks) > MOST:
        problems.append(Problem("too many at once", found="reviews or checks", expected=f"at most {MOST} of each"))
    if report.reviews and report.change is None:
        problems.append(Problem("reviews without a pull request", column="reviews", expected="a pull request too"))
    if report.change is not None and not 0 < report.change.number < 2**31:
        problems.append(Problem("not a number of a pull request", column="number", found=str(report.change.number)))
    if problems:
        raise Unreadable(problems)


def _names(report: CodeReport, *, with_commit: bool) -> Iterable[Problem]:
    if len(report.repository) > 300 or not REPOSITORY.fullmatch(report.repository):
        yield Problem(
            "not a repository", column="repository", found=report.repository[:60], expected="such as owner/name"
        )
    change = report.change
    commits = {
        "revision": report.revision,
        "head": change.head if change else "",
        "merged_as": change.merged_as if change else "",
        **{f"check {one.name[:60]}": one.revision for one in report.checks},
    }
    for column, commit in commits.items():
        if commit and not REVISION.fullmatch(commit):
            yield Problem("not a commit", column=column, found=commit[:60], expected="40 or 64 hexadecimal digits")
    if with_commit and not report.revision:
        yield Problem("nothing entered", column="revision", expected="the commit from which the version was made")


def _texts(report: CodeReport, *, with_author: bool) -> Iterable[Problem]:
    """GitLab names an author by number alone, unless they act themselves: then it is left empty."""
    change = report.change
    short: Sequence[tuple[str, str, int]] = (
        *((("title", change.title, 500), ("author", change.author, 200)) if change else ()),
        *((f"review {place}: reviewer", one.reviewer, 200) for place, one in enumerate(report.reviews, start=1)),
        *((f"check {place}: name", one.name, 300) for place, one in enumerate(report.checks, start=1)),
    )
    optional = {"title"} if with_author else {"title", "author"}
    for column, text, longest in short:
        yield from text_problems(column, text, longest=longest, required=column not in optional)
