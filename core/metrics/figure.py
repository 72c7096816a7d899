"""One number that a policy can set a threshold on: its interval, the rows it rests on, or the reason it is missing."""

from dataclasses import dataclass

from core.metrics.intervals import Interval
from core.metrics.verdicts import Judgement, judge


@dataclass(frozen=True)
class Figure:
    """One number over `n` rows with its 95 % interval and how that was found, or the reason why it is not available.

    `metric` is its name in full, as policies write it; `subject` is what it is about where there are several: a column,
    a class, a slice. `value` is finite or None; what is undefined or infinite is None with its `reason`.
    """

    metric: str
    value: float | None
    interval: Interval | None
    n: int
    method: str = ""
    reason: str = ""
    subject: str = ""

    def judge(self, threshold: float, direction: str, *, minimum_rows: int = 1) -> Judgement:
        """The verdict on this figure; `direction` is “at least” or “at most”."""
        return judge(
            self.value, self.interval, threshold, direction, n=self.n, minimum_n=minimum_rows, reason=self.reason
        )


def missing(metric: str, reason: str, *, n: int = 0, subject: str = "") -> Figure:
    """A figure that is not available, with its reason."""
    return Figure(metric, None, None, n, reason=reason, subject=subject)
