"""From each group's scores to calibration and areas by group, and to the widest gaps between the judged groups."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import pi, sqrt
from typing import NamedTuple

import numpy as np

from core.metrics.fairness.figures import too_few
from core.metrics.fairness.groups import Figure, GroupResult
from core.metrics.fairness.results import NO_LABEL, Comparison
from core.metrics.fairness.scored import GroupScores, ScoreComparison
from core.metrics.intervals import CONFIDENCE, Interval, normal, wilson
from core.metrics.moments import Moments, mean_interval, welch
from core.metrics.scores import ReliabilityBin, ScoreSums, area_under_curve, delong, delong_variance

NO_PROBABILITY = "A score lies outside 0 to 1, so it is no probability"
NO_POSITIVES = "No row of the group has the positive label"
NO_NEGATIVES = "No row of the group has the negative label"
REPETITIONS = 10_000
SEED = 1607
Values = tuple[str, ...]


@dataclass(frozen=True)
class GroupSums:
    """A group's scores as the engine sums them up: ranks, thresholds and bins; the scores, and label − score.

    The moments are None where a score is no probability. Without labels every row counts as negative.
    """

    ranks: ScoreSums
    score: Moments | None = None
    gap: Moments | None = None
    labelled: bool = True


class Scored(NamedTuple):
    """A group as it is shown, and what it was summed up from."""

    shown: GroupScores
    sums: GroupSums


class Gap(NamedTuple):
    """Highest less lowest: the value, its interval and how that was found."""

    value: float
    interval: Interval | None
    method: str


def compare_scores(comparison: Comparison, sums: Mapping[Values, GroupSums]) -> tuple[Comparison, ScoreComparison]:
    """The comparison with its figures on scores, and the groups behind them; `sums` has every group of it.

    `roc_auc_difference`, `calibration_difference` (of observed − predicted share) and
    `expected_calibration_error_difference` are the highest less the lowest over the judged groups: 0 is equality.
    """
    groups = [Scored(_group(group, sums[group.values]), sums[group.values]) for group in comparison.groups]
    figures = (
        _figure("roc_auc_difference", groups, lambda group: group.roc_auc, _area_gap),
        _figure("calibration_difference", groups, lambda group: group.calibration_in_the_large, _gap_in_the_large),
        _figure(
            "expected_calibration_error_difference", groups, lambda group: group.expected_calibration_error, _error_gap
        ),
    )
    found = ScoreComparison(comparison.attributes, tuple(group.shown for group in groups))
    return replace(comparison, figures=(*comparison.figures, *figures)), found


def without_scores(comparison: Comparison, reason: str) -> tuple[Comparison, ScoreComparison]:
    """The comparison whose scores were not compared, for this reason."""
    metrics = ("roc_auc_difference", "calibration_difference", "expected_calibration_error_difference")
    figures = tuple(Figure(metric, None, None, 0, reason=reason) for metric in metrics)
    found = ScoreComparison(comparison.attributes, (), reason)
    return replace(comparison, figures=(*comparison.figures, *figures)), found


def _group(group: GroupResult, sums: GroupSums) -> GroupScores:
    found = GroupScores(group.values, sums.ranks.n, sums.ranks.positives if sums.labelled else None, group.judged)
    found = _with_probabilities(found, sums)
    return _with_labels(found, sums) if sums.labelled else _missing(found, NO_LABEL, *LABELLED)


LABELLED = ("observed_rate", "calibration_in_the_large", "expected_calibration_error", "roc_auc")


def _missing(group: GroupScores, reason: str, *metrics: str) -> GroupScores:
    return replace(group, unavailable={**group.unavailable, **dict.fromkeys(metrics, reason)})


def _with_probabilities(group: GroupScores, sums: GroupSums) -> GroupScores:
    if sums.score is None or sums.score.mean is None:
        metrics = ("mean_score", "calibration_in_the_large", "expected_calibration_error")
        return _missing(group, NO_PROBABILITY, *metrics)
    return replace(group, mean_score=float(sums.score.mean), mean_score_interval=mean_interval(sums.score))


def _with_labels(group: GroupScores, sums: GroupSums) -> GroupScores:
    ranks, area = sums.ranks, area_under_curve(sums.ranks)
    group = replace(
        group,
        observed_rate=ranks.positives / ranks.n,
        observed_rate_interval=wilson(ranks.positives, ranks.n),
        roc_auc=None if area is None else float(area),
        roc_auc_interval=delong(ranks),
    )
    if area is None:
        group = _missing(group, NO_NEGATIVES if ranks.positives else NO_POSITIVES, "roc_auc")
    if sums.gap is None or sums.gap.mean is None:
        return group
    return replace(
        group,
        calibration_in_the_large=float(sums.gap.mean),
        calibration_in_the_large_interval=mean_interval(sums.gap),
        expected_calibration_error=calibration_error(ranks.reliability),
        calibration_error_by_chance=_by_chance(ranks.reliability),
        bins=tuple(one for one in ranks.reliability if one.n),
    )


def calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Σ nᵢ/n · |mean scoreᵢ − observed rateᵢ|, as `expected_calibration_error` of performance."""
    return sum(abs(one.score_total - one.positives) for one in bins) / sum(one.n for one in bins)


