"""The figures of a stress test that a policy judges, each that of the worst phase or case, and the verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.metrics.figure import Figure, missing
from core.metrics.intervals import wilson
from core.metrics.verdicts import Judgement, Verdict, judge
from core.monitoring.stress.outcome import CaseResult, PhaseResult, StressOutcome
from core.policy.stressing.rules import StressMetric, StressThreshold

NO_SUCH = {
    StressMetric.CHANGED_SHARE: "The plan has no case",
    StressMetric.FAULT_ERROR_SHARE: "In no phase is a dependency away",
    StressMetric.RECOVERY_SECONDS: "No phase follows one in which a dependency is away",
}


def figures_of(outcome: StressOutcome) -> Mapping[StressMetric, Figure]:
    """One figure for each metric, that of the worst phase or case, which is its subject."""
    calm = [one for one in outcome.phases if not one.dependency]
    away = [one for one in outcome.phases if one.dependency]
    return {
        StressMetric.ERROR_SHARE: _share(StressMetric.ERROR_SHARE, [(p.name, p.errors, p.requests) for p in calm]),
        StressMetric.INVALID_SHARE: _share(
            StressMetric.INVALID_SHARE, [(p.name, p.invalid, p.requests - p.errors) for p in outcome.phases]
        ),
        StressMetric.FAULT_ERROR_SHARE: _share(
            StressMetric.FAULT_ERROR_SHARE, [(p.name, p.errors + p.invalid, p.requests) for p in away]
        ),
        StressMetric.CHANGED_SHARE: _changed(outcome.cases),
        StressMetric.LATENCY_P95: _highest(StressMetric.LATENCY_P95, [(p.name, p.p95, p.requests) for p in calm]),
        StressMetric.LATENCY_P99: _highest(StressMetric.LATENCY_P99, [(p.name, p.p99, p.requests) for p in calm]),
        StressMetric.THROUGHPUT_SHARE: _throughput(outcome.phases),
        StressMetric.RECOVERY_SECONDS: _recovered(outcome.recovery),
    }


def _share(metric: StressMetric, counts: Sequence[tuple[str, int, int]]) -> Figure:
    known = [(count / n, name, count, n) for name, count, n in counts if n]
    if not known:
        return missing(metric.value, NO_SUCH.get(metric, "No request was made"))
    value, name, count, n = max(known)
    return Figure(metric.value, value, wilson(count, n), n, "Wilson", subject=name)


def _highest(metric: StressMetric, values: Sequence[tuple[str, float | None, int]]) -> Figure:
    known = [(value, name, n) for name, value, n in values if value is not None]
    if not known:
        return missing(metric.value, "No request was answered" if values else "The plan makes no load")
    value, name, n = max(known)
    return Figure(metric.value, value, None, n, "nearest rank", subject=name)


def _throughput(phases: Sequence[PhaseResult]) -> Figure:
    metric = StressMetric.THROUGHPUT_SHARE.value
    known = [(one.requests / one.planned, one.name, one.requests) for one in phases if one.planned]
    if not known:
        return missing(metric, "The plan makes no load")
    value, name, n = min(known)
    return Figure(metric, value, None, n, "requests made over requests planned", subject=name)


def _changed(cases: Sequence[CaseResult]) -> Figure:
    metric = StressMetric.CHANGED_SHARE.value
    known = [(one.changed / one.n, one.name, one) for one in cases if one.changed is not None and one.n]
    if not known:
        reasons = [one.reason for one in cases if one.reason]
        other = "Answers are numbers, which have no decision" if cases else NO_SUCH[StressMetric.CHANGED_SHARE]
        return missing(metric, reasons[0] if reasons else other)
    value, name, worst = max(known, key=lambda one: (one[0], one[1]))
    return Figure(metric, value, wilson(worst.changed or 0, worst.n), worst.n, f"Wilson, by {worst.by}", subject=name)


def _recovered(recovery: Mapping[str, float]) -> Figure:
    metric = StressMetric.RECOVERY_SECONDS.value
    known = [(value, name) for name, value in recovery.items()]
    if not known:
        return missing(metric, NO_SUCH[StressMetric.RECOVERY_SECONDS])
    value, name = max(known)
    return Figure(metric, value, None, len(known), "first answer", subject=name)


@dataclass(frozen=True)
class Judged:
    """A clause, its figure and what the policy concludes."""

    clause: StressThreshold
    figure: Figure
    judgement: Judgement


def judged(outcome: StressOutcome, clauses: Sequence[StressThreshold]) -> tuple[Judged, ...]:
    """Every clause against its figure; one that the plan does not touch on is insufficient evidence."""
    figures = figures_of(outcome)
    return tuple(
        Judged(one, found, judge(found.value, found.interval, one.value, one.direction, n=found.n, reason=found.reason))
        for one in clauses
        for found in [figures[one.metric]]
    )


def overall(found: Sequence[Judged]) -> Verdict:
    """Fail where a required clause fails, insufficient where one cannot be judged or none is required, else pass."""
    verdicts = [one.judgement.verdict for one in found if one.clause.required]
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return Verdict.INSUFFICIENT if Verdict.INSUFFICIENT in verdicts or not verdicts else Verdict.PASS
