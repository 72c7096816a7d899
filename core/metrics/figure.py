"""One number that a policy can set a threshold on: its interval, the rows it rests on, or the reason it is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.metrics.intervals import Interval
from core.metrics.verdicts import Judgement, judge

PROPER: Mapping[str, str] = MappingProxyType(
    {
        "auc": "AUC", "brier": "Brier", "chi square": "chi-square", "f1": "F1", "jensen shannon": "Jensen–Shannon",
        "kolmogorov smirnov": "Kolmogorov–Smirnov", "matthews": "Matthews", "pr": "PR", "psi": "PSI",
        "roc": "ROC", "wasserstein": "Wasserstein",
    }
)  # fmt: skip


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


def spoken(name: str) -> str:
    """The name of a metric or method as people write it: “roc_auc” is “ROC AUC”, “f1_score” “F1 score”."""
    words = f" {name.replace('_', ' ')} "
    for plain, proper in PROPER.items():
        words = words.replace(f" {plain} ", f" {proper} ")
    words = words.strip()
    return words[:1].upper() + words[1:]
