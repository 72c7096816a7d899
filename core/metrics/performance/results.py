"""What an assessment of performance finds, for each kind of model, as values that are stored whole."""

from dataclasses import dataclass
from typing import Literal

from core.metrics.cells import Confusion
from core.metrics.figure import Figure
from core.metrics.intervals import Interval
from core.metrics.scores import Bin, Cut


class HasFigures:
    """Something with figures that are found by name."""

    figures: tuple[Figure, ...]

    def figure(self, metric: str) -> Figure:
        """The figure of this name; KeyError if no such metric is computed."""
        for figure in self.figures:
            if figure.metric == metric:
                return figure
        raise KeyError(metric)


@dataclass(frozen=True)
class CalibrationBin:
    """Rows whose probability lies above `low` up to and including `high` (the first bin includes 0).

    `mean_score` is what the model says on average, `observed_rate` how often it happened, with Wilson's interval; all
    None for a bin without rows.
    """

    low: float
    high: float
    n: int
    positives: int
    mean_score: float | None
    observed_rate: float | None
    observed_rate_interval: Interval | None


@dataclass(frozen=True)
class ClassificationResult(HasFigures):
    """A two-class model: the confusion table and every figure that follows from it and from the scores.

    `threshold` is the score from which a row is predicted positive, None where predictions were handed in. `cuts` and
    `curve` hold the counts at other thresholds: evenly spaced ones to choose from, and one per hundredth of the rows
    for the ROC and precision-recall curves. `gap_at` is the score at which the Kolmogorov–Smirnov figure is reached.
    `baselines` are the figures of no skill, by the same names; their subject says whose they are.
    """

    confusion: Confusion
    figures: tuple[Figure, ...]
    task: Literal["binary"] = "binary"
    threshold: float | None = None
    calibration: tuple[CalibrationBin, ...] = ()
    cuts: tuple[Cut, ...] = ()
    curve: tuple[Cut, ...] = ()
    histogram: tuple[Bin, ...] = ()
    gap_at: float | None = None
    baselines: tuple[Figure, ...] = ()

    @property
    def rows(self) -> int:
        """The rows with a label."""
        return self.confusion.n


@dataclass(frozen=True)
class ClassRow(HasFigures):
    """One class against all others: rows with this label, rows predicted so, and rows where both hold."""

    label: str
    n: int
    predicted: int
    correct: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class MulticlassResult(HasFigures):
    """A model of several classes.

    `table[i][j]` counts rows whose label is `classes[i]` and whose prediction is `classes[j]`. `calibration` bins rows
    by the probability of the most probable class; there a positive is a row whose label is that class.
    """

    classes: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    figures: tuple[Figure, ...]
    by_class: tuple[ClassRow, ...]
    task: Literal["multiclass"] = "multiclass"
    calibration: tuple[CalibrationBin, ...] = ()
    baselines: tuple[Figure, ...] = ()

    @property
    def rows(self) -> int:
        """The rows with a label."""
        return sum(sum(row) for row in self.table)


@dataclass(frozen=True)
class ErrorDecile:
    """About a tenth of the rows, by prediction: `lowest` to `highest`; errors are prediction minus actual value."""

    lowest: float
    highest: float
    n: int
    mean_actual: float
    mean_prediction: float
    mean_error: float
    mean_error_interval: Interval | None
    mean_absolute_error: float


@dataclass(frozen=True)
class ErrorBin:
    """Errors (prediction minus actual value) from `low` up to but not including `high`; the last bin includes it."""

    low: float
    high: float
    n: int


@dataclass(frozen=True)
class RegressionResult(HasFigures):
    """A model of a quantity: its figures, its errors by tenth of the prediction, and how they spread."""

    rows: int
    figures: tuple[Figure, ...]
    deciles: tuple[ErrorDecile, ...]
    histogram: tuple[ErrorBin, ...]
    task: Literal["regression"] = "regression"
    baselines: tuple[Figure, ...] = ()


PerformanceResult = ClassificationResult | MulticlassResult | RegressionResult
