"""`countersign assess drift`: how far current data lies from reference data, column by column."""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.cli.assess.reading import EXIT_CODES, answered, exit_code, plain, ratio, rows, table_of
from app.cli.columns import columns_of

if TYPE_CHECKING:
    from core.frames.drift import Options
    from core.metrics.drift import ColumnDrift, DriftResult, Method

Named = TypeVar("Named")
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
EPILOG = f"""{EXIT_CODES}

The verdict fails where at least --share of the columns drift after Holm's correction for their number, where missing
values of a column change by more than --null-rate, or where an output named with --prediction drifts.
Methods: chi_square (default for categories), wasserstein (default for numbers), kolmogorov_smirnov, psi,
jensen_shannon. A test's score is its p-value; a distance is drift from its threshold on unless chance explains it."""
HEAD = ("column", "type", "method", "score", "threshold", "drift", "missing", "remark")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What this assessment takes."""
    parser.epilog = EPILOG
    parser.add_argument("reference", metavar="REFERENCE", type=Path, help="what it was: CSV or Parquet")
    parser.add_argument("current", metavar="CURRENT", type=Path, help="what it is now: CSV or Parquet")
    parser.add_argument("--column", action="append", help="compare only these; default: all that both files have")
    parser.add_argument("--method", metavar="COLUMN=METHOD", action="append", default=[], help="pin a method; repeat")
    parser.add_argument("--type", metavar="COLUMN=TYPE", action="append", default=[], help="numeric or categorical")
    parser.add_argument(
        "--threshold", metavar="NAME=VALUE", action="append", default=[], help="of a column or of a method; repeat"
    )
    parser.add_argument("--prediction", metavar="COLUMN", action="append", default=[], help="an output; repeat")
    parser.add_argument("--share", metavar="SHARE", type=ratio, default=0.5, help="default: 0.5")
    parser.add_argument("--null-rate", metavar="SHARE", type=ratio, default=0.05, help="default: 0.05")
    parser.add_argument("--minimum-rows", metavar="ROWS", type=rows, default=30, help="values a column needs")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read both, compare, print."""
    return answered(args.current, lambda: _print(args))


def _print(args: argparse.Namespace) -> int:
    from core.frames.drift import drift

    options = _options(args)
    with ExitStack() as stack:
        reference, current = (stack.enter_context(table_of(path)) for path in (args.reference, args.current))
        found = drift(reference, current, columns=args.column, outputs=args.prediction, options=options)
    print(as_json(found) if args.format == "json" else as_table(found))
    return exit_code([found.verdict])


def _options(args: argparse.Namespace) -> "Options":
    from core.frames.drift import Options
    from core.metrics.drift import Kind

    thresholds = _named(args.threshold, _number, "--threshold")
    by_method = {name: method for name in thresholds if (method := _method(name)) is not None}
    return Options(
        methods=_named(args.method, _method, "--method"),
        types=_named(args.type, lambda word: Kind(word) if word in set(Kind) else None, "--type"),
        thresholds={name: value for name, value in thresholds.items() if name not in by_method},
        method_thresholds={method: thresholds[name] for name, method in by_method.items()},
        minimum_rows=args.minimum_rows,
        share_threshold=args.share,
        null_rate_threshold=args.null_rate,
    )


def _named(words: Sequence[str], read: Callable[[str], Named | None], option: str) -> Mapping[str, Named]:
    from core.errors import Problem, Unreadable

    found: dict[str, Named] = {}
    for word in words:
        name, equals, said = word.rpartition("=")
        value = read(said) if equals and name else None
        if value is None:
            raise Unreadable([Problem(f"{option} is not understood", found=word, expected="NAME=VALUE")])
        found[name] = value
    return found


def _method(word: str) -> "Method | None":
    from core.metrics.drift import method_named

    return method_named(word)


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None


def as_json(found: "DriftResult") -> str:
    """Columns in file order, the share of them that drift, every check, and the verdict; numbers unrounded."""
    document: Json = {
        "rows": list(found.rows),
        "columns": [_column(column) for column in found.columns],
        "share": found.share,
        "share_after_holm": found.share_after_holm,
        "only_in_reference": list(found.only_in_reference),
        "only_in_current": list(found.only_in_current),
        "checks": [
            {"name": one.name, "subject": one.subject, "verdict": one.verdict.value, "reason": one.reason}
            for one in found.checks
        ],
        "verdict": found.verdict.value,
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def _column(column: "ColumnDrift") -> Json:
    said: dict[str, Json] = {
        "column": column.column,
        "type": column.type.value,
        "method": column.method.value,
        "score": column.score,
        "threshold": column.threshold,
        "drifted": column.drifted,
        "p_value": column.p_value,
        "chance": column.chance,
        "holm_p_value": column.holm_p_value,
        "bounds": [column.bounds.low, column.bounds.high] if column.bounds else None,
        "n": list(column.n),
        "null_rate": list(column.null_rate),
        "null_rate_changed": column.null_rate_changed,
        "infinite": list(column.infinite),
        "note": column.note,
    }
    return said | ({"unavailable": column.unavailable} if column.unavailable else {})


def as_table(found: "DriftResult") -> str:
    """Drifted columns first, then each check, then the verdict."""
    order = sorted(found.columns, key=lambda one: (one.drifted is not True, one.drifted is None))
    lines = columns_of([HEAD, *(_line(column) for column in order)])
    checks = [
        f"{one.name}{f' ({one.subject})' if one.subject else ''}: {one.verdict.value}. {one.reason}"
        for one in found.checks
    ]
    only = [
        f"Only in the {side} data: {', '.join(names)}"
        for side, names in (("reference", found.only_in_reference), ("current", found.only_in_current))
        if names
    ]
    return plain("\n".join([*lines, "", *checks, *only, f"verdict: {found.verdict.value}"]))


def _line(column: "ColumnDrift") -> tuple[str, ...]:
    drifted = {True: "yes", False: "no", None: "n/a"}[column.drifted]
    missing = f"{column.null_rate[0]:.1%} to {column.null_rate[1]:.1%}"
    score = "n/a" if column.score is None else f"{column.score:.4g}"
    remark = column.unavailable or column.note
    return (
        column.column[:24], column.type.value, column.method.value, score, f"{column.threshold:g}", drifted, missing,
        remark,
    )  # fmt: skip
