"""How well a two-class model predicts: figures from the confusion table and, with scores, from their ranks.

assess_classification(confusion, *, scores=None) -> PerformanceResult
result.figure("balanced_accuracy").judge(0.6, "at least", minimum_rows=500) -> Judgement(verdict, reason)
"""

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, sqrt

import numpy as np

from core.metrics.cells import Confusion
from core.metrics.figure import Figure
from core.metrics.intervals import CONFIDENCE, Interval, wilson
from core.metrics.scores import LossSum, ScoreSums, area_under_curve, delong, mean_loss

REPETITIONS = 10_000
SEED = 1975  # the year of Matthews' paper
NO_POSITIVES = "No row has the positive label"
NO_NEGATIVES = "No row has the negative label"
NO_SCORES = "There is no score column"


@dataclass(frozen=True)
class PerformanceResult:
    """The confusion table and every figure that follows from it and from the scores."""

    confusion: Confusion
    figures: tuple[Figure, ...]

    @property
    def rows(self) -> int:
        """The rows with a label."""
        return self.confusion.n

    def figure(self, metric: str) -> Figure:
        """The figure of this name; KeyError if no such metric is computed."""
        for figure in self.figures:
            if figure.metric == metric:
                return figure
        raise KeyError(metric)


def assess_classification(confusion: Confusion, *, scores: ScoreSums | None = None) -> PerformanceResult:
    """Every performance figure of a two-class model.

    Definitions as in scikit-learn (sklearn.metrics, functions of the same names); where scikit-learn warns and answers
    0, the figure is not available here and says why. Shares have Wilson intervals.
    """
    figures = (
        _share("accuracy", confusion.true_positives + confusion.true_negatives, confusion.n, "There are no rows"),
        _balanced_accuracy(confusion),
        _share("precision", confusion.true_positives, confusion.predicted, "No row is predicted positive"),
        _share("recall", confusion.true_positives, confusion.positives, NO_POSITIVES),
        _share("specificity", confusion.true_negatives, confusion.n - confusion.positives, NO_NEGATIVES),
        _f1_score(confusion),
        _matthews(confusion),
        _roc_auc(scores, confusion.n),
        _loss("brier_score", scores.squared_error if scores else None, scores, confusion.n),
        _loss("log_loss", scores.log_loss if scores else None, scores, confusion.n),
    )
    return PerformanceResult(confusion, figures)


def _share(metric: str, count: int, of: int, empty: str) -> Figure:
    if not of:
        return Figure(metric, None, None, of, reason=empty)
    return Figure(metric, count / of, wilson(count, of), of, "Wilson")


def _one_class(confusion: Confusion) -> str:
    if not confusion.positives:
        return NO_POSITIVES
    return "" if confusion.positives < confusion.n else NO_NEGATIVES


def _balanced_accuracy(confusion: Confusion) -> Figure:
    """The mean of recall and specificity: 0.5 is guessing, 1 is perfect.

    Interval: the two Wilson intervals, their distances squared and added (Newcombe 1998, as for a difference).
    """
    positives, negatives = confusion.positives, confusion.n - confusion.positives
    recall, specificity = wilson(confusion.true_positives, positives), wilson(confusion.true_negatives, negatives)
    if recall is None or specificity is None:
        return Figure("balanced_accuracy", None, None, confusion.n, reason=_one_class(confusion))
    hits, rejections = confusion.true_positives / positives, confusion.true_negatives / negatives
    value = (hits + rejections) / 2
    below = sqrt((hits - recall.low) ** 2 + (rejections - specificity.low) ** 2) / 2
    above = sqrt((recall.high - hits) ** 2 + (specificity.high - rejections) ** 2) / 2
    return Figure("balanced_accuracy", value, Interval(value - below, value + above), confusion.n, "Wilson")


def _f1_score(confusion: Confusion) -> Figure:
    """2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall, 1 is perfect.

    Interval: TP / (TP + FP + FN) is a share J with a Wilson interval, and F1 = 2 J / (1 + J) rises with it.
    """
    hits, of = confusion.true_positives, confusion.n - confusion.true_negatives
    share = wilson(hits, of)
    if share is None:
        reason = "No row has the positive label or is predicted positive"
        return Figure("f1_score", None, None, confusion.n, reason=reason)
    interval = Interval(2 * share.low / (1 + share.low), 2 * share.high / (1 + share.high))
    return Figure("f1_score", 2 * hits / (of + hits), interval, confusion.n, "Wilson")


def _matthews(confusion: Confusion) -> Figure:
    """The correlation of label and prediction: 0 is chance, 1 is perfect, −1 is always wrong.

    Formula: (TP·TN − FP·FN) / √(product of the four margins). Source: Matthews, BBA 405 (1975) 442–451.
    Interval: percentile bootstrap, 10,000 multinomial draws of the table.
    """
    metric, table = "matthews_correlation_coefficient", _table(confusion)
    margins = confusion.predicted * confusion.positives
    margins *= (confusion.n - confusion.predicted) * (confusion.n - confusion.positives)
    if not margins:
        reason = _one_class(confusion) or "Every row has the same prediction"
        return Figure(metric, None, None, confusion.n, reason=reason)
    hits, false_alarms, misses, rejections = table
    over = hits * rejections - false_alarms * misses
    root = isqrt(margins)
    value = over / (root if root * root == margins else sqrt(margins))
    return Figure(metric, value, _matthews_interval(table), confusion.n, "bootstrap")


def _table(confusion: Confusion) -> tuple[int, int, int, int]:
    return (
        confusion.true_positives,
        confusion.false_positives,
        confusion.false_negatives,
        confusion.true_negatives,
    )


def _matthews_interval(table: tuple[int, int, int, int]) -> Interval | None:
    shares = np.array(table, dtype=np.float64) / sum(table)
    drawn = np.random.default_rng(SEED).multinomial(sum(table), shares, size=REPETITIONS).astype(np.float64)
    hits, false_alarms, misses, rejections = drawn.T
    under = (hits + false_alarms) * (hits + misses) * (rejections + false_alarms) * (rejections + misses)
    defined = under > 0
    if defined.mean() < 0.99:
        return None
    over = (hits * rejections - false_alarms * misses)[defined]
    low, high = np.quantile(over / np.sqrt(under[defined]), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))


def _roc_auc(scores: ScoreSums | None, n: int) -> Figure:
    area = area_under_curve(scores) if scores else None
    if scores is None or area is None:
        reason = NO_SCORES if scores is None else (NO_NEGATIVES if scores.positives else NO_POSITIVES)
        return Figure("roc_auc", None, None, n, reason=reason)
    return Figure("roc_auc", float(Fraction(area)), delong(scores), scores.n, "DeLong")


def _loss(metric: str, loss: LossSum | None, scores: ScoreSums | None, n: int) -> Figure:
    """The mean of (score − label)² or of −ln of the probability given to the label: 0 is perfect, lower is better."""
    if scores is None or loss is None or not scores.n:
        reason = NO_SCORES if scores is None else "A score lies outside 0 to 1, so it is no probability"
        return Figure(metric, None, None, n, reason=reason)
    value, interval = mean_loss(loss, scores.n)
    return Figure(metric, value, interval, scores.n, "normal")
