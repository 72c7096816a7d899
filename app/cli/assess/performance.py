"""`countersign assess performance`: predictions against what happened, for classes and quantities."""

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import EXIT_CODES, INSUFFICIENT, PASSED, answered, exit_code, table_of
from app.cli.assess.requiring import add_judging, judged, verdict_json

if TYPE_CHECKING:
    from core.frames.roles import Roles, Task
    from core.metrics.performance import PerformanceResult
    from core.metrics.performance.comparing import PerformanceComparison
    from core.validation.uploads import ColumnMapping

EPILOG = f"""{EXIT_CODES}
Without --require it is 0 when the figures are there, 3 when the rows carry none.

Metrics of classes: accuracy, balanced_accuracy, precision, recall, specificity, f1_score,
matthews_correlation_coefficient, roc_auc, pr_auc, kolmogorov_smirnov, brier_score, log_loss,
expected_calibration_error, calibration_slope, calibration_intercept; of more than two classes
macro_precision, macro_recall, macro_f1, weighted_precision, weighted_recall, weighted_f1 too; of
quantities: mean_absolute_error, root_mean_squared_error, r_squared, bias, median_absolute_error,
mean_absolute_percentage_error. With --baseline also each as METRIC_change, current less baseline."""
TASKS = ("binary", "multiclass", "regression")
CLEARLY_CLASSES = 20  # so few whole numbers, and predictions among them, are classes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What this assessment takes."""
    parser.epilog = EPILOG
    parser.add_argument("file", metavar="FILE", type=Path, help="labels and predictions: CSV or Parquet")
    parser.add_argument("--label", metavar="COLUMN", required=True, help="what happened")
    parser.add_argument("--prediction", metavar="COLUMN", help="what the model decided or estimated")
    parser.add_argument("--score", metavar="COLUMN", help="the score of the positive class")
    parser.add_argument("--task", choices=TASKS, help="default: from the label, where that is clear")
    parser.add_argument("--positive", metavar="LABEL", help="the positive label; needed unless labels are 0 and 1")
    parser.add_argument(
        "--threshold", type=float, default=0.5, help="score from which on it is positive, without --prediction; 0.5"
    )
    parser.add_argument(
        "--probability", metavar="CLASS=COLUMN", action="append", default=[], help="of each class; repeat"
    )
    parser.add_argument("--baseline", metavar="FILE", type=Path, help="predictions of another model, same columns")
    parser.add_argument("--row-id", metavar="COLUMN", help="names each row, so that two files are compared in pairs")
    add_judging(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, compute, judge, print."""
    return answered(args.file, lambda: _print(args))


def _print(args: argparse.Namespace) -> int:
    from app.cli.assess.performance_output import as_json, as_table

    found, comparison = _assess(args)
    figures = (*found.figures, *(comparison.figures if comparison else ()))
    verdicts = judged(figures, args.require, args.minimum_rows)
    if args.format == "json":
        print(as_json(found, comparison, [verdict_json(*one) for one in verdicts]))
    else:
        words = [f"{one.verdict.value}: {figure.metric}: {one.reason}" for _, figure, one in verdicts]
        print(as_table(found, comparison, words))
    if args.require:
        return exit_code(judgement.verdict for _, _, judgement in verdicts)
    # The first figure is the accuracy or the mean absolute error.
    return INSUFFICIENT if found.figures[0].value is None else PASSED


def _assess(args: argparse.Namespace) -> "tuple[PerformanceResult, PerformanceComparison | None]":
    from core.frames.pairing import compare_files
    from core.frames.performance import assess_performance

    mapping = _mapping(args)
    chances = mapping.probability_columns or None
    with ExitStack() as stack:
        table = stack.enter_context(table_of(args.file, mapping))
        roles = _roles(args, table)
        found = assess_performance(table, roles, probabilities=chances, threshold=args.threshold)
        if args.baseline is None:
            return found, None
        other = stack.enter_context(table_of(args.baseline, mapping))
        return found, compare_files(
            table, roles, other, roles, name="baseline", threshold=args.threshold, probabilities=chances
        )


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
    from core.frames.roles import Roles, Task

    labels = labels_of(table, args.label)
    shown = ", ".join(labels[:6])
    guesses = labels_of(table, args.prediction) if args.prediction else ()
    task = Task(args.task) if args.task else _task(labels, guesses, args.probability)
    if task is None:
        expected = f"--task with one of {', '.join(TASKS)}"
        raise Unreadable([Problem("the task is not obvious", column=args.label, found=shown, expected=expected)])
    positive = args.positive if args.positive is not None else guess_positive(labels)
    if task is Task.BINARY and positive is None and labels:
        expected = "--positive with one of them"
        raise Unreadable(
            [Problem("the positive label is not obvious", column=args.label, found=shown, expected=expected)]
        )
    return Roles(
        label=args.label,
        prediction=args.prediction,
        score=args.score,
        positive=positive or "",
        task=task,
        row_id=args.row_id,
    )


def _task(labels: tuple[str, ...], guesses: tuple[str, ...], probabilities: list[str]) -> "Task | None":
    """What the labels and predictions clearly are; None where they could be classes as well as a quantity."""
    from core.frames.roles import Task
    from core.metrics.cells import canonical

    if probabilities:
        return Task.MULTICLASS
    if len(labels) <= 2:
        return Task.BINARY
    keys, guessed = {canonical(one) for one in labels}, {canonical(one) for one in guesses}
    numbers = [one for one in keys | guessed if not isinstance(one, str)]
    if len(numbers) < len(keys | guessed):
        return Task.MULTICLASS if all(isinstance(one, str) for one in keys) else None
    if any(one != one.to_integral_value() for one in numbers):
        return Task.REGRESSION
    return Task.MULTICLASS if guessed and guessed <= keys and len(keys) <= CLEARLY_CLASSES else None
