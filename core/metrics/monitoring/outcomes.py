"""Realised performance of a chunk: what was predicted against the labels that came, with intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.metrics.cells import Confusion
from core.metrics.explanation.association import r_squared, score_counts
from core.metrics.figure import Figure, missing
from core.metrics.intervals import normal, wilson
from core.metrics.performance.confusion import NO_NEGATIVES, NO_POSITIVES, NO_ROWS, f1_score, share
from core.metrics.scores import area_under_curve, delong

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NO_LABELS = "No label has come yet"
NO_SCORES = "There are no scores"


@dataclass(frozen=True)
class Decided:
    """Rows with labels of two classes, or of one class against the rest: label, prediction, and score where known."""

    positive: Flags
    predicted: Flags
    score: Floats | None

    @property
    def n(self) -> int:
        return len(self.positive)

    def confusion(self) -> Confusion:
        """The rows counted by label and prediction."""
        hits = int(np.count_nonzero(self.positive & self.predicted))
        positives, predicted = int(np.count_nonzero(self.positive)), int(np.count_nonzero(self.predicted))
        return Confusion(hits, predicted - hits, positives - hits, self.n - positives - predicted + hits)


def classified(metric: str, rows: Decided) -> Figure:
    """One figure of two classes; not available, with its reason, without rows or with one class only."""
    if not rows.n:
        return missing(metric, NO_LABELS)
    if metric in ("roc_auc", "brier_score"):
        return _scored(metric, rows)
    table = rows.confusion()
    negatives, wrong = table.n - table.positives, table.false_positives + table.false_negatives
    shares = {
        "accuracy": (table.n - wrong, table.n, NO_ROWS),
        "error_rate": (wrong, table.n, NO_ROWS),
        "precision": (table.true_positives, table.predicted, "No row is predicted positive"),
        "recall": (table.true_positives, table.positives, NO_POSITIVES),
        "specificity": (table.true_negatives, negatives, NO_NEGATIVES),
        "false_positive_rate": (table.false_positives, negatives, NO_NEGATIVES),
        "false_negative_rate": (table.false_negatives, table.positives, NO_POSITIVES),
    }
    if metric in shares:
        return share(metric, *shares[metric])
    return f1_score(table) if metric == "f1_score" else _balanced(table)


def right_share(metric: str, right: int, n: int) -> Figure:
    """Accuracy or error rate of several classes."""
    if not n:
        return missing(metric, NO_LABELS)
    return share(metric, right if metric == "accuracy" else n - right, n, NO_ROWS)


def measured(metric: str, label: Floats, prediction: Floats) -> Figure:
    """One figure of predicted numbers; the interval of a mean is the normal one."""
    if not len(label):
        return missing(metric, NO_LABELS)
    errors = prediction - label
    if metric == "r_squared":
        value = r_squared(label, prediction)
        return Figure(metric, value, None, len(label), reason="" if value is not None else "Every label is the same")
    if metric == "root_mean_squared_error":
        return Figure(metric, float(np.sqrt(np.mean(errors**2))), None, len(label))
    return mean_of(metric, errors if metric == "bias" else np.abs(errors))


def mean_of(metric: str, values: Floats) -> Figure:
    """The mean with its normal interval."""
    if not len(values):
        return missing(metric, NO_ROWS)
    value = float(values.mean())
    spread = float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return Figure(metric, value, normal(value, spread) if spread else None, len(values), "normal")


def _scored(metric: str, rows: Decided) -> Figure:
    if rows.score is None or not len(rows.score):
        return missing(metric, NO_SCORES)
    if metric == "brier_score":
        return mean_of(metric, (rows.score - rows.positive) ** 2)
    sums = score_counts(rows.score, rows.positive)
    area = area_under_curve(sums)
    if area is None:
        return missing(metric, NO_POSITIVES if not sums.positives else NO_NEGATIVES, n=rows.n)
    return Figure(metric, float(area), delong(sums), rows.n, "DeLong")


def _balanced(table: Confusion) -> Figure:
    negatives = table.n - table.positives
    if wilson(table.true_positives, table.positives) is None or wilson(table.true_negatives, negatives) is None:
        reason = NO_POSITIVES if not table.positives else NO_NEGATIVES
        return missing("balanced_accuracy", reason, n=table.n)
    value = (table.true_positives / table.positives + table.true_negatives / negatives) / 2
    return Figure("balanced_accuracy", value, None, table.n)
