"""`countersign assess quality`: what a file holds, what it breaks, and what leaks into it."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import EXIT_CODES, PASSED, UNREADABLE, answered, exit_code, table_of
from app.cli.assess.requiring import Required, add_judging, judged

if TYPE_CHECKING:
    from core.metrics.quality import QualityResult, Schema

EPILOG = f"""{EXIT_CODES}

Without --require the default policy's required thresholds on quality are judged, with --training also leaking rows,
with --schema also what the schema declares. Every column is a feature unless it has another meaning or --feature names
some; features decide which rows leak and which columns are screened against the label.

Metrics: missing_share, infinite_share, duplicate_row_share, duplicate_row_id_share, constant_columns,
duplicate_columns, high_cardinality_columns, rarest_label_share, schema_violations, target_leakage,
personal_data_columns; with --training also missing_share_change, changed_type_columns, out_of_training_range_share,
unseen_category_share, leaked_row_share, leaked_row_share_beyond_chance, shared_row_id_share.

A schema is JSON: {{"columns": [{{"name": "age", "type": "integer", "nullable": false, "minimum": 0}}]}}; types are
integer, number, text, boolean and date; further keys are required, maximum, values, unit and role."""
NEEDS_TRAINING = "leaked_row_share_beyond_chance"
NEEDS_SCHEMA = "schema_violations"
NEEDS_CLASSES = "rarest_label_share"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What this assessment takes."""
    parser.epilog = EPILOG
    parser.add_argument("file", metavar="FILE", type=Path, help="the data: CSV or Parquet")
    parser.add_argument("--training", metavar="FILE", type=Path, help="the training data, to compare with")
    parser.add_argument("--schema", metavar="FILE", type=Path, help="what the dataset declares, as JSON")
    parser.add_argument("--label", metavar="COLUMN", help="what happened")
    parser.add_argument("--prediction", metavar="COLUMN", help="what the model decided")
    parser.add_argument("--score", metavar="COLUMN", help="the model's score")
    parser.add_argument("--feature", metavar="COLUMN", action="append", help="repeat; default: every other column")
    parser.add_argument("--row-id", metavar="COLUMN", help="identifies a row")
    add_judging(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read the files, look, judge, print; the problems of each file stand under its own name."""
    tables: list[Path] = []
    schemas: list[Schema] = []

    def read_table(path: Path) -> int:
        tables.append(stack.enter_context(table_of(path)))
        return PASSED

    def read_schema(path: Path) -> int:
        schemas.append(_schema(path))
        return PASSED

    with ExitStack() as stack:
        codes = [answered(path, partial(read_table, path)) for path in (args.file, args.training) if path]
        if args.schema:
            codes.append(answered(args.schema, partial(read_schema, args.schema)))
        if any(codes):
            return UNREADABLE
        return answered(args.file, lambda: _print(args, tables, next(iter(schemas), None)))


def _print(args: argparse.Namespace, tables: list[Path], schema: "Schema | None") -> int:
    from app.cli.assess.quality_output import as_json, as_table

    found = _assess(args, tables, schema)
    verdicts = judged(found.figures, args.require or list(_default(args, found)), args.minimum_rows)
    print(as_json(found, verdicts) if args.format == "json" else as_table(found, verdicts))
    return exit_code(judgement.verdict for _, _, judgement in verdicts)


def _assess(args: argparse.Namespace, tables: list[Path], schema: "Schema | None") -> "QualityResult":
    from core.access.personal_data import Level, scan
    from core.frames.quality import assess_quality
    from core.metrics.quality import PersonalDataColumn

    found = assess_quality(
        tables[0],
        label=args.label,
        prediction=args.prediction,
        score=args.score,
        features=args.feature,
        row_id=args.row_id,
        training=tables[1] if args.training else None,
        schema=schema,
    )
    personal = [column for column in scan(tables[0]).columns if column.level is not Level.NONE]
    return found.with_personal_data(PersonalDataColumn(one.column, one.level.value, one.words) for one in personal)


def _schema(path: Path) -> "Schema":
    from core.errors import Problem, Unreadable
    from core.metrics.quality import parse_schema

    if not path.is_file():
        raise Unreadable([Problem("there is no such file", found=path.name)])
    return parse_schema(path.read_bytes())


def _default(args: argparse.Namespace, found: "QualityResult") -> Iterator[Required]:
    """The default policy's thresholds: required ones that the file can answer, and those on what was handed in."""
    from importlib.resources import files

    from core.metrics.quality import LabelKind
    from core.policy.parse import parse_policy
    from core.policy.rules import CheckKind

    policy = parse_policy(files("core.policy").joinpath("data/default.toml").read_text(encoding="utf-8"))
    classes = found.label is not None and found.label.kind is not LabelKind.QUANTITY
    handed_in = {NEEDS_TRAINING: bool(args.training), NEEDS_SCHEMA: bool(args.schema), NEEDS_CLASSES: classes}
    for one in policy.of_kind(CheckKind.QUALITY):
        if handed_in.get(one.metric, one.required):
            yield Required(one.metric, one.direction.value, one.value)
