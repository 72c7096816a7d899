"""Two models on the same rows: how sure a change is when each row is held against itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import erfc, isfinite, sqrt
from typing import NamedTuple

import numpy as np

from core.metrics.intervals import Interval, normal, quantile, wilson
from core.metrics.performance.confusion import Numbers, divided, percentiles

REPETITIONS = 10_000
SEED = 1947  # the year of McNemar's paper


@dataclass(frozen=True)
class Agreement:
    """Rows of one class by who is right: both, the current model only, the other only, neither."""

    both: int
    current: int
    other: int
    neither: int

    @property
    def n(self) -> int:
        """All rows of the class."""
        return self.both + self.current + self.other + self.neither


@dataclass(frozen=True)
class PairedSums:
    """What the engine counts over n rows that both models predicted.

    `classes` hold who is right, by the label; of two classes the negative one is first. `standard_errors` are those of
    a change, from the rows' own differences, by metric.
    """

    n: int
    classes: tuple[Agreement, ...] = ()
    binary: bool = False
    standard_errors: Mapping[str, float] = field(default_factory=dict)


class Certainty(NamedTuple):
    """The interval of a change, its two-sided p-value, and where both come from."""

    interval: Interval | None
    p_value: float | None
    method: str


def certainties(sums: PairedSums, changes: Mapping[str, float]) -> dict[str, Certainty]:
    """How sure each of these changes (current less other) is, for the metrics whose rows can be held together.

    Shares (accuracy, recall, specificity): Newcombe's interval and McNemar's exact test. Balanced accuracy: normal, the
    paired variances of the classes added. Precision, F1 and Matthews: percentile bootstrap of the joint counts, 10,000
    multinomial draws, with the p-value at which the interval, stretched as a normal one, would reach 0. The others:
    normal, with the standard errors handed in.
    """
    found = {metric: by_error(changes.get(metric), error) for metric, error in sums.standard_errors.items()}
    classes = sums.classes
    if not classes:
        return found
    everybody = Agreement(*(sum(counts) for counts in zip(*map(_counts, classes), strict=True)))
    found["accuracy"] = found["weighted_recall"] = share(everybody)
    recalls = by_error(changes.get("balanced_accuracy"), _mean_recall_error(classes))
    found["balanced_accuracy"] = recalls
    if all(one.n for one in classes):
        found["macro_recall"] = recalls
    if sums.binary:
        negative, positive = classes
        found["recall"], found["specificity"] = share(positive), share(negative)
        for metric, interval in _drawn(negative, positive).items():
            found[metric] = Certainty(interval, inverted(changes.get(metric), interval), "paired bootstrap")
    return found


def _counts(one: Agreement) -> tuple[int, int, int, int]:
    return one.both, one.current, one.other, one.neither


def share(counts: Agreement) -> Certainty:
    """The change of a share of rows: Newcombe's interval for paired rows and McNemar's exact p-value.

    Interval: the Wilson intervals of both shares, their distances squared and added less what the correlation φ of the
    rows takes away, φ corrected for continuity. Sources: Newcombe, Statistics in Medicine 17 (1998) 2635–2650, method
    10; McNemar, Psychometrika 12 (1947) 153–157. The p-value is the chance that a fair coin splits the rows on which
    one only is right at least as unevenly; 1 where there are none. Nothing without rows.
    """
    n = counts.n
    first, second = counts.both + counts.current, counts.both + counts.other
    own, other = wilson(first, n), wilson(second, n)
    if own is None or other is None:
        return Certainty(None, None, "")
    p, q, phi = first / n, second / n, _correlation(counts)
    below = _apart(p - own.low, other.high - q, phi)
    above = _apart(own.high - p, q - other.low, phi)
    return Certainty(Interval(p - q - below, p - q + above), _mcnemar(counts), "McNemar, Newcombe")


def _apart(one: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))


def _correlation(counts: Agreement) -> float:
    first, second = counts.both + counts.current, counts.both + counts.other
    margins = first * (counts.n - first) * second * (counts.n - second)
    over: float = counts.both * counts.neither - counts.current * counts.other
    if over > 0:
        over = max(0.0, over - counts.n / 2)
    return over / sqrt(margins) if margins else 0.0


def _mcnemar(counts: Agreement) -> float:
    from scipy.special import bdtr  # type: ignore[import-untyped]  # loading it takes a while

    fewer, differing = min(counts.current, counts.other), counts.current + counts.other
    return min(1.0, 2 * float(bdtr(fewer, differing, 0.5))) if differing else 1.0


def _mean_recall_error(classes: tuple[Agreement, ...]) -> float:
    """Of the mean over the classes of the paired change of their recalls, rows of different classes being apart."""
    occurring = [one for one in classes if one.n]
    variance = 0.0
    for one in occurring:
        apart = one.current - one.other
        variance += (one.current + one.other - apart * apart / one.n) / one.n**2
    return sqrt(variance) / len(occurring) if occurring else 0.0


def by_error(change: float | None, standard_error: float) -> Certainty:
    """Interval and p-value of a normal change; without spread nothing is known, but that no change is no difference."""
    if change is None or not standard_error > 0 or not isfinite(standard_error):
        return Certainty(None, 1.0 if change == 0 and standard_error == 0 else None, "paired rows")
    return Certainty(normal(change, standard_error), _p_value(change / standard_error), "paired rows")


def inverted(change: float | None, interval: Interval | None) -> float | None:
    """The p-value at which the interval, its side towards 0 stretched as a normal one, would just reach 0."""
    if change is None or interval is None:
        return None
    if not change:
        return 1.0
    side = change - interval.low if change > 0 else interval.high - change
    return _p_value(quantile() * change / side) if side > 0 else None


def _p_value(z: float) -> float:
    return erfc(abs(z) / sqrt(2))


def _drawn(negative: Agreement, positive: Agreement) -> dict[str, Interval | None]:
    """Percentiles of the change of precision, F1 and Matthews over draws of both classes' counts together."""
    counts = np.array([*_counts(negative), *_counts(positive)], dtype=np.float64)
    drawn = np.random.default_rng(SEED).multinomial(int(counts.sum()), counts / counts.sum(), size=REPETITIONS)
    both_down, own_down, other_down, no_down, both_up, own_up, other_up, no_up = drawn.astype(np.float64).T
    own = _table_figures(both_up + own_up, no_down + other_down, no_up + other_up, both_down + own_down)
    other = _table_figures(both_up + other_up, no_down + own_down, no_up + own_up, both_down + other_down)
    return {metric: percentiles(own[metric] - other[metric]) for metric in own}


def _table_figures(hits: Numbers, alarms: Numbers, misses: Numbers, rejections: Numbers) -> dict[str, Numbers]:
    margins = (hits + alarms) * (hits + misses) * (rejections + alarms) * (rejections + misses)
    return {
        "precision": divided(hits, hits + alarms),
        "f1_score": divided(2 * hits, 2 * hits + alarms + misses),
        "matthews_correlation_coefficient": divided(hits * rejections - alarms * misses, np.sqrt(margins)),
    }
