"""The figures that follow from a two-class confusion table alone.

Where scikit-learn warns and answers 0, the figure is not available here and says why. Shares have Wilson intervals.
"""

from math import isqrt, sqrt

import numpy as np
from numpy.typing import NDArray

from core.metrics.cells import Confusion
from core.metrics.figure import Figure
from core.metrics.intervals import CONFIDENCE, Interval, wilson

Numbers = NDArray[np.float64]
REPETITIONS = 10_000
ROUNDING = 1e-12
SEED = 1975  # the year of Matthews' paper
NO_ROWS = "There are no rows"
NO_POSITIVES = "No row has the positive label"
NO_NEGATIVES = "No row has the negative label"


def table_figures(confusion: Confusion) -> tuple[Figure, ...]:
    """Accuracy, balanced accuracy, precision, recall, specificity, F1 score and Matthews' correlation coefficient."""
    hits, rejections = confusion.true_positives, confusion.true_negatives
    return (
        share("accuracy", hits + rejections, confusion.n, NO_ROWS),
        _balanced_accuracy(confusion),
        share("precision", hits, confusion.predicted, "No row is predicted positive"),
        share("recall", hits, confusion.positives, NO_POSITIVES),
        share("specificity", rejections, confusion.n - confusion.positives, NO_NEGATIVES),
        f1_score(confusion),
        _matthews(confusion),
    )


def share(metric: str, count: int, of: int, empty: str, subject: str = "") -> Figure:
    """A share with its Wilson interval; not available, for the reason given, where there is nothing to share."""
    if not of:
        return Figure(metric, None, None, of, reason=empty, subject=subject)
    return Figure(metric, count / of, wilson(count, of), of, "Wilson", subject=subject)


def one_class(confusion: Confusion) -> str:
    """Which label no row has; empty where both occur."""
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
        return Figure("balanced_accuracy", None, None, confusion.n, reason=one_class(confusion))
    hits, rejections = confusion.true_positives / positives, confusion.true_negatives / negatives
    value = (hits + rejections) / 2
    below = sqrt((hits - recall.low) ** 2 + (rejections - specificity.low) ** 2) / 2
    above = sqrt((recall.high - hits) ** 2 + (specificity.high - rejections) ** 2) / 2
    return Figure("balanced_accuracy", value, Interval(value - below, value + above), confusion.n, "Wilson")


def f1_score(confusion: Confusion, subject: str = "") -> Figure:
    """2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall, 1 is perfect.

    Interval: TP / (TP + FP + FN) is a share J with a Wilson interval, and F1 = 2 J / (1 + J) rises with it.
    """
    hits, of = confusion.true_positives, confusion.n - confusion.true_negatives
    share = wilson(hits, of)
    if share is None:
        reason = "No row has the positive label or is predicted positive"
        return Figure("f1_score", None, None, confusion.n, reason=reason, subject=subject)
    interval = Interval(2 * share.low / (1 + share.low), 2 * share.high / (1 + share.high))
    return Figure("f1_score", 2 * hits / (of + hits), interval, confusion.n, "Wilson", subject=subject)


def _matthews(confusion: Confusion) -> Figure:
    """The correlation of label and prediction: 0 is chance, 1 is perfect, −1 is always wrong.

    Formula: (TP·TN − FP·FN) / √(product of the four margins). Source: Matthews, BBA 405 (1975) 442–451.
    Interval: percentile bootstrap, 10,000 multinomial draws of the table.
    """
    metric, table = "matthews_correlation_coefficient", _table(confusion)
    margins = confusion.predicted * confusion.positives
    margins *= (confusion.n - confusion.predicted) * (confusion.n - confusion.positives)
    if not margins:
        reason = one_class(confusion) or "Every row has the same prediction"
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
    return percentiles(divided(hits * rejections - false_alarms * misses, np.sqrt(under)))


def divided(over: Numbers, under: Numbers) -> Numbers:
    """The quotient; NaN where nothing is divided."""
    return np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0)


def percentiles(drawn: Numbers) -> Interval | None:
    """The percentile interval of repetitions; None where over 1 % of them are undefined, or all are the same."""
    defined = drawn[np.isfinite(drawn)]
    if defined.size < 0.99 * drawn.size:
        return None
    low, high = np.quantile(defined, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    # Without spread the rows tell nothing about how sure the figure is; rounding alone is no spread.
    return Interval(float(low), float(high)) if high - low > ROUNDING else None
