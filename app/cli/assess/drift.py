"""`countersign assess drift`: how far current data lies from reference data, column by column."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.cli.assess.reading import EXIT_CODES, PASSED, UNREADABLE, answered, exit_code, ratio, rows, table_of

if TYPE_CHECKING:
    from core.frames.drift import Options
    from core.metrics.drift import Method

Named = TypeVar("Named")
EPILOG = f"""{EXIT_CODES}

The verdict fails where at least --share of the columns drift after Holm's correction for their number, where missing
values of a column change by more than --null-rate, or where an output named with --prediction drifts.
Methods: chi_square (default for categories), wasserstein (default for numbers), kolmogorov_smirnov, psi,
jensen_shannon. A test's score is its p-value; a distance is drift from its threshold on unless chance explains it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What this assessment takes."""
    parser.epilog = EPILOG
    parser.add_argument("reference", metavar="REFERENCE", type=Path, help="what it was: CSV or Parquet")
    parser.add_argument("current", metavar="CURRENT", type=Path, help="what it is now: CSV or Parquet")
    parser.add_argument(
        "--column", metavar="COLUMN", action="append", help="compare only these; default: all that both files have"
    )
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
    """Read both, compare, print; the problems of either file stand under its own name."""
    tables: list[Path] = []

    def read(path: Path) -> int:
        tables.append(stack.enter_context(table_of(path)))
        return PASSED

    with ExitStack() as stack:
        codes = [answered(path, partial(read, path)) for path in (args.reference, args.current)]
        return UNREADABLE if any(codes) else answered(args.current, lambda: _print(args, *tables))


def _print(args: argparse.Namespace, reference: Path, current: Path) -> int:
    from app.cli.assess.drift_output import as_json, as_table
    from core.frames.drift import drift

    found = drift(reference, current, columns=args.column, outputs=args.prediction, options=_options(args))
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
