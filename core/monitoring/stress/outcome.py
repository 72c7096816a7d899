"""What a stress test came to: every request as a row, phases and cases as figures, and the verdicts of the policy."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
import polars as pl
from pydantic import TypeAdapter

from core.metrics.figure import Figure, missing
from core.metrics.intervals import wilson
from core.metrics.verdicts import Judgement, judge
from core.monitoring.stress.values import UNDISTURBED, AnswerForm, StressPlan
from core.policy.stressing.rules import StressMetric, StressThreshold

CASES = "cases"  # the name of the phase in which each row is sent once as it is and once for each case
SCHEMA = {
    "phase": pl.String, "case": pl.String, "row": pl.Int64, "started": pl.Float64, "ms": pl.Float64,
    "status": pl.Int64, "failure": pl.String, "answer": pl.String,
}  # fmt: skip
NO_SUCH = {
    StressMetric.CHANGED_SHARE: "The plan has no case",
    StressMetric.FAULT_ERROR_SHARE: "In no phase is a dependency away",
    StressMetric.RECOVERY_SECONDS: "No phase follows one in which a dependency is away",
}


@dataclass(frozen=True)
class Second:
    """One second of the test: requests begun in it, those without an answer, and the 95th percentile in ms."""

    second: int
    phase: str
    requests: int
    errors: int
    p95: float | None


@dataclass(frozen=True)
class PhaseResult:
    """One phase: times in milliseconds, over requests that were answered; `invalid` answers are none."""

    name: str
    dependency: str
    users: int
    planned: int
    requests: int
    errors: int
    failures: Mapping[str, int]
    invalid: int
    seconds: float
    p50: float | None
    p95: float | None
    p99: float | None
    longest: float | None


@dataclass(frozen=True)
class CaseResult:
    """One case: of `n` rows that were answered as they are and disturbed, `changed` have another answer.

    `by` is the model itself or a surrogate with its fidelity; `shift` is the mean |change| of numbers.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    by: str
    n: int
    changed: int | None
    shift: float | None
    errors: int
    reason: str = ""


@dataclass(frozen=True)
class StressOutcome:
    """A whole test; `requests_digest` names the file with every request."""

    plan: str
    target: str
    rows: int
    phases: tuple[PhaseResult, ...]
    cases: tuple[CaseResult, ...]
    seconds: tuple[Second, ...]
    recovery: Mapping[str, float] = field(default_factory=dict)  # by dependency, in seconds
    requests_digest: str = ""

    def to_json(self) -> bytes:
        """Same outcome, same bytes."""
        return orjson.dumps(_ADAPTER.dump_python(self, mode="json"), option=orjson.OPT_SORT_KEYS)


_ADAPTER = TypeAdapter(StressOutcome)


def outcome_from_json(data: bytes) -> StressOutcome:
    """The inverse of `StressOutcome.to_json`."""
    return _ADAPTER.validate_json(data)


