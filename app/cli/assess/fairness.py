"""`countersign assess fairness`: outcomes and errors between groups."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.cli.assess.reading import EXIT_CODES, INSUFFICIENT, PASSED, answered, exit_code, ratio, rows, table_of

if TYPE_CHECKING:
    from core.metrics.fairness import FairnessResult

EPILOG = f"""{EXIT_CODES}

Groups with fewer rows than --minimum-group are shown but not judged, and are no reference unless named. A verdict is
insufficient evidence where nothing can be compared, or where such a small group lies below the threshold."""

Reference = dict[str, str] | Literal["overall"] | None


def add_arguments(fairness: argparse.ArgumentParser) -> None:
    """What this assessment takes."""
    fairness.epilog = EPILOG
    fairness.add_argument("file", metavar="FILE", type=Path, help="labels and predictions: CSV or Parquet")
    fairness.add_argument("--label", metavar="COLUMN", help="what happened; without it there are selection rates only")
    fairness.add_argument("--prediction", metavar="COLUMN", help="what the model decided or estimated")
    fairness.add_argument("--score", metavar="COLUMN", help="its score, for calibration, areas and thresholds by group")
    fairness.add_argument("--cut", metavar="SCORE", type=float, default=0.5, help="with a score alone; default: 0.5")
    fairness.add_argument(
        "--task", choices=("binary", "multiclass", "regression"), default="binary", help="default: binary"
    )
    fairness.add_argument(
        "--control", metavar="COLUMN", action="append", default=[], help="compare again at equal values; repeat"
    )
    fairness.add_argument("--count", metavar="COLUMN", help="each row stands for as many as this column says")
    fairness.add_argument(
        "--sensitive", metavar="COLUMN", action="append", required=True, help="attribute; repeat to cross them"
    )
    fairness.add_argument("--positive", metavar="LABEL", help="the positive label; needed unless labels are 0 and 1")
    fairness.add_argument("--favourable", metavar="LABEL", help="the outcome people want; default: the positive label")
    fairness.add_argument(
        "--reference",
        metavar="GROUP",
        action="append",
        help="COLUMN=VALUE, a value, or “overall”; default: the most selected group",
    )
    fairness.add_argument("--threshold", metavar="RATIO", type=ratio, default=0.8, help="default: 0.8, four-fifths")
    fairness.add_argument(
        "--minimum-group", metavar="ROWS", type=rows, default=30, help="rows a group needs to be judged; default: 30"
    )
    fairness.add_argument("--format", choices=("table", "json"), default="table")
    fairness.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, count, compare, print."""
    return answered(args.file, lambda: _print(args))


def _print(args: argparse.Namespace) -> int:
    from app.cli.assess.fairness_output import as_json, as_table

    result = _assess(args)
    print(as_json(result) if args.format == "json" else as_table(result))
    if result.task == "regression":
        return (
            PASSED
            if any(one.figure("mean_prediction_difference").value is not None for one in result.comparisons)
            else INSUFFICIENT
        )
    return exit_code(judgement.verdict for _, _, judgement in result.verdicts())


def _assess(args: argparse.Namespace) -> "FairnessResult":
    """Read as strictly as an upload, then compare; text is compared as the text it is."""
    from core.frames.fairness import Columns, assess_file
    from core.validation.uploads import ColumnMapping

    attributes = tuple(dict.fromkeys(args.sensitive))
    with table_of(args.file, ColumnMapping(sensitive=attributes)) as table:
        columns = Columns(
            sensitive=attributes,
            label=args.label,
            prediction=args.prediction,
            score=args.score,
            positive="" if args.task == "regression" else _positive_label(args, table),
            favourable=args.favourable or "",
            controls=tuple(args.control),
            count=args.count,
            task=args.task,
            cut=args.cut,
        )
        return assess_file(
            table,
            columns,
            reference=_reference(args.reference or [], table, attributes),
            minimum_group=args.minimum_group,
            threshold=args.threshold,
        )


def _positive_label(args: argparse.Namespace, table: Path) -> str:
    if args.positive is not None:
        return str(args.positive)
    if args.prediction is None and args.label is None:
        return "1"  # scores alone: at least the cut is positive
    return _positive(table, args.label, args.prediction)


def _positive(table: Path, *columns: str | None) -> str:
    from core.errors import Problem, Unreadable
    from core.frames.cells import guess_positive, labels_of

    named = [column for column in columns if column is not None]
    labels = labels_of(table, *named)
    positive = guess_positive(labels)
    if positive is None:
        raise Unreadable(
            [
                Problem(
                    "the positive label is not obvious",
                    column=" or ".join(named),
                    found=", ".join(labels[:6]),
                    expected="--positive with one of them",
                )
            ]
        )
    return positive


def _reference(words: list[str], table: Path, attributes: tuple[str, ...]) -> Reference:
    """“overall”, or attribute to value; a value alone belongs to the one attribute that has it."""
    if not words:
        return None
    if "overall" in words:
        return "overall"
    from core.frames.cells import labels_of

    values = {name: frozenset(labels_of(table, name)) for name in attributes}
    return dict(_named(word, values) for word in words)


def _named(word: str, values: Mapping[str, frozenset[str]]) -> tuple[str, str]:
    from core.errors import Problem, Unreadable

    column, equals, value = word.partition("=")
    if equals and column in values:
        return column, value
    homes = [name for name, found in values.items() if word in found]
    if len(homes) != 1:
        expected = "COLUMN=VALUE" if homes else "a value of " + " or ".join(values)
        raise Unreadable([Problem("no such reference group", found=word, expected=expected)])
    return homes[0], word
