"""Judges what a run computed against the policy: one verdict a clause, and one for each attribute in fairness."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.metrics.fairness import Comparison
from core.metrics.intervals import Interval
from core.metrics.verdicts import Verdict
from core.policy.rules import CheckKind, Policy, Threshold
from core.validation.needs import Need, needs_of
from core.validation.results import ValidationResult


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


@dataclass(frozen=True)
class NotJudged:
    """A clause of the policy that was not judged, and why."""

    threshold: Threshold
    reason: str


def judge_all(result: ValidationResult, policy: Policy, tier: int | None = None) -> tuple[Judged, ...]:
    """Every clause of the policy that applies, in its order.

    A clause for another task or another tier does not apply; without a tier, every clause counts. An advisory clause
    whose evidence was not handed in is passed over, and `not_judged` says so; a required one is judged, and without its
    evidence that is insufficient evidence.
    """
    passed_over = {one.threshold for one in not_judged(result, policy, tier)}
    return tuple(
        judged
        for threshold in policy.thresholds
        if threshold not in passed_over
        for judged in _judge(result, policy, threshold)
    )


def not_judged(result: ValidationResult, policy: Policy, tier: int | None = None) -> tuple[NotJudged, ...]:
    """The clauses that `judge_all` passes over, in the order of the policy."""
    found = ((threshold, _why_not(result, threshold, tier)) for threshold in policy.thresholds)
    return tuple(NotJudged(threshold, reason) for threshold, reason in found if reason)


def _why_not(result: ValidationResult, threshold: Threshold, tier: int | None) -> str:
    if tier is not None and tier not in threshold.tiers:
        return f"It applies to other models than those of tier {tier}"
    if result.task not in threshold.tasks:
        return f"It applies to other models than those for {result.task}"
    absent = [need for need in needs_of(threshold.metric) if need not in result.given]
    return "" if threshold.required or not absent else _absent(absent)


def _absent(needs: Sequence[Need]) -> str:
    return f"Not handed in: {', '.join(need.value for need in needs)}"


def _judge(result: ValidationResult, policy: Policy, threshold: Threshold) -> Iterable[Judged]:
    if threshold.kind is CheckKind.FAIRNESS and result.fairness is not None:
        for comparison in result.fairness.comparisons:
            yield _compared(comparison, threshold)
        return
    for figure in result.figures(threshold.kind, threshold.metric):
        found = figure.judge(threshold.value, threshold.direction, minimum_rows=minimum_rows(policy, threshold.kind))
        value, interval = figure.value, figure.interval
        yield Judged(threshold, figure.subject, value, interval, found.verdict, found.reason, threshold.required)


def minimum_rows(policy: Policy, kind: CheckKind) -> int:
    """How many rows a figure needs: of the whole file, or where it is about a group, of that group.

    A figure on reasons may rest on features instead of rows; it says by itself when these are too few.
    """
    if kind is CheckKind.EXPLAINABILITY:
        return 1
    of_groups = (CheckKind.BIAS_AUDIT, CheckKind.ROBUSTNESS, CheckKind.DRIFT)
    return policy.minimum_group if kind in of_groups else policy.minimum_rows


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
