"""What a file holds, column by column, and which rows it repeats or shares with another file."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.frames.expressions import absent, number, types_of
from core.frames.leakage import SharedRows, repeated_rows, shared_rows
from core.frames.source import Table, open_table

__all__ = [
    "ColumnProfile",
    "ColumnType",
    "SharedRows",
    "column_profiles",
    "duplicate_rows",
    "profile_of",
    "shared_rows",
]

GROUPED = "grouped"
PRESENT_NUMBER = "(x IS NOT NULL AND NOT isnan(x))"


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

    `missing` counts NULL, empty and blank text, and NaN (also written out among numbers); `infinite` numbers are left
    out of range and mean. `distinct` counts values as they are written and leaves missing ones out. A constant column
    has one value in every row.
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

    @property
    def present(self) -> str:
        """The engine's condition on a row of the grouped values (`v`, `x`, `absent`) that its value is there."""
        return PRESENT_NUMBER if self.type is ColumnType.NUMBER else "(NOT absent)"


def column_profiles(path: Path | str) -> tuple[ColumnProfile, ...]:
    """Every column of a CSV or Parquet file, in file order; one column in memory at a time."""
    with open_table(path) as table:
        return tuple(profile_of(table, name, with_mean=True) for name in table.columns)


def profile_of(
    table: Table, name: str, *, into: str = GROUPED, counts: Sequence[str] = (), with_mean: bool = False
) -> ColumnProfile:
    """One column of an open table; leaves its distinct values in the engine as the temporary table `into`.

    Columns of that table: `v` the value, `n` its rows, further `counts` (aggregates with a name, “count(y) AS m”), `x`
    the value as a number or NULL, `absent` whether it is missing.
    """
    key = table.key(name)
    kind = types_of(table)[key]
    also = "".join(f", {count}" for count in counts)
    table.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT *, {number('v', kind)} AS x, {absent('v', kind)} AS absent "  # noqa: S608  # c0, c1, …
        f"FROM (SELECT {key} AS v, count(*) AS n{also} FROM {table.view} GROUP BY {key})"
    )
    found = table.connection.execute(_PROFILE.format(grouped=into)).fetchall()[0]
    rows, missing, distinct, numbers, nan_rows, nan_values, infinite, low, high, first, last = found
    plain = (name, int(rows), int(missing), int(distinct))
    if distinct == 0:
        return _profile(plain, ColumnType.EMPTY)
    if kind == "BOOLEAN":
        return _profile(plain, ColumnType.BOOLEAN)
    if kind.startswith(("DATE", "TIME")):
        return _profile(plain, ColumnType.TIME, first, last)
    if kind == "BLOB" or numbers < distinct:
        return _profile(plain, ColumnType.TEXT)
    if distinct == nan_values:
        return _profile((name, int(rows), int(rows), 0), ColumnType.EMPTY)
    there = (name, int(rows), int(missing + nan_rows), int(distinct - nan_values))
    mean = _mean(table, into) if with_mean else None
    return _profile(there, ColumnType.NUMBER, low, high, mean, int(infinite))


def duplicate_rows(path: Path | str) -> int:
    """How many rows repeat an earlier row in full."""
    with open_table(path) as table:
        return repeated_rows(table)


def _profile(
    plain: tuple[str, int, int, int],
    kind: ColumnType,
    minimum: float | str | None = None,
    maximum: float | str | None = None,
    mean: float | None = None,
    infinite: int = 0,
) -> ColumnProfile:
    name, rows, missing, distinct = plain
    return ColumnProfile(name, kind, rows, missing, distinct, minimum, maximum, mean, infinite)


def _mean(table: Table, grouped: str) -> float | None:
    """The mean of finite numbers, summed in the order of their size: the same bits whatever the order of rows."""
    query = f"SELECT sum(x * n ORDER BY x) / sum(n) FROM {grouped} WHERE isfinite(x) AND NOT absent"  # noqa: S608
    value = table.connection.execute(query).fetchall()[0][0]
    return None if value is None else float(value)


_PROFILE = """
SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (absent), 0), count(*) FILTER (NOT absent),
    count(x) FILTER (NOT absent), coalesce(sum(n) FILTER (NOT absent AND isnan(x)), 0),
    count(*) FILTER (NOT absent AND isnan(x)), coalesce(sum(n) FILTER (isinf(x)), 0),
    min(x) FILTER (isfinite(x)), max(x) FILTER (isfinite(x)), CAST(min(v) AS VARCHAR), CAST(max(v) AS VARCHAR)
FROM {grouped}
"""