def requests_frame(lines: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Every request as a row, in the order in which they began."""
    return pl.DataFrame(list(lines), schema=SCHEMA).sort("started", "phase", "case", "row")


def outcome_of(plan: StressPlan, digest: str, rows: int, made: pl.DataFrame, requests_digest: str) -> StressOutcome:
    """The figures of requests that were made."""
    made = _read(made, plan)
    phases = tuple(_phase(plan, made, one.name) for one in plan.phases)
    return StressOutcome(
        plan=digest,
        target=plan.address,
        rows=rows,
        phases=phases,
        cases=tuple(_case(plan, made, one.name) for one in plan.cases),
        seconds=tuple(_seconds(made)),
        recovery=_recovery(plan, made),
        requests_digest=requests_digest,
    )


def _read(made: pl.DataFrame, plan: StressPlan) -> pl.DataFrame:
    """With what each answer says as text, and whether it is one: `said` is null where it is not."""
    said = [_said(answer, status, plan) for answer, status in zip(made["answer"], made["status"], strict=True)]
    error = ~pl.col("status").is_between(200, 299) | (pl.col("failure") != "")
    return made.with_columns(pl.Series("said", said, dtype=pl.String), error.alias("error"))


def _said(answer: str, status: int, plan: StressPlan) -> str | None:
    if not 200 <= status <= 299:
        return None
    try:
        value = orjson.loads(answer)
        for step in plan.answer_at.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value[key]
    except (orjson.JSONDecodeError, KeyError, IndexError, ValueError, TypeError):
        return None
    return _as_declared(value, plan)


def _as_declared(value: object, plan: StressPlan) -> str | None:
    if plan.answer_form is AnswerForm.LABEL:
        text = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
        return text if text in plan.labels else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if plan.answer_form is AnswerForm.PROBABILITY and not 0 <= value <= 1:
        return None
    return repr(float(value))


def _phase(plan: StressPlan, made: pl.DataFrame, name: str) -> PhaseResult:
    phase = next(one for one in plan.phases if one.name == name)
    own = made.filter(pl.col("phase") == name)
    answered = own.filter(~pl.col("error"))
    failed = own.filter(pl.col("error"))
    why = [row["failure"] or f"status {row['status']}" for row in failed.iter_rows(named=True)]
    took = float(own["started"].max() - own["started"].min()) if len(own) > 1 else 0.0  # type: ignore[operator]
    return PhaseResult(
        name=name,
        dependency=phase.dependency,
        users=phase.users,
        planned=math.floor(phase.rate * phase.seconds),
        requests=len(own),
        errors=len(failed),
        failures={one: why.count(one) for one in sorted(set(why))},
        invalid=int(answered["said"].null_count()),
        seconds=took,
        p50=_percentile(answered, 0.50),
        p95=_percentile(answered, 0.95),
        p99=_percentile(answered, 0.99),
        longest=_percentile(answered, 1.0),
    )


def _percentile(answered: pl.DataFrame, share: float) -> float | None:
    """The smallest time that at least this share of the answers took (the nearest rank)."""
    times = sorted(answered["ms"].to_list())
    return float(times[max(math.ceil(share * len(times)) - 1, 0)]) if times else None


def _case(plan: StressPlan, made: pl.DataFrame, name: str) -> CaseResult:
    case = next(one for one in plan.cases if one.name == name)
    sent = made.filter(pl.col("phase") == CASES)
    before = sent.filter((pl.col("case") == UNDISTURBED) & ~pl.col("error") & pl.col("said").is_not_null())
    own = sent.filter(pl.col("case") == name)
    after = own.filter(~pl.col("error") & pl.col("said").is_not_null())
    pairs = before.select("row", "said").join(after.select("row", pl.col("said").alias("now")), on="row")
    changed = shift = None
    if len(pairs) and plan.answer_form is AnswerForm.LABEL:
        changed = int((pairs["said"] != pairs["now"]).sum())
    elif len(pairs):
        shift = float((pairs["said"].cast(pl.Float64) - pairs["now"].cast(pl.Float64)).abs().mean())  # type: ignore[arg-type]
        if plan.answer_form is AnswerForm.PROBABILITY:  # at even odds, as elsewhere
            sides = pairs.select(pl.col("said", "now").cast(pl.Float64) >= 0.5)
            changed = int((sides["said"] != sides["now"]).sum())
    errors = int(own["error"].sum())
    reason = "" if len(pairs) else "No row was answered both as it is and disturbed"
    return CaseResult(name, case.kind.value, case.columns, "the model", len(pairs), changed, shift, errors, reason)


def _seconds(made: pl.DataFrame) -> Iterator[Second]:
    load = made.filter(pl.col("phase") != CASES)
    if not len(load):
        return
    began = float(load["started"].min())  # type: ignore[arg-type]
    counted = load.with_columns((pl.col("started") - began).floor().cast(pl.Int64).alias("second"))
    for (second, phase), part in counted.group_by("second", "phase", maintain_order=True):
        own = part.filter(~pl.col("error"))
        yield Second(int(str(second)), str(phase), len(part), int(part["error"].sum()), _percentile(own, 0.95))


def _recovery(plan: StressPlan, made: pl.DataFrame) -> Mapping[str, float]:
    """How long, once a dependency is back, until the first answer that is one; where none came, the whole phase."""
    found: dict[str, float] = {}
    for away, after in zip(plan.phases, plan.phases[1:], strict=False):
        if away.dependency and not after.dependency:
            own = made.filter(pl.col("phase") == after.name)
            good = own.filter(~pl.col("error") & pl.col("said").is_not_null())
            back = own["started"].min()
            ended = (good["started"] + good["ms"] / 1000).min()
            never = ended is None or back is None
            found[away.dependency] = float(after.seconds) if never else float(ended) - float(back)  # type: ignore[arg-type]
    return found


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
