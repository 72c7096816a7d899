"""What the checks are given of a column: counts, range and sums, as values that can be kept."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ColumnSums:
    """One column of a table.

    `missing` counts NULL, NaN and blank text; `distinct` leaves them out. `infinite` numbers are in `distinct` but in
    no range and no sum. `total` is the sum of the `n` finite numbers, correctly rounded; `squares` the sum of squared
    distances from the `mean`. What is not available is None, and `reason` says why.
    """

    column: str
    rows: int
    missing: int
    distinct: int
    n: int = 0
    infinite: int = 0
    minimum: float | None = None
    maximum: float | None = None
    total: float | None = None
    mean: float | None = None
    squares: float | None = None
    reason: str = ""

    @property
    def variance(self) -> float | None:
        """The population variance, squares / n: 0 for a constant column, None without a number."""
        return None if self.squares is None or not self.n else self.squares / self.n


@dataclass(frozen=True)
class BinSum:
    """The numbers from `low` up to but not including `high`; a bound of None is open.

    `total` is their sum, correctly rounded: 0 for none, None beyond the largest double. `minimum` and `maximum` are the
    extremes of those there are; None for none.
    """

    low: float | None
    high: float | None
    n: int
    total: float | None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class CategoryCount:
    """How many rows have a value, written as text; None is a missing value."""

    value: str | None
    n: int
