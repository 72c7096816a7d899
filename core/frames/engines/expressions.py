"""The counts and sums in narwhals' expressions, which Polars, Spark and Ibis tables all answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol

import narwhals as nw
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from narwhals.typing import IntoLazyFrameT

from core.errors import Problem, Unreadable
from core.frames.engines.protocol import (
    BLANKS,
    HALF_BITS,
    LARGEST,
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

BLANK = f"^[{BLANKS}]*$"
BLANK_ENDS = f"^[{BLANKS}]+|[{BLANKS}]+$"
HALF = 2.0**HALF_BITS
TINY = 2.0**-500  # its square still is a number; PostgreSQL refuses to round a product to zero


class Reader(Protocol[IntoLazyFrameT]):
    """What narwhals leaves to the engine: reading a table, at once or in batches, and a logarithm in doubles."""

    def small(self, frame: nw.LazyFrame[IntoLazyFrameT]) -> pl.DataFrame:
        """All rows."""
        ...

    def batches(self, frame: nw.LazyFrame[IntoLazyFrameT]) -> Iterator[pa.RecordBatch]:
        """All rows, a few at a time where the engine can."""
        ...

    def logged(self, frame: nw.LazyFrame[IntoLazyFrameT]) -> nw.LazyFrame[IntoLazyFrameT]:
        """The same rows with the natural logarithm of their column `size` as column `log`."""
        ...


@dataclass(frozen=True)
class Expressions(Generic[IntoLazyFrameT]):
    """A lazy table of any engine that narwhals speaks to.

    Inside it the columns are c0, c1, …, because Spark treats “Race” and “race” as one name.
    """

    frame: nw.LazyFrame[IntoLazyFrameT]
    columns: tuple[str, ...]
    reader: Reader[IntoLazyFrameT]

    def counted(self, columns: Sequence[str], *, name: str, most: int | None = None) -> Iterator[pa.RecordBatch]:
        """See `Engine.counted`."""
        keys = self._keys(columns)
        grouped = self._grouped(self.frame.select(*self._values(keys)), keys, name)
        grouped = grouped.rename(dict(zip(keys, columns, strict=True)))
        return self.reader.batches(grouped if most is None else grouped.head(most))

    def flagged(
        self, columns: Sequence[str], *, score: str, cut: float, name: str, most: int
    ) -> Iterator[pa.RecordBatch]:
        """See `Engine.flagged`."""
        keys, number = self._keys(columns), self._number(score)
        if number is None:
            raise _no_numbers(score)
        flag = nw.when(number >= cut).then(nw.lit(1)).otherwise(nw.lit(0)).alias("flag")
        grouped = self._grouped(self.frame.select(*self._values(keys), flag), [*keys, "flag"], name)
        return self.reader.batches(
            grouped.rename(dict(zip([*keys, "flag"], [*columns, score], strict=True))).head(most)
        )

    def counts(self, column: str) -> Counts:
        """See `Engine.counts`."""
        number, absent = self._number(column), _count(self._absent(column))
        if number is None:
            ((rows, missing),) = self._rows(self.frame.select(nw.len().alias("n"), absent.alias("missing")))
            return Counts(int(rows), int(missing or 0))
        x = nw.col("x")
        finite = nw.when(_finite(x)).then(x)
        found = self.frame.select(absent=self._absent(column), x=number).select(
            nw.len().alias("n"),
            _count(nw.col("absent")).alias("missing"),
            _count(~x.is_null() & ~x.is_nan()).alias("numbers"),
            _count(_finite(x)).alias("finite"),
            finite.min().alias("low"),
            finite.max().alias("high"),
        )
        ((rows, missing, numbers, finite_rows, low, high),) = self._rows(found)
        numbers = int(numbers or 0)
        return Counts(int(rows), int(missing or 0), numbers, numbers - int(finite_rows or 0), low, high)

    def distinct(self, column: str) -> int:
        """See `Engine.distinct`."""
        (value,) = self._values(self._keys([column]))
        present = self.frame.filter(~self._absent(column)).select(value.alias("v"))
        # Grouped rather than counted by n_unique(), which PostgreSQL cannot say through Ibis.
        ((found,),) = self._rows(self._grouped(present, ["v"], "n").select(nw.len().alias("n")))
        return int(found)

    def parts(self, column: str, grid: Grid) -> tuple[Part, ...]:
        """See `Engine.parts`."""
        x, m = nw.col("x"), nw.col("m")
        logged = self.reader.logged(self._finite_numbers(column).with_columns(size=_size()))
        sized = _sized(logged).with_columns(bin=_bin(grid), upper=(m * HALF).floor())
        halved = sized.with_columns(lower=(m * HALF - nw.col("upper")) * HALF)
        summed = halved.group_by("bin", "e").agg(
            x.len().alias("n"),
            nw.col("upper").cast(nw.Int64).sum().alias("u"),
            nw.col("lower").cast(nw.Int64).sum().alias("l"),
            x.min().alias("low"),
            x.max().alias("high"),
        )
        rows = self._rows(summed.select("bin", "e", "n", "u", "l", "low", "high"))
        return tuple(sorted((part_of(row) for row in rows), key=lambda part: (part.bin, part.exponent)))

    def squares(self, column: str, *, centre: float, scale: float) -> float:
        """See `Engine.squares`."""
        x, d = nw.col("x"), nw.col("d")
        kept = nw.when(x.abs() >= scale * 2.0**-900).then(x).otherwise(nw.lit(0.0))
        distances = self._finite_numbers(column).select(d=kept / scale - centre)
        squared = nw.when(d.abs() >= TINY).then(d).otherwise(nw.lit(0.0)) ** 2
        ((found,),) = self._rows(distances.select(d=squared).select(d.sum().alias("d")))
        return float(found or 0.0)

    def _keys(self, columns: Sequence[str]) -> list[str]:
        missing = [name for name in columns if name not in self.columns]
        if missing:
            expected = ", ".join(self.columns[:20])
            raise Unreadable([Problem("no such column", column=name, expected=expected) for name in missing])
        return [f"c{self.columns.index(name)}" for name in columns]

    def _key(self, column: str) -> str:
        return self._keys([column])[0]

    def _values(self, keys: Sequence[str]) -> list[nw.Expr]:
        """The values to group by: single precision as double, minus zero as zero, categories and decimals as text."""
        return [_value(key, self.frame.collect_schema()[key]) for key in keys]

    def _number(self, column: str) -> nw.Expr | None:
        key = self._key(column)
        kind = self.frame.collect_schema()[key]
        if kind.is_numeric():
            return nw.col(key).cast(nw.Float64)
        if not _is_text(kind):
            return None
        text = nw.col(key).cast(nw.String).str.replace_all(BLANK_ENDS, "")
        numeral = (text.str.len_chars() <= LONGEST_NUMERAL) & text.str.contains(NUMERAL)
        return nw.when(numeral).then(text).cast(nw.Float64)

    def _absent(self, column: str) -> nw.Expr:
        key = self._key(column)
        kind = self.frame.collect_schema()[key]
        value = nw.col(key)
        if kind.is_float():
            return value.is_null() | value.is_nan()
        return value.is_null() | value.cast(nw.String).str.contains(BLANK) if _is_text(kind) else value.is_null()

    def _finite_numbers(self, column: str) -> nw.LazyFrame[IntoLazyFrameT]:
        number = self._number(column)
        if number is None:
            raise _no_numbers(column)
        return self.frame.select(x=number).filter(_finite(nw.col("x")))

    def _grouped(
        self, frame: nw.LazyFrame[IntoLazyFrameT], keys: Sequence[str], name: str
    ) -> nw.LazyFrame[IntoLazyFrameT]:
        return frame.group_by(*keys).agg(nw.len().cast(nw.Int64).alias(name)).select(*keys, name)

    def _rows(self, frame: nw.LazyFrame[IntoLazyFrameT]) -> list[tuple[float, ...]]:
        return self.reader.small(frame).rows()


def part_of(row: Sequence[float]) -> Part:
    """A part from its fields as the engine gives them, whole numbers perhaps as decimals."""
    return Part(*(int(value) for value in row[:5]), *(float(value) for value in row[5:]))


def _no_numbers(column: str) -> Unreadable:
    return Unreadable([Problem("the values are not numbers", column=column)])


def _is_text(kind: nw.dtypes.DType) -> bool:
    return isinstance(kind, nw.String | nw.Categorical | nw.Enum)


def _value(key: str, kind: nw.dtypes.DType) -> nw.Expr:
    if kind.is_float():
        return (nw.col(key).cast(nw.Float64) + 0.0).alias(key)
    # Warehouses hand over decimals with more places than were written, as text they are exact.
    as_text = isinstance(kind, nw.Categorical | nw.Enum | nw.Decimal)
    return nw.col(key).cast(nw.String) if as_text else nw.col(key)


def _finite(x: nw.Expr) -> nw.Expr:
    return x.is_between(-LARGEST, LARGEST)


def _count(condition: nw.Expr) -> nw.Expr:
    """How often a condition holds; in numbers, because PostgreSQL does not add up truth values."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def _size() -> nw.Expr:
    """|x|, kept where its logarithm is a number and rounds to an exponent that there is."""
    size = nw.col("x").abs()
    capped = nw.when(size > LARGEST_SIZED).then(nw.lit(LARGEST_SIZED)).otherwise(size)
    return nw.when(size < SMALLEST_SIZED).then(nw.lit(SMALLEST_SIZED)).otherwise(capped)


