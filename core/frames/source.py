"""Opening a CSV or Parquet file as a table that the engine reads without loading it."""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.errors import Problem, Unreadable

MEMORY_LIMIT = "1GB"  # beyond it DuckDB spills to the temporary folder
PARQUET_MAGIC = b"PAR1"
ERROR_LINE = re.compile(r"CSV Error on Line: (\d+)")
VIEW = "evidence"

Value = str | int | float | bool | Decimal | date | datetime | time | None


@dataclass(frozen=True)
class Table:
    """An open file: the engine's connection and the column names in file order.

    Inside the engine the columns are c0, c1, …, because DuckDB treats “Race” and “race” as one name.
    """

    connection: duckdb.DuckDBPyConnection
    columns: tuple[str, ...]
    view: str = VIEW

    def key(self, column: str) -> str:
        """The engine's name of a column; Unreadable if the file has none of this exact name."""
        if column not in self.columns:
            raise Unreadable([Problem("no such column", column=column, expected=", ".join(self.columns[:20]))])
        return f"c{self.columns.index(column)}"

    def keys(self, *columns: str) -> tuple[str, ...]:
        """The engine's names of several columns; Unreadable with every one that is missing."""
        missing = [name for name in columns if name not in self.columns]
        if missing:
            expected = ", ".join(self.columns[:20])
            raise Unreadable([Problem("no such column", column=name, expected=expected) for name in missing])
        return tuple(self.key(name) for name in columns)

    def groups(self, columns: Sequence[str], most: int) -> list[tuple[Value, ...]]:
        """The distinct values of these engine expressions with how many rows have them, the count last; at most `most`.

        The one aggregate that fairness needs, and so the one to write for another engine. In DuckDB's own words rather
        than narwhals': with narwhals loaded, DuckDB's bindings print forty lines about leaks when the process ends.
        """
        keys = [f"k{at}" for at in range(len(columns))]
        named = ", ".join(f"{column} AS {key}" for column, key in zip(columns, keys, strict=True))
        grouped = (
            self.connection.view(self.view).project(named).aggregate(f"{', '.join(keys)}, count(*)", ", ".join(keys))
        )
        return list(grouped.limit(most).fetchall())

    def distinct(self, key: str) -> int:
        """How many different values a column has, missing ones aside."""
        return int(self.connection.view(self.view).aggregate(f"count(DISTINCT {key})").fetchall()[0][0])

    def beside(self, path: Path | str) -> "Table":
        """Another file opened in the same engine, so that the two can be compared there."""
        return _open(self.connection, Path(path), f"{self.view}_beside")

    def count(self, condition: str) -> int:
        """How many rows meet a condition on engine names."""
        query = f"SELECT count(*) FROM {self.view} WHERE {condition}"  # noqa: S608  # our own conditions on c0, c1, …
        return int(self.connection.execute(query).fetchall()[0][0])

    def first_line(self, condition: str) -> int:
        """The line of the first row that meets a condition on engine names; the header is line 1."""
        numbered = f"(SELECT *, row_number() OVER () AS place FROM {self.view})"  # noqa: S608  # a constant name
        row = self.connection.execute(
            f"SELECT min(place) FROM {numbered} WHERE {condition}"  # noqa: S608  # our own conditions on c0, c1, …
        ).fetchall()[0]
        return int(row[0] or 0) + 1


@contextmanager
def open_table(path: Path | str) -> Iterator[Table]:
    """Open a file by its content, Parquet or else CSV (UTF-8, comma, RFC 4180), every CSV value as its exact text.

    Errors of reading, then or later while the table is open, leave as Unreadable with the line where it is known.
    """
    with TemporaryDirectory(prefix="countersign-") as spill, _connect(spill) as connection:
        try:
            yield _open(connection, Path(path), VIEW)
        except (duckdb.Error, pa.ArrowException) as error:
            raise Unreadable([_problem(error)]) from error


def _open(connection: duckdb.DuckDBPyConnection, path: Path, view: str) -> Table:
    if not path.is_file():
        raise Unreadable([Problem("there is no such file", found=path.name)])
    read = _view_parquet if _is_parquet(path) else _view_csv
    return Table(connection, read(connection, path, view), view)


def _connect(spill: str) -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": spill,
        "autoinstall_known_extensions": "false",  # never fetch code from another host
    }
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET enable_progress_bar = false")  # a busy machine would have it written into its log
    return connection


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC


def _view_parquet(connection: duckdb.DuckDBPyConnection, path: Path, view: str) -> tuple[str, ...]:
    schema = pq.read_schema(path)
    nested = [name for name, kind in zip(schema.names, schema.types, strict=True) if pa.types.is_nested(kind)]
    if nested:
        raise Unreadable([Problem("values that hold other values are not supported", column=name) for name in nested])
    relation = connection.read_parquet(str(path))
    kinds = zip(relation.columns, relation.types, strict=True)
    named = (_unassumed(name, str(kind)).alias(f"c{at}") for at, (name, kind) in enumerate(kinds))
    relation.select(*named).create_view(view)
    return tuple(schema.names)


def _unassumed(name: str, kind: str) -> duckdb.Expression:
    """A column of which the engine assumes nothing that it has not seen.

    Parquet's statistics leave NaN out, and from them DuckDB 2.0 concludes that isnan() is false and x <= maximum true,
    without looking. It sees no statistics through TRY.
    """
    if kind not in ("FLOAT", "DOUBLE"):
        return duckdb.ColumnExpression(name)
    quoted = name.replace('"', '""')
    return duckdb.SQLExpression(f'TRY("{quoted}")')


def _view_csv(connection: duckdb.DuckDBPyConnection, path: Path, view: str) -> tuple[str, ...]:
    columns = _csv_header(path)
    relation = connection.read_csv(
        str(path),
        columns={f"c{at}": "VARCHAR" for at in range(len(columns))},
        auto_detect=False,
        header=True,
        sep=",",
        quotechar='"',
        escapechar='"',
        strict_mode=True,
    )
    relation.create_view(view)
    return columns


def _csv_header(path: Path) -> tuple[str, ...]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            columns = next(csv.reader(file, strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable([Problem("the header cannot be read as CSV in UTF-8", line=1)]) from error
    if not columns:
        raise Unreadable([Problem("the file is empty", line=1)])
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    if repeated or not all(name.strip() for name in columns):
        found = ", ".join(repeated) or "an empty name"
        raise Unreadable([Problem("column names must be given and differ", line=1, found=found)])
    return tuple(columns)


def _problem(error: Exception) -> Problem:
    text = str(error)
    line = ERROR_LINE.search(text)
    first = text.splitlines()[0].removeprefix("Invalid Input Error: ") if text else type(error).__name__
    wanted = next((row for row in text.splitlines() if row.startswith("Expected Number of Columns")), "")
    return Problem("the file cannot be read", line=int(line.group(1)) if line else None, found=wanted or first[:200])
