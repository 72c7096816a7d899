"""What a stress test came to: every request as a row, and what phases and cases make of them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import orjson
import polars as pl
from pydantic import TypeAdapter

from core.monitoring.stress.values import UNDISTURBED, AnswerForm, StressPlan

CASES = "cases"  # the name of the phase in which each row is sent once as it is and once for each case
SCHEMA = {
    "phase": pl.String, "case": pl.String, "row": pl.Int64, "started": pl.Float64, "ms": pl.Float64,
    "status": pl.Int64, "failure": pl.String, "answer": pl.String,
}  # fmt: skip


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
    took = float(np.ptp(own["started"].to_numpy())) if len(own) > 1 else 0.0
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
