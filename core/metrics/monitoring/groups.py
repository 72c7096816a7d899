"""Figures of a sensitive attribute in a chunk, from the counts of its groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.metrics.figure import Figure, missing

Rate = Callable[["GroupCounts"], float | None]


@dataclass(frozen=True)
class GroupCounts:
    """One group: its rows and those predicted positive; of its labelled rows, how many there are of each outcome."""

    attribute: str
    group: str
    rows: int
    selected: int
    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0
    true_negatives: int = 0

    @property
    def labelled(self) -> int:
        return self.true_positives + self.false_positives + self.false_negatives + self.true_negatives

    @property
    def selection_rate(self) -> float | None:
        return _over(self.selected, self.rows)

    @property
    def accuracy(self) -> float | None:
        return _over(self.true_positives + self.true_negatives, self.labelled)

    @property
    def true_positive_rate(self) -> float | None:
        return _over(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def false_positive_rate(self) -> float | None:
        return _over(self.false_positives, self.false_positives + self.true_negatives)


RATES: dict[str, tuple[Rate, bool]] = {
    "impact_ratio": (lambda one: one.selection_rate, False),
    "demographic_parity_difference": (lambda one: one.selection_rate, False),
    "true_positive_rate_difference": (lambda one: one.true_positive_rate, True),
    "false_positive_rate_difference": (lambda one: one.false_positive_rate, True),
    "accuracy_difference": (lambda one: one.accuracy, True),
}


def compared(metric: str, groups: Sequence[GroupCounts], *, minimum_group: int) -> Figure:
    """The lowest rate as a share of the highest, or the highest less the lowest, of groups that are large enough.

    Source of the ratio: 29 CFR 1607.4(D). `n` is the size of the smaller of the two groups compared. Not available
    where fewer than two groups can be judged, or the highest rate is 0.
    """
    subject = groups[0].attribute if groups else ""
    rate, of_labels = RATES[metric]
    large = [one for one in groups if (one.labelled if of_labels else one.rows) >= minimum_group]
    rates = [(found, one) for one in large if (found := rate(one)) is not None]
    if len(rates) < 2:
        what = "labelled rows" if of_labels else "rows"
        reason = f"{len(rates)} groups have the {minimum_group} {what} that a comparison takes, fewer than 2"
        return missing(metric, reason, subject=subject)
    (low, lowest), (high, highest) = min(rates, key=_rate), max(rates, key=_rate)
    n = min(one.labelled if of_labels else one.rows for one in (lowest, highest))
    said = f"lowest {lowest.group}, highest {highest.group}"
    if metric != "impact_ratio":
        return Figure(metric, high - low, None, n, said, subject=subject)
    if not high:
        return missing(metric, "Nobody is predicted positive", n=n, subject=subject)
    return Figure(metric, low / high, None, n, said, subject=subject)


def _rate(pair: tuple[float, GroupCounts]) -> float:
    return pair[0]


def _over(count: int, of: int) -> float | None:
    return count / of if of else None
