"""Scores against labels, as the few sums from which ROC AUC, Brier score and log loss follow exactly."""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from core.metrics.intervals import Interval, normal


@dataclass(frozen=True)
class LossSum:
    """A loss over all rows: its sum and the sum of its squares."""

    total: float
    squares: float


@dataclass(frozen=True)
class ScoreSums:
    """What the engine counts over all pairs of scores.

    `wins` is twice the number of (positive, negative) pairs in which the positive scores higher, ties counting one.
    `positive_squares` sums, over the positives, the square of each one's own share of `wins`; `negative_squares`
    likewise over the negatives. `squared_error` and `log_loss` are None where a score lies outside 0 to 1.
    """

    positives: int
    negatives: int
    wins: int
    positive_squares: int
    negative_squares: int
    squared_error: LossSum | None = None
    log_loss: LossSum | None = None

    @property
    def n(self) -> int:
        """All rows."""
        return self.positives + self.negatives


def area_under_curve(sums: ScoreSums) -> Fraction | None:
    """The chance that a positive scores above a negative, ties half; 0.5 is chance, 1 is perfect. None with one class.

    Formula: Mann–Whitney U / (positives × negatives). Source: Hanley and McNeil, Radiology 143 (1982) 29–36.
    """
    pairs = sums.positives * sums.negatives
    return Fraction(sums.wins, 2 * pairs) if pairs else None


def delong(sums: ScoreSums) -> Interval | None:
    """DeLong's interval of the area under the curve, cut to 0 to 1; None with fewer than two of a class or no spread.

    Formula: variance = S₁₀/m + S₀₁/n from the placements of positives and negatives.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837–845.
    """
    area = area_under_curve(sums)
    m, n = sums.positives, sums.negatives
    if area is None or min(m, n) < 2:
        return None
    of_positives = (Fraction(sums.positive_squares, 4 * n * n) - m * area * area) / (m - 1)
    of_negatives = (Fraction(sums.negative_squares, 4 * m * m) - n * area * area) / (n - 1)
    variance = of_positives / m + of_negatives / n
    if variance == 0:
        return None
    found = normal(float(area), sqrt(variance))
    return Interval(max(0.0, found.low), min(1.0, found.high))


def mean_loss(loss: LossSum, n: int) -> tuple[float, Interval | None]:
    """The mean over n rows and its normal interval; no interval for fewer than two rows."""
    mean = loss.total / n
    if n < 2:
        return mean, None
    variance = max(0.0, (loss.squares - n * mean * mean) / (n - 1))
    return mean, normal(mean, sqrt(variance / n))
