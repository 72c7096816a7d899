"""The fairness of a file of predictions: everything that its columns carry, and reasons for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.cells import cells
from core.frames.group_errors import group_numbers
from core.frames.group_scores import group_scores
from core.frames.roles import EVEN_CUT, Task
from core.frames.source import Table, open_table
from core.metrics.cells import Cells, Normalisation, normalise
from core.metrics.fairness import DEFAULT_MINIMUM_GROUP, FOUR_FIFTHS, FairnessResult, assess
from core.metrics.fairness.assessing import REPETITIONS, SEED, combinations
from core.metrics.fairness.groups import Figure, Overall
from core.metrics.fairness.notes import notes
from core.metrics.fairness.numbers import compare_numbers
from core.metrics.fairness.numeric import RegressionComparison
from core.metrics.fairness.reference import check_wanted
from core.metrics.fairness.results import Comparison
from core.metrics.fairness.scored import ScoreComparison
from core.metrics.fairness.scoring import compare_scores, without_scores
from core.metrics.fairness.sweeping import sweep
from core.metrics.fairness.sweeps import ThresholdSweep

MOST_SCORED = 500  # groups of one comparison whose scores are compared
Reference = Mapping[str, str] | Overall | None


@dataclass(frozen=True)
class Columns:
    """Which columns are compared, and how.

    `positive` is the positive label; with several classes all others count as not positive. `favourable` is the label
    that is good for the person, or for numbers “higher” or “lower”. `count`: each row stands for so many. `renamed`
    gives, per attribute, group labels as written → as shown. Without a prediction, a score of at least `cut` is
    positive.
    """

    sensitive: tuple[str, ...]
    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    positive: str = ""
    favourable: str = ""
    controls: tuple[str, ...] = ()
    count: str | None = None
    task: Task = Task.BINARY
    cut: float = EVEN_CUT
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def assess_file(
    path: Path | str,
    columns: Columns,
    *,
    reference: Reference = None,
    minimum_group: int = DEFAULT_MINIMUM_GROUP,
    threshold: float = FOUR_FIFTHS,
    repetitions: int = REPETITIONS,
    seed: int = SEED,
) -> FairnessResult:
    """Every fairness figure that the columns carry; see `core.metrics.fairness` for their definitions.

    Raises Unreadable with place and reason where a column is absent or holds what it may not, is both an attribute and
    a control, or neither a prediction nor a score is named.
    """
    _refuse_doubled(columns)
    if columns.task is Task.REGRESSION:
        return _numbers(path, columns, reference, minimum_group, threshold)
    counted = _counted(path, columns)
    result = assess(
        counted,
        favourable=columns.favourable or None,
        reference=reference,
        controls=columns.controls,
        minimum_group=minimum_group,
        threshold=threshold,
        repetitions=repetitions,
        seed=seed,
    )
    return result if columns.score is None else _with_scores(path, columns, columns.score, result, reference)


def _refuse_doubled(columns: Columns) -> None:
    problems = [
        Problem("a column is compared by once: as an attribute or as a control", column=name)
        for name in columns.controls
        if name in columns.sensitive
    ]
    problems += [Problem("a column to rename is no attribute", column=name) for name in columns.renamed
                 if name not in (*columns.sensitive, *columns.controls)]  # fmt: skip
    if problems:
        raise Unreadable(problems)


def _counted(path: Path | str, columns: Columns) -> Cells:
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
        one_against_rest=columns.task is Task.MULTICLASS,
    )
    for name, shown in columns.renamed.items():
        counted = normalise(counted, name, shown)
    return counted


def _with_scores(
    path: Path | str, columns: Columns, score: str, result: FairnessResult, reference: Reference
) -> FairnessResult:
    with open_table(path) as table:
        found = [_scored(table, columns, score, one, result, reference) for one in result.comparisons]
    scored = replace(
        result,
        comparisons=tuple(comparison for comparison, _, _ in found),
        scores=tuple(scores for _, scores, _ in found),
        sweep=tuple(swept for _, _, swept in found),
    )
    return replace(scored, notes=notes(scored))


def _scored(
    table: Table, columns: Columns, score: str, comparison: Comparison, result: FairnessResult, reference: Reference
) -> tuple[Comparison, ScoreComparison, ThresholdSweep]:
    if len(comparison.groups) > MOST_SCORED:
        reason = f"{len(comparison.groups)} groups, more than the {MOST_SCORED} whose scores are compared"
        none = ThresholdSweep(comparison.attributes, (), (), (), result.threshold, reason=reason)
        return *without_scores(comparison, reason), none
    sums = group_scores(
        table,
        comparison.attributes,
        label=columns.label,
        score=score,
        positive=columns.positive,
        count=columns.count,
        one_against_rest=columns.task is Task.MULTICLASS,
        renamed=columns.renamed,
    )
    compared, scores = compare_scores(comparison, sums)
    swept = sweep(
        compared,
        sums,
        is_positive=result.favourable == result.positive,
        named=isinstance(reference, Mapping) and all(name in reference for name in comparison.attributes),
        screen=result.threshold,
    )
    return compared, scores, swept


def _numbers(
    path: Path | str, columns: Columns, reference: Reference, minimum_group: int, threshold: float
) -> FairnessResult:
    column = columns.prediction or columns.score
    favourable = columns.favourable or "higher"
    if column is None:
        raise Unreadable([Problem("no prediction column is named")])
    if favourable not in ("higher", "lower"):
        raise Unreadable([Problem("what is favourable for a number is higher or lower", found=favourable)])
    found, rows = _compared_numbers(path, columns, column, reference, minimum_group, favourable == "higher")
    result = FairnessResult(
        rows=rows,
        unknown={one.attributes[0]: one.unknown or 0 for one, _ in found if len(one.attributes) == 1},
        favourable=favourable,
        positive="",
        comparisons=tuple(_without_controls(one, columns) for one, _ in found),
        threshold=threshold,
        task="regression",
        regression=tuple(numbers for _, numbers in found),
        normalised=tuple(Normalisation(name, dict(sorted(shown.items()))) for name, shown in columns.renamed.items()),
    )
    return replace(result, notes=notes(result))


def _compared_numbers(
    path: Path | str, columns: Columns, column: str, reference: Reference, minimum_group: int, higher: bool
) -> tuple[list[tuple[Comparison, RegressionComparison]], int]:
    """Each comparison, and how many rows the file stands for."""
    compared = []
    rows = 0
    with open_table(path) as table:
        sums = {
            attributes: group_numbers(
                table,
                attributes,
                prediction=column,
                label=columns.label,
                count=columns.count,
                renamed=columns.renamed,
            )
            for attributes in combinations(columns.sensitive)
        }
    check_wanted(reference, {name: frozenset(key[0] for key in sums[name,][0]) for name in columns.sensitive})
    for attributes, (groups, unknown) in sums.items():
        rows = unknown + sum(one.prediction.n for one in groups.values())
        compared.append(
            compare_numbers(
                attributes,
                groups,
                reference=reference,
                higher_is_favourable=higher,
                minimum_group=minimum_group,
                unknown=unknown,
            )
        )
    if not rows:
        raise Unreadable([Problem("the file has no rows", line=1)])
    return compared, rows


def _without_controls(comparison: Comparison, columns: Columns) -> Comparison:
    if not columns.controls:
        return comparison
    reason = "Groups are compared at equal controls for classes only"
    figure = Figure("conditional_impact_ratio", None, None, 0, reason=reason)
    return replace(comparison, figures=(*comparison.figures, figure))
