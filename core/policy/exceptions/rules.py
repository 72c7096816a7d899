"""What an exception lifts: one clause, of one version or model, for a time, and no worse than was reviewed."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Standing:
    """An approved exception from `clause`; `figure` is the worst that was reviewed, None where there was none.

    `direction` is the clause's: “at least” or “at most”. It stands from `starts_at` until just before `ends_at`.
    `lacking` is what was missing at the review, where the clause requires evidence or the record of a dataset.
    """

    number: str
    clause: str
    direction: str
    figure: float | None
    starts_at: datetime
    ends_at: datetime
    lacking: frozenset[str] = frozenset()

    def stands(self, at: datetime) -> bool:
        """Whether it has begun and not ended; it ends by itself."""
        return self.starts_at <= at < self.ends_at


def covers(exception: Standing, *, clause: str, figure: float | None, at: datetime) -> bool:
    """Whether the exception lifts this failed check: the clause it was granted for, no worse than what was reviewed.

    A figure that could not be computed is covered only where none could be computed at the review.
    """
    if exception.clause != clause or exception.lacking or not exception.stands(at):
        return False
    if figure is None or exception.figure is None:
        return figure is exception.figure
    return figure >= exception.figure if exception.direction == "at least" else figure <= exception.figure


def covers_missing(exception: Standing, *, clause: str, lacks: Set[str], at: datetime) -> bool:
    """Whether the exception lifts this missing evidence or record: its clause, and nothing more than was reviewed."""
    return exception.clause == clause and exception.stands(at) and lacks <= exception.lacking
