"""`countersign assess performance`: predictions against what happened, for classes and quantities."""

import argparse
import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import EXIT_CODES, INSUFFICIENT, PASSED, answered, exit_code, plain, rows, table_of
from app.cli.assess.requiring import Json, add_require, figure_json, figure_line, judged, verdict_json
from app.cli.columns import columns_of

if TYPE_CHECKING:
    from core.frames.pairing import Roles
    from core.metrics.performance import PerformanceResult
    from core.metrics.performance.comparing import PerformanceComparison, Task
    from core.validation.uploads import ColumnMapping

EPILOG = f"""{EXIT_CODES}
Without --require it is 0 when the figures are there, 3 when the rows carry none.

Metrics of classes: accuracy, balanced_accuracy, precision, recall, specificity, f1_score, roc_auc, pr_auc,
kolmogorov_smirnov, brier_score, log_loss, expected_calibration_error, calibration_slope, calibration_intercept,
macro_f1 …; of quantities: mean_absolute_error, root_mean_squared_error, r_squared, bias, median_absolute_error,
mean_absolute_percentage_error. With --baseline also each as METRIC_change."""
TASKS = ("binary", "multiclass", "regression")
HEAD = ("metric", "value", "95 %", "rows", "no skill", "remark")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What this assessment takes."""
    parser.epilog = EPILOG
    parser.add_argument("file", metavar="FILE", type=Path, help="labels and predictions: CSV or Parquet")
    parser.add_argument("--label", metavar="COLUMN", required=True, help="what happened")
    parser.add_argument("--prediction", metavar="COLUMN", help="what the model decided or estimated")
    parser.add_argument("--score", metavar="COLUMN", help="the score of the positive class")
    parser.add_argument("--task", choices=TASKS, help="default: from the label, where that is clear")
    parser.add_argument("--positive", metavar="LABEL", help="the positive label; needed unless labels are 0 and 1")
    parser.add_argument("--threshold", type=float, default=0.5, help="score from which on it is positive; default 0.5")
    parser.add_argument(
        "--probability", metavar="CLASS=COLUMN", action="append", default=[], help="of each class; repeat"
    )
    parser.add_argument("--baseline", metavar="FILE", type=Path, help="predictions of another model, same columns")
    parser.add_argument("--row-id", metavar="COLUMN", help="names each row, so that two files are compared in pairs")
    add_require(parser)
    parser.add_argument("--minimum-rows", metavar="ROWS", type=rows, default=1, help="rows that a verdict needs")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, compute, judge, print."""
    return answered(args.file, lambda: _print(args))


def _print(args: argparse.Namespace) -> int:
    from core.frames.pairing import compare_files
    from core.frames.performance import assess_performance

    mapping, comparison = _mapping(args), None
    with ExitStack() as stack:
        table = stack.enter_context(table_of(args.file, mapping))
        roles = _roles(args, table)
        known = mapping.probability_columns
        found = assess_performance(table, roles, probabilities=known or None, threshold=args.threshold)
        if args.baseline:
            other = stack.enter_context(table_of(args.baseline, mapping))
            comparison = compare_files(table, roles, other, roles, name="baseline")
    figures = (*found.figures, *(comparison.figures if comparison else ()))
    verdicts = judged(figures, args.require, args.minimum_rows)
    if args.format == "json":
        print(as_json(found, comparison, [verdict_json(*one) for one in verdicts]))
    else:
        print(
            as_table(
                found, comparison, [f"{one.verdict.value}: {figure.metric} {one.reason}" for _, figure, one in verdicts]
            )
        )
    if not args.require:
        return PASSED if any(figure.value is not None for figure in found.figures) else INSUFFICIENT
    return exit_code(judgement.verdict for _, _, judgement in verdicts)


def _mapping(args: argparse.Namespace) -> "ColumnMapping":
    from core.errors import Unreadable
    from core.validation.uploads import ColumnMapping

    mapping = ColumnMapping(
        label=args.label,
        prediction=args.prediction,
        score=args.score,
        positive_label=args.positive or "",
        row_id=args.row_id,
        task=args.task or "",
        probabilities=tuple(args.probability),
    )
    if problems := [one for one in mapping.problems(_named(mapping), outcome=False) if one.column == "probabilities"]:
        raise Unreadable(problems)
    return mapping


def _named(mapping: "ColumnMapping") -> list[str]:
    texts = (mapping.label, mapping.prediction, mapping.score, mapping.row_id, *mapping.probability_columns.values())
    return [name for name in texts if name]


def _roles(args: argparse.Namespace, table: Path) -> "Roles":
    from core.errors import Problem, Unreadable
    from core.frames.cells import guess_positive, labels_of
    from core.frames.pairing import Roles

    labels = labels_of(table, args.label)
    task: Task | None = args.task or ("multiclass" if args.probability else "binary" if len(labels) <= 2 else None)
    if task is None:
        raise Unreadable(
            [Problem("the task is not obvious", column=args.label, found=", ".join(labels[:6]), expected="--task")]
        )
    positive = args.positive if args.positive is not None else guess_positive(labels)
    if task == "binary" and positive is None:
        found = ", ".join(labels[:6])
        raise Unreadable(
            [Problem("the positive label is not obvious", column=args.label, found=found, expected="--positive")]
        )
    return Roles(args.label, args.prediction, args.score, positive or "", args.row_id, task)


def as_json(
    found: "PerformanceResult", comparison: "PerformanceComparison | None", verdicts: list[dict[str, Json]]
) -> str:
    """Every figure, what the tables hold, the comparison and the verdicts; numbers unrounded."""
    from pydantic import TypeAdapter

    from core.metrics.performance import PerformanceResult
    from core.metrics.performance.comparing import PerformanceComparison

    document = {
        "task": found.task,
        "rows": found.rows,
        "figures": [figure_json(figure) for figure in found.figures],
        "baselines": [figure_json(figure) for figure in found.baselines],
        "result": TypeAdapter(PerformanceResult).dump_python(found, mode="json"),
        "comparison": TypeAdapter(PerformanceComparison).dump_python(comparison, mode="json") if comparison else None,
        "verdicts": verdicts,
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def as_table(found: "PerformanceResult", comparison: "PerformanceComparison | None", verdicts: list[str]) -> str:
    """Each figure beside that of no skill, the comparison, and the verdicts."""
    skill = {figure.metric: f"{figure.value:.4g}" for figure in found.baselines if figure.value is not None}
    lines = columns_of([HEAD, *(figure_line(figure, skill.get(figure.metric, "")) for figure in found.figures)])
    if comparison:
        how = f"{comparison.paired:,} rows in pairs" if comparison.paired else "as two samples"
        head = ("metric", "current", comparison.other, "change", "95 %", "p")
        lines += ["", f"Against the {comparison.other}, {how}:", *columns_of([head, *_changes(comparison)])]
    return plain("\n".join([f"{found.rows:,} rows, {found.task}", "", *lines, *([""] if verdicts else []), *verdicts]))


def _changes(comparison: "PerformanceComparison") -> list[tuple[str, ...]]:
    return [
        (
            change.metric,
            _short(change.current),
            _short(change.other),
            _short(change.change.value),
            f"{change.change.interval.low:.4g} to {change.change.interval.high:.4g}" if change.change.interval else "",
            _short(change.p_value),
        )
        for change in comparison.changes
    ]


def _short(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.4g}"
