"""Scores against labels, as the few sums from which the figures on ranks and on probabilities follow exactly."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import sqrt

from core.metrics.cells import Confusion
from core.metrics.intervals import Interval, normal


@dataclass(frozen=True)
class LossSum:
    """A loss over all rows: its sum and the sum of its squares."""

    total: float
    squares: float


@dataclass(frozen=True)
class Bin:
    """Scores from `low` up to but not including `high` (the last bin includes it), by label."""

    low: float
    high: float
    positives: int
    negatives: int


@dataclass(frozen=True)
class ReliabilityBin:
    """Probabilities above `low` up to and including `high` (the first bin includes 0), and the sum of them."""

    low: float
    high: float
    n: int
    positives: int
    score_total: float


@dataclass(frozen=True)
class Cut:
    """The counts when a score of at least `threshold` is a positive prediction."""

    threshold: float
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def confusion(self) -> Confusion:
        """The two-by-two table at this threshold."""
        return Confusion(self.true_positives, self.false_positives, self.false_negatives, self.true_negatives)

    @property
    def true_positive_rate(self) -> float | None:
        """The share of positives found: the ROC curve's height, also recall; None without positives."""
        positives = self.true_positives + self.false_negatives
        return self.true_positives / positives if positives else None

    @property
    def false_positive_rate(self) -> float | None:
        """The share of negatives flagged: the ROC curve's way across; None without negatives."""
        negatives = self.false_positives + self.true_negatives
        return self.false_positives / negatives if negatives else None

    @property
    def precision(self) -> float | None:
        """The share of those flagged that are positive; None where nobody is flagged."""
        flagged = self.true_positives + self.false_positives
        return self.true_positives / flagged if flagged else None


@dataclass(frozen=True)
class Estimate:
    """A fitted number and its standard error."""

    value: float
    standard_error: float


@dataclass(frozen=True)
class Recalibration:
    """The fit of the labels on the logit of the score: its slope, and its intercept with the slope held at 1.

    What cannot be fitted is None, with the reason.
    """

    slope: Estimate | None = None
    intercept: Estimate | None = None
    slope_reason: str = ""
    intercept_reason: str = ""


@dataclass(frozen=True)
class ScoreSums:
    """What the engine counts over all pairs of scores.

    `wins` is twice the number of (positive, negative) pairs in which the positive scores higher, ties counting one.
    `positive_squares` sums, over the positives, the square of each one's own share of `wins`; `negative_squares`
    likewise over the negatives. `precision_total` sums, over the positives, the precision when everything that scores
    as high is flagged. `largest_gap` is the largest value of TP × negatives − FP × positives over all thresholds, and
    `gap_at` the score where it is reached (None if it is at no score, being 0). `squared_error`, `log_loss`,
    `reliability` and `recalibration` are None or empty where a score lies outside 0 to 1. `cuts` are evenly spaced
    thresholds; `curve` holds the thresholds that flag one more hundredth of the rows each.
    """

    positives: int
    negatives: int
    wins: int
    positive_squares: int
    negative_squares: int
    squared_error: LossSum | None = None
    log_loss: LossSum | None = None
    precision_total: float = 0.0
    largest_gap: int = 0
    gap_at: float | None = None
    reliability: tuple[ReliabilityBin, ...] = ()
    recalibration: Recalibration = field(default_factory=Recalibration)
    cuts: tuple[Cut, ...] = ()
    curve: tuple[Cut, ...] = ()
    histogram: tuple[Bin, ...] = ()

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


def delong_variance(sums: ScoreSums) -> Fraction | None:
    """The variance of the area under the curve; None with fewer than two of a class.

    Formula: S₁₀/m + S₀₁/n from the placements of positives and negatives.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837–845.
    """
    m, n = sums.positives, sums.negatives
    if min(m, n) < 2:
        return None
    area = Fraction(sums.wins, 2 * m * n)
    of_positives = (Fraction(sums.positive_squares, 4 * n * n) - m * area * area) / (m - 1)
    of_negatives = (Fraction(sums.negative_squares, 4 * m * m) - n * area * area) / (n - 1)
    return of_positives / m + of_negatives / n


def delong(sums: ScoreSums) -> Interval | None:
    """The normal interval of the area with DeLong's variance, cut to 0 to 1; None without a variance above 0."""
    area, variance = area_under_curve(sums), delong_variance(sums)
    if area is None or not variance:
        return None
    found = normal(float(area), sqrt(variance))
    return Interval(max(0.0, found.low), min(1.0, found.high))


@dataclass(frozen=True)
class SharedPlacements:
    """Two scores of the same rows: over the positives, and the negatives, the sum of one share of wins times the other.

    The shares are those whose squares `ScoreSums` adds up.
    """

    positive_products: int
    negative_products: int


def delong_difference_variance(own: ScoreSums, other: ScoreSums, shared: SharedPlacements) -> Fraction | None:
    """The variance of the difference of two areas over the same rows; None with fewer than two rows of a class.

    Formula: both variances less twice the covariance S₁₀/m + S₀₁/n of the placements. Source: as `delong_variance`.
    """
    first, second = delong_variance(own), delong_variance(other)
    if first is None or second is None:
        return None
    m, n = own.positives, own.negatives
    product = Fraction(own.wins, 2 * m * n) * Fraction(other.wins, 2 * m * n)
    of_positives = (Fraction(shared.positive_products, 4 * n * n) - m * product) / (m - 1)
    of_negatives = (Fraction(shared.negative_products, 4 * m * m) - n * product) / (n - 1)
    return first + second - 2 * (of_positives / m + of_negatives / n)


def mean_loss(loss: LossSum, n: int) -> tuple[float, Interval | None]:
    """The mean over n rows and its normal interval; no interval below two rows or where all losses are equal."""
    mean = loss.total / n
    if n < 2:
        return mean, None
    variance = max(0.0, (loss.squares - n * mean * mean) / (n - 1))
    return mean, normal(mean, sqrt(variance / n)) if variance else None
