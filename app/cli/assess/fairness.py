"""`countersign assess fairness`: outcomes, errors, scores and numbers between groups."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.cli.assess.reading import EXIT_CODES, INSUFFICIENT, PASSED, answered, exit_code, ratio, rows, table_of
from app.cli.assess.requiring import Required, add_require

if TYPE_CHECKING:
    from core.frames.fairness import Columns
    from core.metrics.fairness import Comparison, FairnessResult, Figure
    from core.metrics.verdicts import Judgement

EPILOG = f"""{EXIT_CODES}

Groups with fewer rows than --minimum-group are shown but not judged, and are no reference unless named. A verdict is
insufficient evidence where nothing can be compared, or where such a small group lies below the threshold.

Metrics for --require: impact_ratio, demographic_parity_ratio, true_positive_rate_difference …; with --control
conditional_impact_ratio; with --score roc_auc_difference, calibration_difference and
expected_calibration_error_difference; of numbers mean_prediction_difference, mean_error_difference,
mean_absolute_error_ratio …. Numbers have no verdict without --require: then it is 0 when there are figures, 3 when
there are none."""

Reference = dict[str, str] | Literal["overall"] | None


def add_arguments(fairness: argparse.ArgumentParser) -> None:
    """What this assessment takes."""
    fairness.epilog = EPILOG
    fairness.add_argument("file", metavar="FILE", type=Path, help="labels and predictions: CSV or Parquet")
    _add_columns(fairness)
    fairness.add_argument("--positive", metavar="LABEL", help="the positive label; needed unless labels are 0 and 1")
    fairness.add_argument(
        "--favourable", metavar="LABEL", help="what people want; default: the positive label, or for numbers higher"
    )
    fairness.add_argument(
        "--reference",
        metavar="GROUP",
        action="append",
        help="COLUMN=VALUE, a value, or “overall”; default: the most selected group",
    )
    fairness.add_argument(
        "--rename",
        metavar="COLUMN:VALUE=NAME",
        action="append",
        default=[],
        type=_renaming,
        help="count a value under this name; repeat. What was renamed is on record",
    )
    fairness.add_argument("--threshold", metavar="RATIO", type=ratio, default=0.8, help="default: 0.8, four-fifths")
    fairness.add_argument(
        "--minimum-group", metavar="ROWS", type=rows, default=30, help="rows a group needs to be judged; default: 30"
    )
    add_require(fairness)
    fairness.add_argument("--format", choices=("table", "json"), default="table")
    fairness.set_defaults(run=run)


def _add_columns(fairness: argparse.ArgumentParser) -> None:
    fairness.add_argument("--label", metavar="COLUMN", help="what happened; without it errors cannot be compared")
    fairness.add_argument("--prediction", metavar="COLUMN", help="what the model decided or estimated")
    fairness.add_argument("--score", metavar="COLUMN", help="its score, for calibration, areas and thresholds by group")
    fairness.add_argument(
        "--cut",
        metavar="SCORE",
        type=float,
        default=0.5,
        help="without --prediction, from which score on; default: 0.5",
    )
    fairness.add_argument(
        "--task",
        choices=("binary", "multiclass", "regression"),
        default="binary",
        help="multiclass: --positive against all others; regression: numbers; default: binary",
    )
    fairness.add_argument(
        "--sensitive", metavar="COLUMN", action="append", required=True, help="attribute; repeat to cross them"
    )
    fairness.add_argument(
        "--control", metavar="COLUMN", action="append", default=[], help="compare again at its equal values; repeat"
    )
    fairness.add_argument("--count", metavar="COLUMN", help="each row stands for as many as this column says")


def _renaming(text: str) -> tuple[str, str, str]:
    column, colon, rest = text.partition(":")
    value, equals, name = rest.rpartition("=")
    if not (column and colon and equals and name.strip()):
        raise argparse.ArgumentTypeError("COLUMN:VALUE=NAME is needed")
    return column, value, name


def run(args: argparse.Namespace) -> int:
    """Read, count, compare, print."""
    return answered(args.file, lambda: _print(args))


def _print(args: argparse.Namespace) -> int:
    from app.cli.assess.fairness_output import as_json, as_table

    result = _assess(args)
    required = _required(result, args.require)
    print(as_json(result, required) if args.format == "json" else as_table(result, required))
    verdicts = [
        *(judgement.verdict for _, _, judgement in result.verdicts()),
        *(judgement.verdict for _, _, _, judgement in required),
    ]
    if not verdicts:
        known = any(figure.value is not None for one in result.comparisons for figure in one.figures)
        return PASSED if known else INSUFFICIENT
    return exit_code(verdicts)


def _required(
    result: "FairnessResult", wanted: Sequence[Required]
) -> "list[tuple[Comparison, Figure, Required, Judgement]]":
    """Each threshold on each comparison, judged as a policy would."""
    return [
        (one, one.figure(required.metric), required, one.judge(required.metric, required.value, required.direction))
        for required in wanted
        for one in result.comparisons
    ]


def _assess(args: argparse.Namespace) -> "FairnessResult":
    """Read as strictly as an upload, then compare; text is compared as the text it is."""
    from core.frames.fairness import assess_file
    from core.validation.uploads import ColumnMapping

    _refuse_unknown(args.require)
    attributes = tuple(dict.fromkeys(args.sensitive))
    with table_of(args.file, ColumnMapping(sensitive=attributes)) as table:
        columns = _columns(args, table, attributes)
        return assess_file(
            table,
            columns,
            reference=_reference(args.reference or [], table, columns),
            minimum_group=args.minimum_group,
            threshold=args.threshold,
        )


def _refuse_unknown(wanted: Sequence[Required]) -> None:
    from core.errors import Problem, Unreadable
    from core.metrics.fairness.results import OPTIONAL

    problems = [
        Problem("no such fairness figure", found=one.metric, expected=", ".join(OPTIONAL))
        for one in wanted
        if one.metric not in OPTIONAL
    ]
    if problems:
        raise Unreadable(problems)


def _columns(args: argparse.Namespace, table: Path, attributes: tuple[str, ...]) -> "Columns":
    from core.frames.fairness import Columns
    from core.frames.roles import Task

    renamed: dict[str, dict[str, str]] = {}
    for column, value, name in args.rename:
        renamed.setdefault(column, {})[value] = name
    return Columns(
        sensitive=attributes,
        label=args.label,
        prediction=args.prediction,
        score=args.score,
        positive="" if args.task == "regression" else _positive_label(args, table),
        favourable=args.favourable or "",
        controls=tuple(dict.fromkeys(args.control)),
        count=args.count,
        task=Task(args.task),
        cut=args.cut,
        renamed=renamed,
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


def _reference(words: list[str], table: Path, columns: "Columns") -> Reference:
    """“overall”, or attribute to value as shown; a value alone belongs to the one attribute that has it."""
    if not words:
        return None
    if "overall" in words:
        return "overall"
    from core.frames.group_codes import values_of

    values = values_of(table, columns.sensitive, columns.renamed)
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