def _sized(logged: nw.LazyFrame[IntoLazyFrameT]) -> nw.LazyFrame[IntoLazyFrameT]:
    """Each number x as m × 2**e with |m| from 1 up to but not including 2; below the normal numbers |m| is less.

    The logarithm may miss by one, as engines differ in its last bit; exact comparisons put that right. Exponents are
    doubles, for PostgreSQL would compute powers of whole numbers in decimals, which are not exact.
    """
    x, m, e = nw.col("x"), nw.col("m"), nw.col("e")
    guess = (nw.col("log") / LN_2).floor().cast(nw.Float64)
    scaled = logged.with_columns(e=guess).with_columns(m=x / (nw.lit(2.0) ** e))
    high = m.abs() >= 2.0
    low = (m.abs() < 1.0) & (e > LOWEST_EXPONENT)
    step = nw.when(high).then(nw.lit(1.0)).otherwise(nw.when(low).then(nw.lit(-1.0)).otherwise(nw.lit(0.0)))
    factor = nw.when(high).then(nw.lit(0.5)).otherwise(nw.when(low).then(nw.lit(2.0)).otherwise(nw.lit(1.0)))
    return scaled.with_columns(e=e + step, m=m * factor)


def _bin(grid: Grid) -> nw.Expr:
    x, m, e = nw.col("x"), nw.col("m"), nw.col("e")
    if isinstance(grid, Edges):
        return _added([nw.when(x >= edge).then(nw.lit(1)).otherwise(nw.lit(0)) for edge in grid.values])
    if isinstance(grid, Octaves):
        piece = ((m.abs() - 1.0) * float(grid.parts)).floor()
        code = (e - float(LOWEST_EXPONENT - 1)) * float(grid.parts) + piece + 1.0
        signed = nw.when(x < 0.0).then(-1.0 * code).otherwise(code)
        return nw.when(x == 0.0).then(nw.lit(0.0)).otherwise(signed)
    return nw.lit(0)


def _added(terms: Sequence[nw.Expr]) -> nw.Expr:
    """The sum of many terms as a shallow tree, which no engine's parser finds too deep."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return _added(terms[:middle]) + _added(terms[middle:])
