"""`countersign assess explain`: why a model decides as it does, and what its inputs betray."""

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import EXIT_CODES, answered, attachment, rows, table_of
from app.cli.assess.requiring import add_judging, code_of, judged

if TYPE_CHECKING:
    from core.frames.roles import Roles
    from core.metrics.explanation import ExplanationResult

EPILOG = f"""{EXIT_CODES}
Without --require it is 0 when a figure is there, 3 when there is none.

Attributions are CSV, Parquet or JSON: a column for each feature (and row_id), or rows of row_id, feature, value, or
rows of feature, importance. Without them a surrogate learns the score, else the prediction, from the features; what it
says is marked as a surrogate's. Metrics: top_feature_share, importance_rank_correlation, reason_rank_correlation,
surrogate_fidelity, sensitive_attribute_auc."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What this assessment takes."""
    parser.epilog = EPILOG
    parser.add_argument("file", metavar="FILE", type=Path, help="predictions and inputs: CSV or Parquet")
    parser.add_argument("--features", metavar="COLUMN", action="append", default=[], help="an input; repeat for each")
    parser.add_argument("--score", metavar="COLUMN", help="the score to explain")
    parser.add_argument("--prediction", metavar="COLUMN", help="the prediction to explain, where there is no score")
    parser.add_argument("--task", choices=("binary", "multiclass", "regression"), default="binary")
    parser.add_argument("--positive", metavar="LABEL", default="", help="the positive label of the prediction")
    parser.add_argument("--attributions", metavar="FILE", type=Path, help="SHAP values or importances")
    parser.add_argument("--previous", metavar="FILE", type=Path, help="the last version's attributions")
    parser.add_argument("--sensitive", metavar="COLUMN", action="append", default=[], help="attribute; repeat for more")
    parser.add_argument("--row-id", metavar="COLUMN", help="joins attributions and predictions")
    parser.add_argument("--minimum-group", metavar="ROWS", type=rows, default=30, help="default: 30")
    add_judging(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, explain, judge, print."""
    return answered(args.file, lambda: _print(args))


def _print(args: argparse.Namespace) -> int:
    from app.cli.assess.explain_output import as_json, as_table

    found = _explained(args)
    verdicts = judged(found.figures, args.require, args.minimum_rows)
    print(as_json(found, verdicts) if args.format == "json" else as_table(found, verdicts))
    return code_of(found.figures, verdicts)


def _explained(args: argparse.Namespace) -> "ExplanationResult":
    from core.frames.explaining import explain_file
    from core.validation.uploads import ColumnMapping

    regression = args.task == "regression"
    mapping = ColumnMapping(
        score=args.score,
        row_id=args.row_id,
        sensitive=tuple(dict.fromkeys(args.sensitive)),
        numbers=(args.prediction,) if regression and args.prediction else (),
    )
    with ExitStack() as stack:
        table = stack.enter_context(table_of(args.file, mapping))
        attributions, previous = (attachment(stack, path) for path in (args.attributions, args.previous))
        return explain_file(
            table, _roles(args), attributions=attributions, previous=previous, minimum_group=args.minimum_group
        )


def _roles(args: argparse.Namespace) -> "Roles":
    from core.frames.roles import Roles, Task

    return Roles(
        prediction=args.prediction,
        score=args.score,
        positive=args.positive,
        task=Task(args.task),
        features=tuple(args.features),
        sensitive=tuple(dict.fromkeys(args.sensitive)),
        row_id=args.row_id,
    )
