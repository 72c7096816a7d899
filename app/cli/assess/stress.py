"""`countersign assess stress`: perturbed predictions, scenarios and the worst slice."""

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import EXIT_CODES, answered, attachment, rows, table_of
from app.cli.assess.requiring import add_judging, code_of, judged

if TYPE_CHECKING:
    from core.frames.roles import Roles
    from core.metrics.robustness import RobustnessResult
    from core.validation.uploads import ColumnMapping

TASKS = ("binary", "multiclass", "regression")
EPILOG = f"""{EXIT_CODES}
Without --require it is 0 when a figure is there, 3 when there is none.

Perturbed predictions have the columns row_id, scenario, and prediction or score. Scenarios are a JSON list of objects
with name, kind (shift, scale, missing, extreme, category, reweight), column or columns, and amount, quantile, value or
weights; a surrogate answers those that change inputs, which needs --features. Metrics: prediction_flip_rate,
performance_drop, worst_slice_accuracy or, for numbers, worst_slice_error_ratio."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What this assessment takes."""
    parser.epilog = EPILOG
    parser.add_argument("file", metavar="FILE", type=Path, help="labels and predictions: CSV or Parquet")
    parser.add_argument("--label", metavar="COLUMN", required=True, help="what happened")
    parser.add_argument("--prediction", metavar="COLUMN", required=True, help="what the model decided or estimated")
    parser.add_argument("--score", metavar="COLUMN", help="the score of the positive class")
    parser.add_argument("--task", choices=TASKS, help="default: from the label, where that is clear")
    parser.add_argument("--positive", metavar="LABEL", help="the positive label, for selection rates")
    parser.add_argument("--perturbed", metavar="FILE", type=Path, help="answers to disturbed inputs")
    parser.add_argument("--scenarios", metavar="FILE", type=Path, help="what should happen, in JSON")
    parser.add_argument("--row-id", metavar="COLUMN", help="joins perturbed answers; default: row_id")
    parser.add_argument("--features", metavar="COLUMN", action="append", default=[], help="an input; repeat for each")
    parser.add_argument("--slice", metavar="COLUMN", action="append", default=[], help="attribute to slice by; repeat")
    parser.add_argument("--minimum-slice", metavar="ROWS", type=rows, default=50, help="default: 50")
    parser.add_argument("--depth", type=int, choices=(1, 2, 3), default=2, help="attributes crossed; default: 2")
    add_judging(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, stress, judge, print."""
    return answered(args.file, lambda: _print(args))


def _print(args: argparse.Namespace) -> int:
    from app.cli.assess.stress_output import as_json, as_table

    found = _stressed(args)
    verdicts = judged(found.figures, args.require, args.minimum_rows)
    print(as_json(found, verdicts) if args.format == "json" else as_table(found, verdicts))
    return code_of(found.figures, verdicts)


def _stressed(args: argparse.Namespace) -> "RobustnessResult":
    from core.frames.stressing import stress_file

    with ExitStack() as stack:
        table = stack.enter_context(table_of(args.file, _mapping(args)))
        perturbed = attachment(stack, args.perturbed)
        return stress_file(
            table,
            _roles(args, table),
            perturbations=perturbed,
            scenarios=args.scenarios,
            slices=tuple(args.slice),
            minimum_slice=args.minimum_slice,
            depth=args.depth,
        )


def _mapping(args: argparse.Namespace) -> "ColumnMapping":
    from core.validation.uploads import ColumnMapping

    return ColumnMapping(
        label=args.label,
        prediction=args.prediction,
        score=args.score,
        row_id=args.row_id,
        sensitive=tuple(dict.fromkeys(args.slice)),
        task=args.task or "",
    )


def _roles(args: argparse.Namespace, table: Path) -> "Roles":
    from core.errors import Problem, Unreadable
    from core.frames.cells import guess_positive, labels_of
    from core.frames.roles import Roles, Task
    from core.frames.source import open_table

    labels = labels_of(table, args.label)
    task = args.task or ("binary" if len(labels) <= 2 else None)
    if task is None:
        found = ", ".join(labels[:6])
        raise Unreadable([Problem("the task is not obvious", column=args.label, found=found, expected="--task")])
    with open_table(table) as opened:
        usual = "row_id" if "row_id" in opened.columns else None
    return Roles(
        label=args.label,
        prediction=args.prediction,
        score=args.score,
        positive=args.positive or guess_positive(labels) or "",
        task=Task(task),
        features=tuple(args.features),
        sensitive=tuple(dict.fromkeys(args.slice)),
        row_id=args.row_id or usual,
    )
