"""How well a model predicts a quantity: figures from sums over the errors, each against predicting the mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval, normal, quantile
from core.metrics.performance.baselines import MEAN
from core.metrics.performance.results import ErrorBin, ErrorDecile, RegressionResult

NO_ROWS = "There are no rows"
CONSTANT = "Every actual value is the same, so there is no variance to explain"
ZERO = "An actual value is 0, so its relative error is not defined"


@dataclass(frozen=True)
class ErrorSums:
    """Sums over n rows of the error e (prediction − actual) and of d (actual − mean of the actual values).

    `median` and `median_low` to `median_high` are order statistics of |e|; `relative` is Σ |e| / |actual| and
    `relative_squares` the sum of its squares, None where an actual value is 0.
    """

    n: int
    e: float
    e2: float
    e4: float
    absolute: float
    d2: float
    d4: float
    e2d2: float
    absolute_deviation: float
    median: float
    median_low: float
    median_high: float
    relative: float | None
    relative_squares: float | None


def assess_regression(
    sums: ErrorSums, *, deciles: Sequence[ErrorDecile] = (), histogram: Sequence[ErrorBin] = ()
) -> RegressionResult:
    """Every performance figure of a model of a quantity; definitions as in scikit-learn.

    The baseline of each is the model that predicts the mean of the actual values for everybody.
    """
    return RegressionResult(
        rows=sums.n,
        figures=(
            _mean("mean_absolute_error", sums.absolute, sums.e2, sums.n),
            _root_mean_squared_error(sums),
            _r_squared(sums),
            _mean("bias", sums.e, sums.e2, sums.n),
            _median(sums),
            _relative(sums),
        ),
        deciles=tuple(deciles),
        histogram=tuple(histogram),
        baselines=_baselines(sums),
    )


def _mean(metric: str, total: float, squares: float, n: int) -> Figure:
    """The mean of |error| (0 is perfect) or of the error itself (0 is right on average), in units of the label.

    Interval: normal, from the spread of the rows; none below two rows or without spread.
    """
    if not n:
        return missing(metric, NO_ROWS)
    mean = total / n
    variance = (squares - n * mean * mean) / (n - 1) if n > 1 else 0.0
    interval = normal(mean, sqrt(variance / n)) if variance > 0 else None
    return Figure(metric, mean, interval, n, "normal")


def _root_mean_squared_error(sums: ErrorSums) -> Figure:
    """√(mean of the squared errors), in units of the label; 0 is perfect.

    Interval: the normal interval of the mean of squares, its ends' roots (the root rises with it).
    """
    if not sums.n:
        return missing("root_mean_squared_error", NO_ROWS)
    squares = _mean("", sums.e2, sums.e4, sums.n)
    interval = Interval(sqrt(max(0.0, squares.interval.low)), sqrt(squares.interval.high)) if squares.interval else None
    return Figure("root_mean_squared_error", sqrt(sums.e2 / sums.n), interval, sums.n, "normal, by roots")


def _r_squared(sums: ErrorSums) -> Figure:
    """1 − Σ e² / Σ d²: 1 is perfect, 0 is predicting the mean, below 0 is worse. Not available for a constant.

    Interval: delta method. With r = Σe²/Σd² each row contributes g = e² − r·d², and the variance of R² is
    n · var(g) / (Σd²)². Source: Casella and Berger, Statistical Inference, 5.5.4.
    """
    if sums.n < 2 or not sums.d2:
        return missing("r_squared", CONSTANT if sums.n > 1 else "Fewer than two rows", n=sums.n)
    share = sums.e2 / sums.d2
    spread = sums.e4 - 2 * share * sums.e2d2 + share * share * sums.d4
    error = sqrt(max(0.0, spread * sums.n / (sums.n - 1))) / sums.d2
    interval = normal(1 - share, error) if error else None
    return Figure("r_squared", 1 - share, interval, sums.n, "delta method")


def _median(sums: ErrorSums) -> Figure:
    """The median of |error|, in units of the label. Interval: order statistics, by the normal limit of the binomial."""
    if not sums.n:
        return missing("median_absolute_error", NO_ROWS)
    interval = Interval(sums.median_low, sums.median_high) if sums.n > 1 else None
    return Figure("median_absolute_error", sums.median, interval, sums.n, "order statistics")


def _relative(sums: ErrorSums) -> Figure:
    """The mean of |error| / |actual|; 0 is perfect. Not available where an actual value is 0."""
    metric = "mean_absolute_percentage_error"
    if not sums.n or sums.relative is None or sums.relative_squares is None:
        return missing(metric, ZERO if sums.n else NO_ROWS, n=sums.n)
    return _mean(metric, sums.relative, sums.relative_squares, sums.n)


def _baselines(sums: ErrorSums) -> tuple[Figure, ...]:
    if not sums.n:
        return ()
    found = {
        "mean_absolute_error": sums.absolute_deviation / sums.n,
        "root_mean_squared_error": sqrt(sums.d2 / sums.n),
        "r_squared": 0.0,
        "bias": 0.0,
    }
    return tuple(Figure(metric, value, None, sums.n, "no skill", subject=MEAN) for metric, value in found.items())


def median_shares(n: int) -> tuple[float, float, float]:
    """The shares of the rows at which the median's order statistics and its 95 % limits stand."""
    half = quantile() / (2 * sqrt(n)) if n else 0.0
    return max(0.0, 0.5 - half), 0.5, min(1.0, 0.5 + half)
