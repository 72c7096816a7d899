"""How well a model predicts a quantity: mean and median errors, the share of variation explained, and bias.

assess_regression(sums, *, deciles=(), histogram=()) -> RegressionResult
"""

from collections.abc import Sequence
from math import isfinite, sqrt

from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval, normal
from core.metrics.performance.baselines import MEAN
from core.metrics.performance.errors import ErrorSums, ScaledSums
from core.metrics.performance.results import ErrorBin, ErrorDecile, RegressionResult

CONSTANT = "Every actual value is the same, so there is no variance to explain"
ZERO = "An actual value is 0, so its relative error is not defined"
TOO_LARGE = "The figure is too large for a number"


def assess_regression(
    sums: ErrorSums, *, deciles: Sequence[ErrorDecile] = (), histogram: Sequence[ErrorBin] = ()
) -> RegressionResult:
    """Every performance figure of a model of a quantity, n at least 1; definitions as in scikit-learn.

    `mean_absolute_error` is the mean of |error|, 0 is perfect. `bias` is the mean of the errors: 0 is right on average,
    above 0 the model says too much. `mean_absolute_percentage_error` is the mean of |error| / |actual value|, a share:
    0 is perfect; not available where an actual value is 0. Each has the normal interval of a mean; none for one row or
    where all are the same. The baseline of each is the model that predicts the mean of the actual values for everybody.
    """
    errors, n = sums.errors, sums.n
    figures = (
        _mean("mean_absolute_error", errors, errors.sizes, n),
        _root_mean_squared_error(errors, n),
        _r_squared(sums),
        _mean("bias", errors, errors.total, n),
        _median_absolute_error(sums),
        _relative(sums),
    )
    return RegressionResult(n, figures, tuple(deciles), tuple(histogram), baselines=_baselines(sums))


def _mean(metric: str, values: ScaledSums, total: float, n: int) -> Figure:
    mean = total / n
    spread = spread_of_mean(mean, values.squares, n)
    return _figure(metric, values.scale * mean, values.scale * spread, n)


def spread_of_mean(mean: float, squares: float, n: int) -> float:
    """The standard error of a mean from the sum of squares; 0 for one row."""
    return sqrt(max(0.0, squares - n * mean * mean) / (n - 1) / n) if n > 1 else 0.0


def _figure(metric: str, value: float, standard_error: float, n: int, method: str = "normal") -> Figure:
    if not isfinite(value):
        return missing(metric, TOO_LARGE, n=n)
    return Figure(metric, value, around(value, standard_error), n, method)


def around(value: float, standard_error: float) -> Interval | None:
    """The normal interval; None where there is no spread, or none that is a number."""
    found = normal(value, standard_error) if standard_error > 0 else None
    return found if found and isfinite(found.low) and isfinite(found.high) else None


def _root_mean_squared_error(errors: ScaledSums, n: int) -> Figure:
    """√(mean of error²), in the unit of the quantity: 0 is perfect; large errors weigh more than in the mean size.

    Interval: the normal one of the mean of squares, the roots of its ends, cut at 0. It is asymptotic: with heavy tails
    or fewer than about 100 rows it covers less than 95 %.
    """
    metric, mean = "root_mean_squared_error", errors.squares / n
    found = around(mean, spread_of_mean(mean, errors.fourth, n))
    value = errors.scale * sqrt(mean)
    interval = Interval(*(errors.scale * sqrt(max(0.0, end)) for end in found)) if found else None
    if interval and not isfinite(interval.high):
        interval = None
    return Figure(metric, value, interval, n, "normal, by roots")


def _r_squared(sums: ErrorSums) -> Figure:
    """1 − Σ error² / Σ (actual − mean actual)²: 1 is perfect, 0 is predicting the mean, below 0 is worse.

    Interval: delta method. With r = Σe²/Σd² each row contributes g = e² − r·d², and the variance of R² is
    n/(n − 1) · Σg² / (Σd²)²; asymptotic, as that of the root mean squared error; cut at 1. Source: Cochran, Sampling
    Techniques, 3rd ed. 1977, 2.11 (the variance of a ratio). Not available for one row or a constant.
    """
    metric, n, errors, deviations = "r_squared", sums.n, sums.errors, sums.deviations
    if not isfinite(deviations.scale):
        return missing(metric, TOO_LARGE, n=n)
    if n < 2 or not deviations.squares:
        return missing(metric, CONSTANT if n > 1 else "There is one row only", n=n)
    units = (errors.scale / deviations.scale) * (errors.scale / deviations.scale)
    ratio = errors.squares / deviations.squares
    spread = errors.fourth - 2 * ratio * sums.crossed + ratio * ratio * deviations.fourth
    standard_error = units * (sqrt(max(0.0, spread) * n / (n - 1)) / deviations.squares)
    figure = _figure(metric, 1 - units * ratio, standard_error, n, "delta method")
    if figure.interval is None:
        return figure
    return Figure(metric, figure.value, Interval(figure.interval.low, min(1.0, figure.interval.high)), n, figure.method)


def _median_absolute_error(sums: ErrorSums) -> Figure:
    """The middle one of |error|, or the mean of the two middle ones: 0 is perfect; a few large errors do not move it.

    Interval: the order statistics of `median_ranks`, which hold the median with at least 95 %; none below six rows.
    """
    interval = None
    if sums.median_low is not None and sums.median_high is not None:
        interval = Interval(sums.median_low, sums.median_high)
    return Figure("median_absolute_error", sums.median, interval, sums.n, "order statistics")


def _relative(sums: ErrorSums) -> Figure:
    metric = "mean_absolute_percentage_error"
    if sums.relative is None:
        return missing(metric, ZERO if sums.zeros else TOO_LARGE, n=sums.n)
    return _mean(metric, sums.relative, sums.relative.sizes, sums.n)


def _baselines(sums: ErrorSums) -> tuple[Figure, ...]:
    n, deviations = sums.n, sums.deviations
    found = {
        "mean_absolute_error": deviations.scale * (deviations.sizes / n),
        "root_mean_squared_error": deviations.scale * sqrt(deviations.squares / n),
        "r_squared": 0.0,
        "bias": 0.0,
    }
    return tuple(
        Figure(metric, value, None, n, "no skill", subject=MEAN) for metric, value in found.items() if isfinite(value)
    )
