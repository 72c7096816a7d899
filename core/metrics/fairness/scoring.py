"""From the ranks and bins of each group's scores to calibration, areas and a sweep of thresholds by group."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import pi, sqrt

from core.metrics.fairness.groups import Figure, GroupResult
from core.metrics.fairness.results import Comparison
from core.metrics.fairness.scored import GroupScores, ScoreComparison
from core.metrics.fairness.sweeps import Span, SweepPoint, ThresholdSweep
from core.metrics.intervals import normal, wilson
from core.metrics.performance.calibration import expected_calibration_error
from core.metrics.scores import Cut, ReliabilityBin, ScoreSums, area_under_curve, delong, delong_variance, mean_loss

NO_PROBABILITY = "A score lies outside 0 to 1, so it is no probability"
ONE_CLASS = "The group has one label only"
MOST_RATES = 50
Values = tuple[str, ...]
Spread = tuple[float, float]  # a figure of a group and its variance


def compare_scores(comparison: Comparison, sums: Mapping[Values, ScoreSums]) -> tuple[Comparison, ScoreComparison]:
    """The comparison with its figures on scores, and the groups behind them."""
    groups = tuple(_group(group, sums[group.values]) for group in comparison.groups)
    judged = [group for group in groups if group.judged]
    figures = (
        _gap("roc_auc_difference", judged, _area(sums), "DeLong, independent groups"),
        _gap("calibration_difference", judged, _in_the_large(sums), "normal, independent groups"),
        _gap("expected_calibration_error_difference", judged, _calibration_error, ""),
    )
    found = ScoreComparison(comparison.attributes, groups)
    return replace(comparison, figures=(*comparison.figures, *figures)), found


def sweep(
    comparison: Comparison, sums: Mapping[Values, ScoreSums], *, is_positive: bool, screen: float
) -> ThresholdSweep:
    """What the judged groups would get at each threshold; the same thresholds for every group, in `ScoreSums.cuts`."""
    judged = [group for group in comparison.groups if group.judged]
    names = tuple(group.name for group in judged)
    if len(judged) < 2:
        return ThresholdSweep(comparison.attributes, names, (), (), screen, reason="Fewer than two groups are judged")
    cuts = [sums[group.values].cuts for group in judged]
    points = tuple(
        _point(names, [group_cuts[at] for group_cuts in cuts], is_positive=is_positive, screen=screen)
        for at in range(len(cuts[0]))
    )
    points = tuple(sorted(points, key=lambda point: point.threshold))
    return ThresholdSweep(comparison.attributes, names, points, _met(points), screen)


def _group(group: GroupResult, sums: ScoreSums) -> GroupScores:
    missing: dict[str, str] = {}
    area = area_under_curve(sums)
    if area is None:
        missing["roc_auc"] = ONE_CLASS
    found = GroupScores(
        group.values,
        sums.n,
        sums.positives,
        group.judged,
        observed_rate=sums.positives / sums.n,
        observed_rate_interval=wilson(sums.positives, sums.n),
        roc_auc=None if area is None else float(area),
        roc_auc_interval=delong(sums),
        unavailable=missing,
    )
    if sums.squared_error is None or not sums.reliability:
        reasons = dict.fromkeys(
            ("mean_score", "calibration_in_the_large", "expected_calibration_error"), NO_PROBABILITY
        )
        return replace(found, unavailable=missing | reasons)
    mean = sum(one.score_total for one in sums.reliability) / sums.n
    apart, variance = _large(sums)
    return replace(
        found,
        mean_score=mean,
        calibration_in_the_large=apart,
        calibration_in_the_large_interval=normal(apart, sqrt(variance)) if variance else None,
        expected_calibration_error=expected_calibration_error(sums.reliability).value,
        calibration_error_by_chance=_by_chance(sums.reliability),
        bins=tuple(one for one in sums.reliability if one.n),
    )


def _large(sums: ScoreSums) -> Spread:
    """Mean of label − score and its variance: calibration in the large."""
    assert sums.squared_error is not None
    n = sums.n
    apart = (sums.positives - sum(one.score_total for one in sums.reliability)) / n
    squares, _ = mean_loss(sums.squared_error, n)
    return apart, max(0.0, squares - apart * apart) / (n - 1) if n > 1 else 0.0


def _by_chance(bins: Sequence[ReliabilityBin]) -> float:
    """The calibration error that a perfectly calibrated model shows at as many rows: the mean absolute noise of a bin.

    Formula: Σ nᵢ/n · √(2/π · p̄ᵢ(1 − p̄ᵢ)/nᵢ), the mean of a half-normal distribution.
    """
    n = sum(one.n for one in bins)
    noise = 0.0
    for one in bins:
        if one.n:
            chance = min(1.0, max(0.0, one.score_total / one.n))
            noise += one.n * sqrt(2 / pi * chance * (1 - chance) / one.n)
    return noise / n if n else 0.0


def _area(sums: Mapping[Values, ScoreSums]) -> Callable[[GroupScores], Spread | None]:
    def found(group: GroupScores) -> Spread | None:
        variance = delong_variance(sums[group.values])
        return None if group.roc_auc is None else (group.roc_auc, float(variance or 0))

    return found


def _in_the_large(sums: Mapping[Values, ScoreSums]) -> Callable[[GroupScores], Spread | None]:
    return lambda group: None if group.calibration_in_the_large is None else _large(sums[group.values])


def _calibration_error(group: GroupScores) -> Spread | None:
    value = group.expected_calibration_error
    return None if value is None else (value, 0.0)


def _gap(metric: str, judged: Sequence[GroupScores], of: Callable[[GroupScores], Spread | None], method: str) -> Figure:
    """The highest less the lowest over the judged groups, with the interval between those two where one is known."""
    n = min((group.n for group in judged), default=0)
    if len(judged) < 2:
        return Figure(metric, None, None, n, reason="Fewer than two groups are judged")
    found = [(of(group), group) for group in judged]
    for spread, group in found:
        if spread is None:
            reason = group.unavailable.get(metric.removesuffix("_difference"), NO_PROBABILITY)
            return Figure(metric, None, None, n, reason=f"{group.name}: {reason}")
    known = sorted(((spread, group) for spread, group in found if spread is not None), key=lambda pair: pair[0][0])
    (low, lowest), (high, highest) = known[0], known[-1]
    value, variance = high[0] - low[0], high[1] + low[1]
    interval = normal(value, sqrt(variance)) if variance else None
    rows, names = min(lowest.n, highest.n), (lowest.name, highest.name)
    return Figure(metric, value, interval, rows, names, exact=value, method=method if interval else "")


def _point(names: Sequence[str], cuts: Sequence[Cut], *, is_positive: bool, screen: float) -> SweepPoint:
    shares = [_selected(cut, is_positive=is_positive) for cut in cuts]
    highest, lowest = max(shares), min(shares)
    ratio = lowest / highest if highest else None
    return SweepPoint(
        threshold=cuts[0].threshold,
        selection_rates=tuple(float(share) for share in shares) if len(shares) <= MOST_RATES else (),
        impact_ratio=None if ratio is None else float(ratio),
        between=(names[shares.index(lowest)], names[shares.index(highest)]) if highest else (),
        true_positive_rate_difference=_apart([cut.true_positive_rate for cut in cuts]),
        false_positive_rate_difference=_apart([cut.false_positive_rate for cut in cuts]),
        met=ratio is not None and float(ratio) >= screen,
    )


def _apart(rates: Sequence[float | None]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return max(known) - min(known) if len(known) == len(rates) else None


def _selected(cut: Cut, *, is_positive: bool) -> Fraction:
    flagged = cut.true_positives + cut.false_positives
    n = flagged + cut.false_negatives + cut.true_negatives
    return Fraction(flagged if is_positive else n - flagged, n)


def _met(points: Sequence[SweepPoint]) -> tuple[Span, ...]:
    spans: list[Span] = []
    before = False
    for point in points:
        if point.met and before:
            spans[-1] = Span(spans[-1].low, point.threshold)
        elif point.met:
            spans.append(Span(point.threshold, point.threshold))
        before = point.met
    return tuple(spans)
