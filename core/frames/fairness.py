"""The fairness of a file of predictions: everything that its columns carry, and reasons for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from core.errors import Problem, Unreadable
from core.frames.cells import cells
from core.frames.groups import group_numbers, group_scores
from core.frames.source import open_table
from core.metrics.fairness import DEFAULT_MINIMUM_GROUP, FOUR_FIFTHS, FairnessResult, assess
from core.metrics.fairness.assessing import combinations
from core.metrics.fairness.groups import Overall
from core.metrics.fairness.notes import notes
from core.metrics.fairness.numbers import compare_numbers
from core.metrics.fairness.numeric import RegressionComparison
from core.metrics.fairness.results import Comparison
from core.metrics.fairness.scored import ScoreComparison
from core.metrics.fairness.scoring import compare_scores, sweep
from core.metrics.fairness.sweeps import ThresholdSweep

MOST_SCORED = 60  # groups of one comparison whose scores are ranked, each by itself
EVEN_CUT = 0.5


@dataclass(frozen=True)
class Columns:
    """Which columns are compared, and how.

    `positive` is the positive label; with several classes all others count as not positive. `favourable` is the label
    that is good for the person, or for numbers “higher” or “lower”. `count`: each row stands for so many.
    """

    sensitive: tuple[str, ...]
    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    positive: str = ""
    favourable: str = ""
    controls: tuple[str, ...] = ()
    count: str | None = None
    task: Literal["binary", "multiclass", "regression"] = "binary"
    cut: float = EVEN_CUT


def assess_file(
    path: Path | str,
    columns: Columns,
    *,
    reference: Mapping[str, str] | Overall | None = None,
    minimum_group: int = DEFAULT_MINIMUM_GROUP,
    threshold: float = FOUR_FIFTHS,
) -> FairnessResult:
    """Every fairness figure that the columns carry; see `core.metrics.fairness` for their definitions.

    Raises Unreadable with place and reason where a column is absent or holds what it may not.
    """
    if columns.task == "regression":
        return _numbers(path, columns, reference, minimum_group, threshold)
    decided = columns.prediction or columns.score
    if decided is None:
        raise Unreadable([Problem("neither a prediction nor a score column is named")])
    counted = cells(
        path,
        label=columns.label,
        prediction=decided,
        positive=columns.positive,
        attributes=(*columns.sensitive, *columns.controls),
        cut=None if columns.prediction else columns.cut,
        count=columns.count,
        one_against_rest=columns.task == "multiclass",
    )
    result = assess(
        counted,
        favourable=columns.favourable or None,
        reference=reference,
        controls=columns.controls,
        minimum_group=minimum_group,
        threshold=threshold,
    )
    if columns.score is None or columns.label is None or columns.count or columns.task == "multiclass":
        return result
    return _with_scores(path, columns, result)


def _with_scores(path: Path | str, columns: Columns, result: FairnessResult) -> FairnessResult:
    found = [_scored(path, columns, one, result) for one in result.comparisons]
    scored = replace(
        result,
        comparisons=tuple(comparison for comparison, _, _ in found),
        scores=tuple(scores for _, scores, _ in found),
        sweep=tuple(swept for _, _, swept in found),
    )
    return replace(scored, notes=notes(scored))


def _scored(
    path: Path | str, columns: Columns, comparison: Comparison, result: FairnessResult
) -> tuple[Comparison, ScoreComparison, ThresholdSweep]:
    """A table of its own, for what a person's group is decides which rows are ranked."""
    groups = [group.values for group in comparison.groups]
    if len(groups) > MOST_SCORED:
        reason = f"{len(groups)} groups, more than the {MOST_SCORED} whose scores are ranked"
        none = ThresholdSweep(comparison.attributes, (), (), (), result.threshold, reason=reason)
        return comparison, ScoreComparison(comparison.attributes, (), reason), none
    with open_table(path) as table:
        sums = group_scores(
            table,
            comparison.attributes,
            groups,
            label=columns.label or "",
            score=columns.score or "",
            positive=columns.positive,
        )
    compared, scores = compare_scores(comparison, sums)
    is_positive = result.favourable == result.positive
    return compared, scores, sweep(compared, sums, is_positive=is_positive, screen=result.threshold)


def _numbers(
    path: Path | str,
    columns: Columns,
    reference: Mapping[str, str] | Overall | None,
    minimum_group: int,
    threshold: float,
) -> FairnessResult:
    column = columns.prediction or columns.score
    if column is None:
        raise Unreadable([Problem("no prediction column is named")])
    favourable = columns.favourable or "higher"
    if favourable not in ("higher", "lower"):
        raise Unreadable([Problem("what is favourable for a number is higher or lower", found=favourable)])
    compared: list[tuple[Comparison, RegressionComparison]] = []
    unknown: dict[str, int] = {}
    with open_table(path) as table:
        rows = table.count("true")
        for attributes in combinations(columns.sensitive):
            sums, missing = group_numbers(table, attributes, prediction=column, label=columns.label)
            unknown.update(missing)
            pair = compare_numbers(
                attributes,
                sums,
                reference=reference,
                higher_is_favourable=favourable == "higher",
                minimum_group=minimum_group,
            )
            known = sum(one.prediction.n for one in sums.values())
            compared.append((replace(pair[0], unknown=rows - known), pair[1]))
    return FairnessResult(
        rows=rows,
        unknown=unknown,
        favourable=favourable,
        positive="",
        comparisons=tuple(one for one, _ in compared),
        threshold=threshold,
        task="regression",
        regression=tuple(one for _, one in compared),
    )
