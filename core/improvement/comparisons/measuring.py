"""Computes a comparison from pairs of rows: performance, groups, disagreement, cost, and what follows from them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from core.errors import Unreadable
from core.frames.fairness import Columns, assess_file
from core.frames.pairing import compare_files
from core.frames.roles import Roles
from core.frames.roles import Task as FrameTask
from core.improvement.comparisons.grouping import LEAST, disagreement_of, groups_of, means_of
from core.improvement.comparisons.results import (
    ERROR,
    SELECTION,
    ComparisonResult,
    Difference,
    ReasonRow,
)
from core.improvement.comparisons.rows import CHALLENGER, CHAMPION, Pairs
from core.improvement.comparisons.rules import (
    DECIDING,
    LOWER_IS_BETTER,
    UNDIRECTED,
    ComparisonFacts,
    GroupDifference,
    Increase,
    Paired,
    recommend,
)
from core.metrics.figure import spoken
from core.metrics.performance.comparing import PerformanceComparison
from core.metrics.verdicts import Verdict
from core.monitoring.intake.rules import ID, LABEL, PREDICTION, SCORE
from core.policy.rules import CheckKind, Policy, Task

STEPS = ("Reading and pairing rows", "Performance", "Groups and disagreement", "Cost and latency", "Recommendation")
FALLBACK = "balanced_accuracy"  # where a side has no scores


@dataclass(frozen=True)
class Bounds:
    """The policy, the tier by which its clauses apply, and whether the challenger may ever be promoted."""

    policy: Policy
    tier: int
    experimental: bool


def measure(pairs: Pairs, bounds: Bounds, step: Callable[[str], None]) -> ComparisonResult:
    """The whole comparison; `step` is told what is done next."""
    step(STEPS[1])
    performance, note = _performance(pairs)
    differences = tuple(_differences(performance))
    metric = _deciding(pairs.task, differences)
    step(STEPS[2])
    groups = tuple(groups_of(pairs))
    apart = disagreement_of(pairs)
    failed = _failed_alone(pairs, bounds)
    step(STEPS[3])
    means = tuple(means_of(pairs))
    step(STEPS[4])
    facts = ComparisonFacts(
        pairs=pairs.frame.height,
        labelled=pairs.labelled.height,
        metric=spoken(metric),
        deciding=_turned(next((one for one in differences if one.metric == metric), None)),
        groups=tuple(
            GroupDifference(f"{one.attribute} {one.group}", one.rows, one.beside_low, one.beside_high, one.beside)
            for one in groups
            if one.differ is not None
        ),
        increases=tuple(Increase(one.what, one.share, one.share_low) for one in means),
        failed_for_challenger_only=failed,
        experimental=bounds.experimental,
    )
    recommendation, reasons = recommend(facts, bounds.policy.comparison)
    return ComparisonResult(
        task=pairs.task.value,
        metric=metric,
        favourable=pairs.favourable,
        measure=ERROR if pairs.task is Task.REGRESSION else SELECTION,
        champion_rows=pairs.rows[0],
        challenger_rows=pairs.rows[1],
        pairs=pairs.frame.height,
        labelled=pairs.labelled.height,
        differing_labels=pairs.differing_labels,
        sources=pairs.sources,
        differences=differences,
        groups=groups,
        disagreement=apart,
        means=means,
        recommendation=recommendation,
        reasons=tuple(ReasonRow(one.side, one.said, one.clause) for one in reasons),
        note=note,
    )


def _performance(pairs: Pairs) -> tuple[PerformanceComparison | None, str]:
    """The challenger against the champion on the labelled pairs; why not, where that cannot be computed."""
    rows = pairs.labelled
    if rows.height < LEAST:
        return None, f"{rows.height} of {pairs.frame.height} pairs have a label, so performance cannot be told."
    scored = pairs.has(SCORE)
    roles = Roles(
        label=LABEL,
        prediction=PREDICTION,
        score=SCORE if scored and pairs.task is Task.BINARY else None,
        positive=pairs.positive,
        task=FrameTask(pairs.task.value),
        row_id=ID,
    )
    with TemporaryDirectory(prefix="countersign-") as folder:
        paths = [_written(rows, side, Path(folder), roles) for side in (CHALLENGER, CHAMPION)]
        try:
            found = compare_files(paths[0], roles, paths[1], roles, name=CHAMPION)
        except Unreadable as error:
            return None, f"Performance cannot be told: {error}"
    return found, found.note


def _written(rows: pl.DataFrame, side: str, folder: Path, roles: Roles) -> Path:
    path = folder / f"{side}.parquet"
    own = [pl.col(f"{side}_{name}").alias(name) for name in (PREDICTION, SCORE) if name in (PREDICTION, roles.score)]
    rows.select(ID, LABEL, *own).write_parquet(path)
    return path


def _differences(found: PerformanceComparison | None) -> Iterable[Difference]:
    for one in found.changes if found else ():
        interval = one.change.interval
        yield Difference(
            metric=one.metric,
            champion=one.other,
            challenger=one.current,
            change=one.change.value,
            low=interval.low if interval else None,
            high=interval.high if interval else None,
            p_value=one.p_value,
            method=one.change.method,
            better="" if one.metric in UNDIRECTED else "lower" if one.metric in LOWER_IS_BETTER else "higher",
            reason=one.change.reason,
        )


def _deciding(task: Task, differences: Iterable[Difference]) -> str:
    known = {one.metric for one in differences if one.change is not None}
    wanted = DECIDING[task]
    return wanted if wanted in known or FALLBACK not in known else FALLBACK


def _turned(one: Difference | None) -> Paired:
    """So that more is better for the challenger."""
    if one is None or one.change is None or one.low is None or one.high is None:
        return Paired(one.change if one else None, None, None)
    return Paired(-one.change, -one.high, -one.low) if one.better == "lower" else Paired(one.change, one.low, one.high)


def _failed_alone(pairs: Pairs, bounds: Bounds) -> tuple[str, ...]:
    """The required clauses of fairness that the challenger fails on these rows and the champion meets."""
    rows = pairs.labelled if pairs.labelled.height else pairs.frame
    if pairs.task is not Task.BINARY or not pairs.attributes or rows.height < LEAST:
        return ()
    verdicts = [_verdicts(pairs, rows, side, bounds) for side in (CHAMPION, CHALLENGER)]
    return tuple(
        clause
        for clause, found in verdicts[1].items()
        if found is Verdict.FAIL and verdicts[0].get(clause) is Verdict.PASS
    )


def _verdicts(pairs: Pairs, rows: pl.DataFrame, side: str, bounds: Bounds) -> dict[str, Verdict]:
    """The worst verdict of each clause over the attributes, each alone."""
    found: dict[str, Verdict] = {}
    with TemporaryDirectory(prefix="countersign-") as folder:
        path = Path(folder) / "rows.parquet"
        rows.select(LABEL, pl.col(f"{side}_{PREDICTION}").alias(PREDICTION), *pairs.attributes).write_parquet(path)
        columns = Columns(
            pairs.attributes,
            label=LABEL if rows[LABEL].count() else None,
            prediction=PREDICTION,
            positive=pairs.positive,
            favourable=pairs.favourable,
        )
        try:
            result = assess_file(path, columns, minimum_group=bounds.policy.comparison.minimum_group)
        except Unreadable:
            return {}
    for clause in bounds.policy.for_tier(bounds.tier).of_kind(CheckKind.FAIRNESS):
        if not clause.required or pairs.task not in clause.tasks:
            continue
        for one in result.comparisons:
            if len(one.attributes) == 1:
                verdict = one.judge(clause.metric, clause.value, clause.direction).verdict
                worst = found.get(clause.clause)
                found[clause.clause] = verdict if worst is not Verdict.FAIL else worst
    return found
