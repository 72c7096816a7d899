"""Numbers of a group as their exact sums: mean, spread and interval, and two groups' means against each other."""

from dataclasses import dataclass
from fractions import Fraction
from math import exp, log, sqrt

from core.metrics.intervals import CONFIDENCE, Interval, quantile


@dataclass(frozen=True)
class Moments:
    """`n` numbers: their sum and the sum of their squares, free of rounding, so that their order changes nothing."""

    n: int
    total: Fraction
    squares: Fraction

    @property
    def mean(self) -> Fraction | None:
        """Sum / n; None without rows."""
        return self.total / self.n if self.n else None

    @property
    def variance(self) -> Fraction | None:
        """The sample variance, over n − 1; None for fewer than two rows, exactly 0 for a constant."""
        if self.n < 2:
            return None
        return max(Fraction(0), (self.squares - self.total * self.total / self.n) / (self.n - 1))

    @property
    def standard_error(self) -> float | None:
        """Of the mean; None for fewer than two rows."""
        return None if self.variance is None else sqrt(self.variance / self.n)


@dataclass(frozen=True)
class MeanComparison:
    """A difference of two means with its interval and two-sided p-value; both None with the reason."""

    difference: float
    interval: Interval | None = None
    p_value: float | None = None
    reason: str = ""


FEW = "A group of one row has no spread"
CONSTANT = "Every row of both groups has the same value"


def mean_interval(sample: Moments, confidence: float = CONFIDENCE) -> Interval | None:
    """Student's interval of a mean; None for fewer than two rows or without spread.

    Formula: mean ± t(n − 1) · s / √n.
    """
    mean, error = sample.mean, sample.standard_error
    if mean is None or not error:
        return None
    half = _student(sample.n - 1, confidence) * error
    return Interval(float(mean) - half, float(mean) + half)


def welch(own: Moments, other: Moments, confidence: float = CONFIDENCE) -> MeanComparison:
    """Mean of `own` − mean of `other`, with Welch's interval and test; both have rows.

    Formula: t = difference / √(s₁²/n₁ + s₂²/n₂), degrees of freedom by Welch–Satterthwaite.
    Source: Welch, Biometrika 34 (1947) 28–35. No interval with a group of one row, or where neither group varies.
    """
    from scipy.special import stdtr  # type: ignore[import-untyped]  # loading it takes a third of a second

    assert own.mean is not None
    assert other.mean is not None
    difference = float(own.mean - other.mean)
    if own.variance is None or other.variance is None:
        return MeanComparison(difference, reason=FEW)
    first, second = own.variance / own.n, other.variance / other.n
    if not first + second:
        return MeanComparison(difference, reason=CONSTANT)
    freedom = float((first + second) ** 2 / (first**2 / (own.n - 1) + second**2 / (other.n - 1)))
    error = sqrt(first + second)
    half = _student(freedom, confidence) * error
    p_value = min(1.0, 2 * float(stdtr(freedom, -abs(difference) / error)))
    return MeanComparison(difference, Interval(difference - half, difference + half), p_value)


def ratio_interval(own: Moments, other: Moments, confidence: float = CONFIDENCE) -> Interval | None:
    """The interval of the ratio of two positive means, by the delta method on its logarithm; None without spread.

    Formula: exp(ln r ± z √(se₁²/m₁² + se₂²/m₂²)). Source: Casella and Berger, Statistical Inference, 5.5.4.
    """
    if not own.mean or not other.mean or own.mean * other.mean < 0:
        return None
    if own.standard_error is None or other.standard_error is None or not own.standard_error + other.standard_error:
        return None
    relative = sqrt((own.standard_error / float(own.mean)) ** 2 + (other.standard_error / float(other.mean)) ** 2)
    centre, half = log(own.mean / other.mean), quantile(confidence) * relative
    return Interval(exp(centre - half), exp(centre + half)) if half < 700 else None


def _student(freedom: float, confidence: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + confidence) / 2))
