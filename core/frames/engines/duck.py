"""The embedded engine, DuckDB over a CSV or Parquet file, in its own SQL.

Not in narwhals' expressions: with narwhals loaded, DuckDB's bindings print forty lines about leaks when a command ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa  # type: ignore[import-untyped]

from core.errors import Problem, Unreadable
from core.frames.engines.protocol import (
    BLANKS,
    HALF_BITS,
    LARGEST_SIZED,
    LN_2,
    LONGEST_NUMERAL,
    LOWEST_EXPONENT,
    NUMERAL,
    SMALLEST_SIZED,
    Counts,
    Edges,
    Grid,
    Octaves,
    Part,
)
from core.frames.source import Table

FLOATS = ("FLOAT", "DOUBLE")
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
NUMBERS = (*FLOATS, *WHOLE, *(f"U{name}" for name in WHOLE))
BLANK = f"^[{BLANKS}]*$"
FINITE = "isfinite(x)"
HALF = f"{2.0**HALF_BITS!r}"


@dataclass(frozen=True)
class Duck:
    """An open file as an engine."""

    table: Table

    @property
    def columns(self) -> tuple[str, ...]:
        """See `Engine.columns`."""
        return self.table.columns

    def counted(self, columns: Sequence[str], *, name: str, most: int | None = None) -> Iterator[pa.RecordBatch]:
        """See `Engine.counted`."""
        values = [self._value(key) for key in self.table.keys(*columns)]
        return iter(self._grouped(values, (*columns, name), most).to_batches())

    def flagged(
        self, columns: Sequence[str], *, score: str, cut: float, name: str, most: int
    ) -> Iterator[pa.RecordBatch]:
        """See `Engine.flagged`."""
        values = [self._value(key) for key in self.table.keys(*columns)]
        flag = f"CAST({self._numbers(score)} >= CAST({cut!r} AS DOUBLE) AS INTEGER)"
        return iter(self._grouped([*values, flag], (*columns, score, name), most).to_batches())

    def counts(self, column: str) -> Counts:
        """See `Engine.counts`."""
        number, absent = self._number(column) or "CAST(NULL AS DOUBLE)", self._absent(column)
        query = (
            f"SELECT count(*), count(*) FILTER (absent), count(*) FILTER (NOT isnan(x)), count(*) FILTER ({FINITE}), "  # noqa: S608  # c0, c1, …
            f"min(x) FILTER ({FINITE}), max(x) FILTER ({FINITE}) "
            f"FROM (SELECT {number} AS x, {absent} AS absent FROM {self.table.view})"
        )
        ((rows, missing, numbers, finite, low, high),) = self.table.connection.execute(query).fetchall()
        if self._number(column) is None:
            return Counts(int(rows), int(missing))
        return Counts(int(rows), int(missing), int(numbers), int(numbers) - int(finite), low, high)

    def distinct(self, column: str) -> int:
        """See `Engine.distinct`."""
        value = self._value(self.table.key(column))
        query = (
            f"SELECT count(*) FROM (SELECT DISTINCT {value} FROM {self.table.view} WHERE NOT {self._absent(column)})"  # noqa: S608  # c0, c1, …
        )
        return int(self.table.connection.execute(query).fetchall()[0][0])

    def parts(self, column: str, grid: Grid) -> tuple[Part, ...]:
        """See `Engine.parts`."""
        query = _PARTS.format(numbers=self._finite_numbers(column), bin=_bin(grid))
        rows = self.table.connection.execute(query).fetchall()
        return tuple(Part(*(int(value) for value in row[:5]), *row[5:]) for row in rows)

    def squares(self, column: str, *, centre: float, scale: float) -> float:
        """See `Engine.squares`."""
        distances = f"SELECT x / CAST({scale!r} AS DOUBLE) - CAST({centre!r} AS DOUBLE) AS d"
        query = f"SELECT coalesce(fsum(d * d), 0) FROM ({distances} FROM ({self._finite_numbers(column)}))"  # noqa: S608  # c0, c1, …
        return float(self.table.connection.execute(query).fetchall()[0][0])

    def _grouped(self, values: Sequence[str], names: Sequence[str], most: int | None) -> pa.Table:
        named = ", ".join(f"{value} AS k{at}" for at, value in enumerate(values))
        keys = ", ".join(f"k{at}" for at in range(len(values)))
        limit = "" if most is None else f" LIMIT {most}"
        query = f"SELECT {keys}, count(*) FROM (SELECT {named} FROM {self.table.view}) GROUP BY {keys}{limit}"  # noqa: S608  # c0, c1, …
        return self.table.connection.sql(query).to_arrow_table().rename_columns(list(names))

    def _kind(self, key: str) -> str:
        relation = self.table.connection.view(self.table.view)
        return str(relation.types[relation.columns.index(key)])

    def _value(self, key: str) -> str:
        return f"CAST({_unassumed(key)} AS DOUBLE) + 0.0" if self._kind(key) in FLOATS else key

    def _number(self, column: str) -> str | None:
        key = self.table.key(column)
        kind = self._kind(key)
        if kind in NUMBERS or kind.startswith("DECIMAL"):
            return f"CAST({_unassumed(key)} AS DOUBLE)"
        if kind != "VARCHAR":
            return None
        text = f"trim({key}, '{BLANKS}')"
        numeral = f"length({text}) <= {LONGEST_NUMERAL} AND regexp_matches({text}, '{NUMERAL}')"
        return f"(CASE WHEN {numeral} THEN TRY_CAST({text} AS DOUBLE) END)"

    def _absent(self, column: str) -> str:
        key = self.table.key(column)
        kind = self._kind(key)
        if kind in FLOATS:
            return f"coalesce(isnan({_unassumed(key)}), true)"
        return f"coalesce(regexp_matches({key}, '{BLANK}'), true)" if kind == "VARCHAR" else f"({key} IS NULL)"

    def _finite_numbers(self, column: str) -> str:
        return f"SELECT x FROM (SELECT {self._numbers(column)} AS x FROM {self.table.view}) WHERE {FINITE}"  # noqa: S608  # c0, c1, …

    def _numbers(self, column: str) -> str:
        number = self._number(column)
        if number is None:
            raise Unreadable([Problem("the values are not numbers", column=column)])
        return number


def _unassumed(key: str) -> str:
    """A value of which DuckDB assumes nothing.

    Parquet's statistics leave NaN out, and from them DuckDB 2.0 concludes that isnan() is false and x <= maximum true,
    without looking. It sees no statistics through TRY.
    """
    return f"TRY({key})"


def _bin(grid: Grid) -> str:
    if isinstance(grid, Edges):
        return " + ".join(f"CAST(x >= CAST({edge!r} AS DOUBLE) AS INTEGER)" for edge in grid.values)
    if isinstance(grid, Octaves):
        code = f"(e - {LOWEST_EXPONENT - 1}) * {grid.parts} + floor((abs(m) - 1) * {grid.parts}) + 1"
        return f"CASE WHEN x = 0 THEN 0 ELSE sign(x) * ({code}) END"
    return "0"


# The logarithm may miss by one where engines differ in its last bit; `sized` puts that right by exact comparisons.
_PARTS = f"""
WITH guessed AS (
    SELECT x, floor(ln(greatest({SMALLEST_SIZED!r}, least({LARGEST_SIZED!r}, abs(x)))) / {LN_2!r}) AS g
    FROM ({{numbers}})
), scaled AS (
    SELECT x, g, x / pow(2.0::DOUBLE, g) AS s FROM guessed
), sized AS (
    SELECT x, g + CASE WHEN abs(s) >= 2 THEN 1 WHEN abs(s) < 1 AND g > {LOWEST_EXPONENT} THEN -1 ELSE 0 END AS e,
        s * CASE WHEN abs(s) >= 2 THEN 0.5 WHEN abs(s) < 1 AND g > {LOWEST_EXPONENT} THEN 2 ELSE 1 END::DOUBLE AS m
    FROM scaled
), halved AS (
    SELECT CAST({{bin}} AS BIGINT) AS bin, CAST(e AS BIGINT) AS e, floor(m * {HALF}) AS upper, m, x FROM sized
)
SELECT bin, e, count(*), sum(CAST(upper AS BIGINT)), sum(CAST((m * {HALF} - upper) * {HALF} AS BIGINT)),
    min(x), max(x)
FROM halved GROUP BY bin, e ORDER BY bin, e
"""  # noqa: S608  # constants of this module
