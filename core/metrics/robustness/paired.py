"""The same rows answered twice, undisturbed and disturbed: how many answers changed, and what that cost."""

from dataclasses import dataclass
from math import comb, erfc, sqrt

from core.metrics.intervals import Interval, normal, quantile, wilson
from core.metrics.robustness.results import Origin, ScenarioResult

NO_LABELS = "There is no label column"
NO_PREDICTIONS = "There are no predictions on both sides"
NO_SCORES = "There are no scores on both sides"
A_NUMBER = "The predictions are numbers; see how much they change"
FEWEST = 2


@dataclass(frozen=True)
class ScenarioCounts:
    """Rows with predictions on both sides: how many differ, and with labels how many were right before and after."""

    n: int
    flips: int
    right_before: int | None = None
    right_after: int | None = None
    lost: int = 0
    gained: int = 0


@dataclass(frozen=True)
class ScenarioSums:
    """Means over `n` rows: |change| with its variance; with labels the absolute errors before and after, the variances
    of both and their covariance (all with denominator n − 1)."""

    n: int
    change: float
    change_variance: float
    error_before: float | None = None
    error_after: float | None = None
    before_variance: float = 0.0
    after_variance: float = 0.0
    covariance: float = 0.0


def judge_scenario(
    name: str,
    kind: str,
    *,
    counts: ScenarioCounts | None,
    sums: ScenarioSums | None,
    numbers: bool = False,
    origin: Origin = Origin.MODEL,
    fidelity: float | None = None,
) -> ScenarioResult:
    """One scenario's figures from its counts of predictions and its sums of scores.

    Flip rate: changed predictions / rows, Wilson's interval; 0 is unmoved. Accuracy drop: before − after, by Bonett and
    Price's interval (British Journal of Mathematical and Statistical Psychology 65 (2012) 479–488) and McNemar's exact
    test of lost against gained rows (Psychometrika 12 (1947) 153–157). With `numbers` the predictions are numbers, and
    the drop is the growth of the mean absolute error, after / before − 1, with the interval of a ratio of paired means.
    """
    unavailable: dict[str, str] = {}
    rate = wilson(counts.flips, counts.n) if counts and counts.n else None
    if rate is None:
        unavailable["flip_rate"] = A_NUMBER if numbers else NO_PREDICTIONS
    if sums is None:
        unavailable["score_change"] = NO_SCORES
    before, after, drop, interval, reason = _error_growth(sums) if numbers else _accuracy_drop(counts)
    if reason:
        unavailable["drop"] = reason
    right = counts is not None and counts.right_before is not None
    return ScenarioResult(
        name=name,
        kind=kind,
        origin=origin,
        n=counts.n if counts else sums.n if sums else 0,
        fidelity=fidelity,
        flips=counts.flips if counts else None,
        flip_rate=counts.flips / counts.n if counts and counts.n else None,
        flip_interval=rate,
        score_change=sums.change if sums else None,
        score_change_interval=_mean_interval(sums.change, sums.change_variance, sums.n) if sums else None,
        before=before,
        after=after,
        lost=counts.lost if counts and right else None,
        gained=counts.gained if counts and right else None,
        drop=drop,
        drop_interval=interval,
        p_value=mcnemar(counts.lost, counts.gained) if counts and right else None,
        unavailable=unavailable,
    )


def mcnemar(lost: int, gained: int) -> float:
    """McNemar's exact two-sided p-value: as many lost as gained, were it chance; 1 where nothing changed.

    Formula: twice the binomial tail of the smaller count among lost + gained fair coins, at most 1; beyond a thousand
    changes the normal approximation with continuity correction.
    """
    changed, fewer = lost + gained, min(lost, gained)
    if changed > 1_000:
        z = max(0.0, abs(lost - gained) - 1) / sqrt(changed)
        return erfc(z / sqrt(2))
    tail = sum(comb(changed, count) for count in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**changed))


def paired_drop(lost: int, gained: int, n: int) -> Interval:
    """Bonett and Price's adjusted interval of (lost − gained) / n, within −1 and 1."""
    losing, gaining = (lost + 1) / (n + 2), (gained + 1) / (n + 2)
    half = quantile() * sqrt((losing + gaining - (losing - gaining) ** 2) / (n + 2))
    return Interval(max(-1.0, losing - gaining - half), min(1.0, losing - gaining + half))


def growth_interval(sums: ScenarioSums) -> Interval | None:
    """The interval of error_after / error_before − 1 by the delta method for paired means; None below two rows."""
    if sums.n < FEWEST or not sums.error_before or sums.error_after is None:
        return None
    ratio = sums.error_after / sums.error_before
    variance = sums.after_variance - 2 * ratio * sums.covariance + ratio * ratio * sums.before_variance
    return normal(ratio - 1, sqrt(max(0.0, variance) / sums.n) / sums.error_before)


Drop = tuple[float | None, float | None, float | None, Interval | None, str]


def _accuracy_drop(counts: ScenarioCounts | None) -> Drop:
    if counts is None or not counts.n:
        return None, None, None, None, NO_PREDICTIONS
    if counts.right_before is None or counts.right_after is None:
        return None, None, None, None, NO_LABELS
    n = counts.n
    drop = (counts.right_before - counts.right_after) / n
    interval = paired_drop(counts.lost, counts.gained, n)
    return counts.right_before / n, counts.right_after / n, drop, interval, ""


def _error_growth(sums: ScenarioSums | None) -> Drop:
    if sums is None:
        return None, None, None, None, NO_PREDICTIONS
    before, after = sums.error_before, sums.error_after
    if before is None or after is None:
        return None, None, None, None, NO_LABELS
    if before == 0:
        return before, after, None, None, "The undisturbed error is zero, so its growth has no measure"
    return before, after, after / before - 1, growth_interval(sums), ""


def _mean_interval(mean: float, variance: float, n: int) -> Interval | None:
    if n < FEWEST:
        return None
    low, high = normal(mean, sqrt(variance / n))
    return Interval(max(0.0, low), high)