def _by_chance(bins: Sequence[ReliabilityBin]) -> float:
    """The calibration error that a perfectly calibrated model shows at as many rows: the mean absolute noise of a bin.

    Formula: Σ nᵢ/n · √(2/π · p̄ᵢ(1 − p̄ᵢ)/nᵢ), the mean of a half-normal distribution.
    """
    noise = 0.0
    for one in bins:
        if one.n:
            chance = min(1.0, max(0.0, one.score_total / one.n))
            noise += one.n * sqrt(2 / pi * chance * (1 - chance) / one.n)
    return noise / sum(one.n for one in bins)


def _figure(
    metric: str,
    groups: Sequence[Scored],
    value: Callable[[GroupScores], float | None],
    gap: Callable[[Scored, Scored], Gap],
) -> Figure:
    """The highest less the lowest over the judged groups, or why there is none."""
    judged = [group for group in groups if group.shown.judged]
    n = min((group.shown.n for group in judged), default=0)
    if len(judged) < 2:
        return Figure(metric, None, None, n, reason=too_few(len(groups), len(judged)))
    by_value = [(found, group) for group in judged if (found := value(group.shown)) is not None]
    if len(by_value) < len(judged):
        return Figure(metric, None, None, n, reason=_why_not(metric, judged, value))
    (_, low), (_, high) = (pick(by_value, key=lambda pair: pair[0]) for pick in (min, max))
    apart = gap(low, high)
    rows, names = min(low.shown.n, high.shown.n), (low.shown.name, high.shown.name)
    return Figure(metric, apart.value, apart.interval, rows, names, exact=apart.value, method=apart.method)


def _why_not(metric: str, judged: Sequence[Scored], value: Callable[[GroupScores], float | None]) -> str:
    own = {"calibration_difference": "calibration_in_the_large"}.get(metric, metric.removesuffix("_difference"))
    group = next(one.shown for one in judged if value(one.shown) is None)
    reason = group.unavailable[own]
    return reason if reason in (NO_LABEL, NO_PROBABILITY) else f"{group.name}: {reason}"


def _area_gap(low: Scored, high: Scored) -> Gap:
    """Two groups are independent samples, so their variances add (DeLong, DeLong and Clarke-Pearson 1988)."""
    lowest, highest = area_under_curve(low.sums.ranks), area_under_curve(high.sums.ranks)
    assert lowest is not None
    assert highest is not None
    value = float(highest - lowest)
    variances = delong_variance(low.sums.ranks), delong_variance(high.sums.ranks)
    if variances[0] is None or variances[1] is None or not variances[0] + variances[1]:
        return Gap(value, None, "")
    return Gap(value, normal(value, sqrt(variances[0] + variances[1])), "DeLong")


def _gap_in_the_large(low: Scored, high: Scored) -> Gap:
    """Of the means of label − score, with Welch's interval."""
    assert low.sums.gap is not None
    assert high.sums.gap is not None
    found = welch(high.sums.gap, low.sums.gap)
    return Gap(found.difference, found.interval, "Welch" if found.interval else "")


def _error_gap(low: Scored, high: Scored) -> Gap:
    """Each error can miss its true value by no more than the noise of its bins, so their gap by no more than both.

    The 95 % quantile of the two noises together comes from 10,000 binomial draws of each bin; wide rather than wrong,
    as for `expected_calibration_error` of performance.
    """
    lowest, highest = (calibration_error(one.sums.ranks.reliability) for one in (low, high))
    generator = np.random.default_rng(SEED)
    noises = [_noise(one.sums.ranks.reliability, generator) for one in (low, high)]
    half = float(np.quantile(noises[0] + noises[1], CONFIDENCE))
    value = highest - lowest
    return Gap(value, Interval(value - half, value + half), "bootstrap")


def _noise(
    bins: Sequence[ReliabilityBin], generator: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    counts = np.array([one.n for one in bins], dtype=np.int64)
    # Half a row is added to each label: a bin where nothing happened yet is not one where nothing can.
    rates = (np.array([one.positives for one in bins]) + 0.5) / (counts + 1)
    drawn = generator.binomial(counts, rates, size=(REPETITIONS, len(bins)))
    return np.asarray(np.abs(drawn - counts * rates).sum(axis=1) / counts.sum(), dtype=np.float64)
