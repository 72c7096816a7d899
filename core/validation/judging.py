"""Judges what a run computed against the policy: one verdict a clause, and one for each attribute in fairness."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.metrics.fairness import Comparison
from core.metrics.intervals import Interval
from core.metrics.verdicts import Verdict, judge
from core.policy.rules import CheckKind, Policy, Threshold
from core.validation.results import QualityResult, ValidationResult


@dataclass(frozen=True)
class Judged:
    """A figure, its threshold and the verdict; `subject` names the column or attribute it is about."""

    threshold: Threshold
    subject: str
    value: float | None
    interval: Interval | None
    verdict: Verdict
    reason: str
    required: bool


def judge_all(result: ValidationResult, policy: Policy) -> tuple[Judged, ...]:
    """Every clause of the policy, in its order."""
    return tuple(
        judged
        for threshold in policy.thresholds
        for judged in {
            CheckKind.QUALITY: _quality,
            CheckKind.PERFORMANCE: _performance,
            CheckKind.FAIRNESS: _fairness,
        }[threshold.kind](result, policy, threshold)
    )


def _quality(result: ValidationResult, policy: Policy, threshold: Threshold) -> Iterable[Judged]:
    value, subject, reason = _quality_figure(result.quality, threshold.metric)
    yield _judged(threshold, subject, value, None, n=result.quality.rows, minimum=policy.minimum_rows, reason=reason)


def _quality_figure(quality: QualityResult, metric: str) -> tuple[float | None, str, str]:
    rows = quality.rows
    if rows == 0:
        return None, "", "The evidence has no rows"
    if metric == "missing_share":
        worst = quality.worst_column
        return (
            (worst.missing / rows, worst.name if worst.missing else "", "")
            if worst
            else (None, "", "The evidence has no columns")
        )
    if metric == "duplicate_row_share":
        return quality.duplicate_rows / rows, "", ""
    if metric == "constant_columns":
        return float(len(quality.constant_columns)), ", ".join(quality.constant_columns[:5]), ""
    if quality.positives is None or not quality.labelled:
        return None, "", "There is no label column"
    share = quality.positives / quality.labelled
    return min(share, 1 - share), "", ""


def _performance(result: ValidationResult, policy: Policy, threshold: Threshold) -> Iterable[Judged]:
    if result.performance is None:
        yield _judged(threshold, "", None, None, n=0, minimum=1, reason=result.performance_reason)
        return
    figure = result.performance.figure(threshold.metric)
    yield _judged(
        threshold, "", figure.value, figure.interval, n=figure.n, minimum=policy.minimum_rows, reason=figure.reason
    )


def _fairness(result: ValidationResult, policy: Policy, threshold: Threshold) -> Iterable[Judged]:
    if result.fairness is None:
        yield _judged(threshold, "", None, None, n=0, minimum=1, reason=result.fairness_reason)
        return
    for comparison in result.fairness.comparisons:
        yield _compared(comparison, threshold)


def _compared(comparison: Comparison, threshold: Threshold) -> Judged:
    """Intersections are judged and shown, but only single attributes are required by the policy."""
    figure = comparison.figure(threshold.metric)
    judgement = comparison.judge(threshold.metric, threshold.value, threshold.direction)
    single = len(comparison.attributes) == 1
    return Judged(
        threshold,
        comparison.name,
        figure.value,
        figure.interval,
        judgement.verdict,
        judgement.reason,
        threshold.required and single,
    )


def _judged(
    threshold: Threshold,
    subject: str,
    value: float | None,
    interval: Interval | None,
    *,
    n: int,
    minimum: int,
    reason: str,
) -> Judged:
    judgement = judge(value, interval, threshold.value, threshold.direction, n=n, minimum_n=minimum, reason=reason)
    return Judged(threshold, subject, value, interval, judgement.verdict, judgement.reason, threshold.required)
