"""Reads production data in the forms in which it arrives: CSV, Parquet and JSON."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.errors import Problem, Unreadable
from core.monitoring.intake.rules import AT, ID, LABEL, refuse_unsound
from core.validation.uploads import ColumnMapping, ColumnType, Kind, Limits, looks_like_json, preflight, to_parquet
from core.validation.uploads.confined import write_confined
from core.validation.uploads.sniff import kind_of

JSON_ROWS, JSON_BYTES = 100_000, 64 << 20
OF_POINT = {"name", "value", "at", "unit", "kind", "labels", "model", "version", "environment"}
LIMITS = Limits(size=1 << 30)


@dataclass(frozen=True)
class Rows:
    """A table as it was read, and the line on which its first row stood: 2 below a header, 1 without one."""

    table: pa.Table
    first_line: int


def rows_of(path: Path, filename: str, *, label: str = LABEL) -> Rows:
    """The rows of a CSV, Parquet or JSON-lines file; raises `Unreadable` with line and column of what is wrong.

    Parquet is read by a confined process, CSV strictly; columns of CSV that hold numbers throughout become numbers,
    but ids and moments stay as they are written. JSON lines are for up to 100,000 rows.
    """
    if looks_like_json(path):
        return Rows(_json_rows(path), 1)
    with tempfile.TemporaryDirectory(prefix="production-") as folder:
        table = Path(folder) / "table.parquet"
        if kind_of(path, filename, LIMITS) is Kind.PARQUET:
            write_confined(path, table, {}, LIMITS)
            return Rows(pq.read_table(table), 2)
        found = preflight(path, filename=filename, limits=LIMITS)
        numbers = (ColumnType.INTEGER, ColumnType.DECIMAL)
        kept = {ID, AT, label}
        named = tuple(one.name for one in found.columns if one.inferred_type in numbers and one.name not in kept)
        to_parquet(path, table, found, ColumnMapping(numbers=named), limits=LIMITS)
        return Rows(pq.read_table(table), 2)


def rows_of_objects(objects: Sequence[object]) -> pa.Table:
    """A table of flat JSON objects, object n on line n; a key that one of them lacks is empty there."""
    problems, columns = list[Problem](), dict[str, list[object]]()
    for line, one in enumerate(objects, start=1):
        if not isinstance(one, dict):
            problems.append(Problem("not a JSON object", line, found=type(one).__name__))
            continue
        for key, value in one.items():
            if isinstance(value, dict | list):
                problems.append(Problem("holds no single value", line, key[:200], type(value).__name__))
            columns.setdefault(key, [None] * len(objects))[line - 1] = None if value == "" else value
    refuse_unsound(problems)
    series, mixed = list[pl.Series](), list[Problem]()
    for name, values in columns.items():
        kinds = {_kind_of(value) for value in values if value is not None}
        if len(kinds) > 1:
            line = next(n for n, v in enumerate(values, 1) if v is not None and _kind_of(v) != _first(values))
            expected = f"{_first(values)}, as on the lines before"
            mixed.append(Problem("another kind of value", line, name[:200], _kind_of(values[line - 1]), expected))
            continue
        floats = any(isinstance(value, float) for value in values)
        series.append(pl.Series(name, values, pl.Float64 if floats else None, strict=False))
    refuse_unsound(mixed)
    return pl.DataFrame(series).to_arrow()


def _json_rows(path: Path) -> pa.Table:
    if path.stat().st_size > JSON_BYTES:
        expected = f"at most {JSON_BYTES >> 20} MiB of JSON; more as CSV or Parquet"
        raise Unreadable([Problem("the file is too large", expected=expected)])
    objects = objects_of(path.read_bytes())
    if len(objects) > JSON_ROWS:
        expected = f"at most {JSON_ROWS:,} of JSON; more as CSV or Parquet"
        raise Unreadable([Problem("rows out of range", found=f"{len(objects):,}", expected=expected)])
    return rows_of_objects(objects)


def objects_of(body: bytes) -> list[object]:
    """The objects of JSON lines, or of one list."""
    if body.lstrip()[:1] == b"[":
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Unreadable([Problem(f"not JSON: {error}")]) from None
        return list(value)
    objects, problems = list[object](), list[Problem]()
    for number, line in enumerate(body.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            objects.append(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            problems.append(Problem(f"not JSON: {error}", line=number))
    refuse_unsound(problems)
    return objects


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, int | float) else "text"


def _first(values: Sequence[object]) -> str:
    return next(_kind_of(value) for value in values if value is not None)
