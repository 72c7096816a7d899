"""What the engine sums over the errors of a model of a quantity; an error is prediction minus actual value."""

from dataclasses import dataclass
from math import comb, floor, sqrt

from core.metrics.intervals import CONFIDENCE, quantile

FEW = 1000  # up to here the binomial distribution is added up, beyond it is normal


@dataclass(frozen=True)
class ScaledSums:
    """Sums over n rows of values divided by `scale`, the largest of their sizes, so that no power of them overflows.

    `total` sums the values with their sign, `sizes` without, `squares` and `fourth` their powers.
    """

    scale: float
    total: float
    sizes: float
    squares: float
    fourth: float


@dataclass(frozen=True)
class ErrorSums:
    """Everything that the figures of a model of a quantity follow from.

    `errors` are prediction minus actual value, `deviations` actual value minus the mean of all actual values; the
    latter's `scale` is infinite, and its sums 0, where one is beyond all numbers. `crossed` sums the squares of both
    multiplied. `relative` are |error| / |actual value|; None where an actual value is 0 or a quotient is beyond all
    numbers. `median` is the middle absolute error, `median_low` and `median_high` the order statistics of
    `median_ranks`, None where there are too few rows.
    """

    n: int
    errors: ScaledSums
    deviations: ScaledSums
    crossed: float
    relative: ScaledSums | None
    zeros: int
    median: float
    median_low: float | None
    median_high: float | None


def median_ranks(n: int) -> tuple[int, int] | None:
    """The places, counted from 1, of the two order statistics that hold the median with at least 95 %; None below six.

    Source: Conover, Practical Nonparametric Statistics, 3rd ed. 1999, 3.2: as many rows lie below the median as heads
    fall in n throws of a coin.
    """
    if n > FEW:
        place = floor(n / 2 - quantile() * sqrt(n) / 2)
    else:
        place, below = 0, 1
        while below <= (1 - CONFIDENCE) / 2 * 2**n:
            place += 1
            below += comb(n, place)
    return (place, n + 1 - place) if place else None
