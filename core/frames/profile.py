"""What a file holds, column by column, and which rows it repeats or shares with another file."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.frames.source import VIEW, Table, open_table


class ColumnType(StrEnum):
    """What the values of a column are; text that is a number throughout counts as a number."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    TIME = "date or time"
    EMPTY = "empty"


@dataclass(frozen=True)
class ColumnProfile:
    """One column: `minimum` and `maximum` are numbers, or ISO 8601 text of times; None for other types.

    `missing` counts NULL, empty and blank text, and NaN; `infinite` numbers are left out of range and mean. `distinct`
    leaves missing values out. A constant column has one value in every row.
    """

    name: str
    type: ColumnType
    rows: int
    missing: int
    distinct: int
    minimum: float | str | None = None
    maximum: float | str | None = None
    mean: float | None = None
    infinite: int = 0

    @property
    def constant(self) -> bool:
        """One value and none missing, or nothing at all."""
        return self.distinct == 0 or (self.distinct == 1 and self.missing == 0)

    @property
    def missing_share(self) -> float:
        """Missing values over rows; 0 for a file without rows."""
        return self.missing / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class SharedRows:
    """How many of `rows` of one file also stand in the other, judged by the columns that were compared."""

    rows: int
    shared: int

    @property
    def share(self) -> float:
        """Shared rows over rows; 0 for a file without rows."""
        return self.shared / self.rows if self.rows else 0.0


def column_profiles(path: Path | str) -> tuple[ColumnProfile, ...]:
    """Every column of a CSV or Parquet file, in file order; one column in memory at a time."""
    with open_table(path) as table:
        # A sum in one thread is a sum in one order: the same mean, bit for bit, each time.
        table.connection.execute("SET threads = 1")
        return tuple(_profile(table, name) for name in table.columns)


def duplicate_rows(path: Path | str) -> int:
    """How many rows repeat an earlier row in full."""
    with open_table(path) as table:
        everything = ", ".join(table.keys(*table.columns))
        # Grouping by every column rather than by a digest: exact, and DuckDB spills what does not fit.
        grouped = f"SELECT count(*) AS times FROM {VIEW} GROUP BY {everything}"  # noqa: S608  # c0, c1, …
        query = f"SELECT coalesce(sum(times - 1), 0) FROM ({grouped})"  # noqa: S608
        return int(table.connection.execute(query).fetchall()[0][0])


def shared_rows(path: Path | str, other: Path | str, columns: Sequence[str]) -> SharedRows:
    """How many rows of `path` (the test data) also stand in `other` (the training data), comparing these columns.

    Rows meet by the MD5 of their values written out: numbers alike whatever their type (1 is 1.0), missing ones alike.
    Raises Unreadable where a column is absent from either file, ValueError without columns.
    """
    if not columns:
        raise ValueError("At least one column is needed to compare rows")
    with open_table(path) as table:
        beside = table.beside(other)
        known = f"SELECT {_digest(beside, columns)} FROM {beside.view}"  # noqa: S608  # c0, c1, …
        digests = f"SELECT {_digest(table, columns)} AS digest FROM {table.view}"  # noqa: S608
        query = f"SELECT count(*), count(*) FILTER (digest IN ({known})) FROM ({digests})"  # noqa: S608
        rows, shared = table.connection.execute(query).fetchall()[0]
    return SharedRows(int(rows), int(shared))


def _types(table: Table) -> dict[str, str]:
    relation = table.connection.view(table.view)
    return {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}


def _profile(table: Table, name: str) -> ColumnProfile:
    key = table.key(name)
    kind = _types(table)[key]
    missing = f"coalesce(trim(CAST({key} AS VARCHAR)) = '', true)"
    if kind in ("FLOAT", "DOUBLE"):
        missing = f"coalesce(isnan({key}), true)"
    present = f"(SELECT {key} AS v, TRY_CAST({key} AS DOUBLE) AS x FROM {VIEW} WHERE NOT {missing})"  # noqa: S608
    rows, absent = table.count("true"), table.count(missing)
    query = f"SELECT count(*) FROM (SELECT DISTINCT v FROM {present})"  # noqa: S608
    distinct = int(table.connection.execute(query).fetchall()[0][0])
    if rows == absent:
        return ColumnProfile(name, ColumnType.EMPTY, rows, absent, distinct)
    query = (
        f"SELECT count(x), count(*) FILTER (isinf(x)), min(x) FILTER (isfinite(x)), max(x) FILTER (isfinite(x)), "  # noqa: S608
        f"avg(x) FILTER (isfinite(x)), min(CAST(v AS VARCHAR)), max(CAST(v AS VARCHAR)) FROM {present}"
    )
    numbers, infinite, low, high, mean, first, last = table.connection.execute(query).fetchall()[0]
    if kind == "BOOLEAN":
        return ColumnProfile(name, ColumnType.BOOLEAN, rows, absent, distinct)
    if kind.startswith(("DATE", "TIME")):
        return ColumnProfile(name, ColumnType.TIME, rows, absent, distinct, first, last)
    if kind == "BLOB" or numbers < rows - absent:
        return ColumnProfile(name, ColumnType.TEXT, rows, absent, distinct)
    return ColumnProfile(name, ColumnType.NUMBER, rows, absent, distinct, low, high, mean, int(infinite))


def _digest(table: Table, columns: Sequence[str]) -> str:
    types = _types(table)
    parts = [_written(key, types[key]) for key in table.keys(*columns)]
    # Each value with its length before it, so that “a,b” and “c” never meet “a” and “b,c”.
    return "md5(concat(" + ", ".join(f"coalesce(length({part}) || ':' || {part}, '-')" for part in parts) + "))"


def _written(key: str, kind: str) -> str:
    """A value as text; a whole number of any type without a decimal point, blank text and NaN as missing."""
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        value = f"CAST({key} AS DOUBLE)"
        whole = f"CAST(CAST({value} AS HUGEINT) AS VARCHAR)"
        is_whole = f"isfinite({value}) AND {value} = trunc({value}) AND abs({value}) < 1e15"
        return f"(CASE WHEN isnan({value}) THEN NULL WHEN {is_whole} THEN {whole} ELSE CAST({value} AS VARCHAR) END)"
    return f"nullif(trim(CAST({key} AS VARCHAR)), '')"
