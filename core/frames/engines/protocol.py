"""What an engine answers about a table, wherever its rows are: counts and exact sums, never the rows themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa  # type: ignore[import-untyped]

LARGEST = 1.7976931348623157e308  # finite is what lies between; isinf() would be FALSE on Spark through Ibis
LOWEST_EXPONENT, HIGHEST_EXPONENT = -1022, 1023
HALF_BITS = 27  # a double has 53 bits: two halves of 27 hold them all, and 2**35 rows of them fit a 64-bit sum
SMALLEST_SIZED, LARGEST_SIZED = 1.5 * 2.0**LOWEST_EXPONENT, 1.5 * 2.0**HIGHEST_EXPONENT  # well inside, for logarithms
LN_2 = 0.6931471805599453
BLANKS = " \t\n\r\f\v"
# Text of at most 200 characters that every engine casts to the same double: within 1e-299 and 1e299, or zero.
NUMERAL = r"^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,2})?$"
LONGEST_NUMERAL = 200


@dataclass(frozen=True)
class Edges:
    """Bins between fixed edges: at 0 what lies below the first edge, at i what is from edge i on, 1-based."""

    values: tuple[float, ...]


@dataclass(frozen=True)
class Octaves:
    """Signed-log bins: each doubling of size cut in `parts` equal pieces, a power of two; 0 is a bin of its own."""

    parts: int


Grid = Edges | Octaves | None


@dataclass(frozen=True)
class Counts:
    """A column counted: `numbers` of its present values are numbers, `infinite` of these are not finite.

    `numbers` is None for a type that holds no numbers. `low` and `high` are the extremes of the finite numbers.
    """

    rows: int
    missing: int
    numbers: int | None = None
    infinite: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Part:
    """The finite numbers of one bin and one size 2**exponent: how many, the smallest and the largest, and their sum.

    The sum comes as the sums of the two halves of their bits: it is 2**exponent × (upper / 2**27 + lower / 2**54),
    exactly, whatever the order of rows.
    """

    bin: int
    exponent: int
    n: int
    upper: int
    lower: int
    minimum: float
    maximum: float


class Engine(Protocol):
    """A table in some engine. Column names are exact; a method raises Unreadable for one that is absent."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns in the order of the table."""
        ...

    def counted(self, columns: Sequence[str], *, name: str, most: int | None = None) -> Iterator[pa.RecordBatch]:
        """The distinct values of these columns together, with how many rows have them as column `name`; at most `most`.

        Values keep their types. Missing ones are counted as any other.
        """
        ...

    def flagged(
        self, columns: Sequence[str], *, score: str, cut: float, name: str, most: int
    ) -> Iterator[pa.RecordBatch]:
        """As `counted`, with `score` after the columns as 1 where it is at least `cut`, else 0."""
        ...

    def counts(self, column: str) -> Counts:
        """How many rows, missing values (NULL, NaN, blank text) and numbers a column has, and its range."""
        ...

    def distinct(self, column: str) -> int:
        """How many different values a column has, missing ones aside."""
        ...

    def parts(self, column: str, grid: Grid) -> tuple[Part, ...]:
        """The finite numbers of a column by bin and size; without a grid all are in bin 0."""
        ...

    def squares(self, column: str, *, centre: float, scale: float) -> float:
        """The sum of (x / scale − centre)² over the finite numbers of a column."""
        ...
