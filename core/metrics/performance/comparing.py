"""A model against another on the same label: row by row where rows match, else as two samples.

A change is current less other; its subject says who the other is.
"""

from dataclasses import dataclass
from math import sqrt

from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval
from core.metrics.performance.paired import Certainty, PairedSums, certainties, inverted
from core.metrics.performance.results import PerformanceResult
from core.metrics.significance import compare

SYMMETRIC = ("DeLong", "normal", "Wald", "delta method")  # intervals that were symmetric before they were cut
SHARES = ("accuracy", "precision", "recall", "specificity")  # of the n rows of their figure
TWO_SAMPLES = "two samples"


@dataclass(frozen=True)
class Change:
    """One metric of two models: the figures of each, and their difference with interval and two-sided p-value."""

    metric: str
    current: float | None
    other: float | None
    change: Figure
    p_value: float | None


@dataclass(frozen=True)
class PerformanceComparison:
    """Current model against another: `paired` rows that both predicted (0: compared as two samples, `note` says why).

    `rows` are those of either file.
    """

    other: str
    rows: tuple[int, int]
    paired: int
    changes: tuple[Change, ...]
    note: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The changes as figures that a policy can judge: `<metric>_change`."""
        return tuple(change.change for change in self.changes)


def compare_results(
    current: PerformanceResult,
    other: PerformanceResult,
    *,
    name: str,
    paired: PairedSums | None = None,
    rows: tuple[int, int] | None = None,
    note: str = "",
) -> PerformanceComparison:
    """Every metric that both results have, also of results that were stored.

    With `paired`, both results are of the same rows, and `paired` holds what these have in common; the methods are
    those of `core.metrics.performance.paired`. Else, and for metrics that have no paired method, the change is that of
    two samples: the distances of both intervals squared and added (Zou and Donner, Statistics in Medicine 27 (2008)
    1693–1702; for shares Newcombe's method 10, 17 (1998) 873–890), the p-value of shares by the z or Fisher's test, of
    others that at which the interval would reach 0. On shared rows that is too wide rather than too narrow, since
    models of one label agree more than by chance.
    """
    theirs = {figure.metric: figure for figure in other.figures}
    pairs = [(figure, theirs[figure.metric]) for figure in current.figures if figure.metric in theirs]
    known = {own.metric: own.value - its.value for own, its in pairs if own.value is not None and its.value is not None}
    sure = certainties(paired, known) if paired else {}
    n = paired.n if paired else min(current.rows, other.rows)
    return PerformanceComparison(
        other=name,
        rows=rows or (current.rows, other.rows),
        paired=paired.n if paired else 0,
        changes=tuple(_change(own, its, sure.get(own.metric), name, n) for own, its in pairs),
        note=note,
    )


def _change(own: Figure, other: Figure, sure: Certainty | None, name: str, n: int) -> Change:
    metric = f"{own.metric}_change"
    if own.value is None or other.value is None:
        reason = own.reason if own.value is None else f"{other.reason} (of the {name})"
        return Change(own.metric, own.value, other.value, missing(metric, reason, n=n, subject=name), None)
    interval, p_value, method = sure or two_samples(own, other)
    figure = Figure(metric, own.value - other.value, interval, n, method, subject=name)
    return Change(own.metric, own.value, other.value, figure, p_value)


def two_samples(own: Figure, other: Figure) -> Certainty:
    """How sure the difference of two figures of different rows is; nothing where one has no interval."""
    if own.value is None or other.value is None or own.interval is None or other.interval is None:
        return Certainty(None, None, "" if own.interval is None or other.interval is None else TWO_SAMPLES)
    (own_below, own_above), (other_below, other_above) = _reach(own), _reach(other)
    change = own.value - other.value
    below, above = sqrt(own_below**2 + other_above**2), sqrt(own_above**2 + other_below**2)
    interval = Interval(change - below, change + above)
    if own.metric in SHARES:
        tested = compare(round(own.value * own.n), own.n, round(other.value * other.n), other.n)
        return Certainty(interval, tested.p_value, TWO_SAMPLES)
    return Certainty(interval, inverted(change, interval), TWO_SAMPLES)


def _reach(figure: Figure) -> tuple[float, float]:
    """How far the interval reaches below and above its figure; both ways alike where one end was cut."""
    assert figure.value is not None
    assert figure.interval is not None
    below, above = figure.value - figure.interval.low, figure.interval.high - figure.value
    return (max(below, above),) * 2 if figure.method in SYMMETRIC else (below, above)
