"""Performance that calibrated scores lead one to expect while labels are not there; always an estimate.

Confidence-based performance estimation: a calibrated score is the chance that the label is positive, so each row counts
as so much of a positive and the rest of a negative. It sees a change in the inputs, and none in what the inputs mean.
Sources: NannyML's documentation, “Confidence-based Performance Estimation”; Guillory et al., ICCV 2021, 1134–1144.
"""

import numpy as np

from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval, normal
from core.metrics.monitoring.outcomes import Flags, Floats
from core.metrics.performance.confusion import NO_ROWS

UNDEFINED = "No positive, or no negative, case is expected"


def expected(metric: str, chance: Floats, predicted: Flags, score: Floats) -> Figure:
    """The figure to be expected: `chance` is the calibrated score, `predicted` the decision, `score` as it was given.

    Accuracy has the interval of what chance alone leaves open, given that the calibration holds.
    """
    n = len(chance)
    if not n:
        return missing(metric, NO_ROWS)
    if metric == "roc_auc":
        return _area(chance, score)
    right = np.where(predicted, chance, 1 - chance)
    if metric == "accuracy":
        value = float(right.mean())
        spread = float(np.sqrt(np.sum(right * (1 - right)))) / n
        found = normal(value, spread)
        return Figure(metric, value, Interval(max(0.0, found.low), min(1.0, found.high)), n, "calibrated scores")
    hits, flagged, positives = float(chance[predicted].sum()), int(np.count_nonzero(predicted)), float(chance.sum())
    over, under = {
        "precision": (hits, float(flagged)),
        "recall": (hits, positives),
        "f1_score": (2 * hits, flagged + positives),
    }[metric]
    if not under:
        return missing(metric, "No row is predicted or expected positive", n=n)
    return Figure(metric, over / under, None, n, "calibrated scores")


def _area(chance: Floats, score: Floats) -> Figure:
    """∫ of the expected true positive rate over the expected false positive rate; equal scores are one step."""
    _, inverse = np.unique(score, return_inverse=True)
    positives, negatives = np.bincount(inverse, weights=chance), np.bincount(inverse, weights=1 - chance)
    m, k = float(positives.sum()), float(negatives.sum())
    if not m or not k:
        return missing("roc_auc", UNDEFINED, n=len(score))
    below = np.cumsum(negatives) - negatives / 2
    return Figure("roc_auc", float(np.dot(positives, below)) / (m * k), None, len(score), "calibrated scores")
