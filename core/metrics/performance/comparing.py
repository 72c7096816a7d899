"""A model against another on the same label: row by row where rows match, else as two samples.

A change is current less other; its subject says who the other is. Shares, losses and areas each have their own method.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import erfc, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval, normal

Floats = NDArray[np.float64]
SMALLEST = 2.0**-52  # scikit-learn's clip of probabilities before the logarithm
NO_SCORES = "One of the two has no scores"
NO_PROBABILITY = "A score lies outside 0 to 1, so it is no probability"
ONE_CLASS = "The rows have one class only"
FEW = "Fewer than two rows"
SAME = "Both decide every row alike"


@dataclass(frozen=True)
class Outcomes:
    """Rows of one model: what happened and what was predicted as numbers, and scores of the positive class or None.

    For classes the numbers stand for labels (the positive one of two is 1); for quantities they are the values.
    """

    truth: Floats
    predicted: Floats
    scores: Floats | None = None


@dataclass(frozen=True)
class Change:
    """One metric of two models: the figures of each, and their difference with interval and two-sided p-value."""

    metric: str
    current: float | None
    other: float | None
    change: Figure
    p_value: float | None


@dataclass(frozen=True)
class PerformanceComparison:
    """Current model against another: `paired` rows that both predicted (0: compared as two samples)."""

    other: str
    rows: tuple[int, int]
    paired: int
    changes: tuple[Change, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The changes as figures that a policy can judge: `<metric>_change`."""
        return tuple(change.change for change in self.changes)


Task = Literal["binary", "multiclass", "regression"]
Estimate = tuple[float, Floats]  # a figure, and what each row adds to it: its influence, with mean 0


def compare_outcomes(
    task: Task, current: Outcomes, other: Outcomes, *, paired: bool, name: str
) -> PerformanceComparison:
    """Every metric that both have; with `paired` row i of one is row i of the other, on the same truth.

    Interval and p-value: normal, with the variance of the rows' influences, of their differences where rows are paired.
    For accuracy that is McNemar's test in Wald's form, for the ROC AUC DeLong's paired test, for a mean loss the
    paired t test at its limit. Sources: McNemar, Psychometrika 12 (1947) 153–157; DeLong, DeLong and Clarke-Pearson,
    Biometrics 44 (1988) 837–845; van der Vaart, Asymptotic Statistics (1998), 20.1.
    """
    metrics: Sequence[tuple[str, Callable[[Outcomes], Estimate | str]]] = {
        "binary": (
            ("accuracy", _accuracy),
            ("balanced_accuracy", _balanced_accuracy),
            ("roc_auc", _roc_auc),
            ("brier_score", _brier),
            ("log_loss", _log_loss),
        ),
        "multiclass": (("accuracy", _accuracy), ("balanced_accuracy", _balanced_accuracy)),
        "regression": (
            ("mean_absolute_error", _mean_absolute_error),
            ("root_mean_squared_error", _root_mean_squared_error),
            ("bias", _bias),
        ),
    }[task]
    return PerformanceComparison(
        other=name,
        rows=(len(current.truth), len(other.truth)),
        paired=len(current.truth) if paired else 0,
        changes=tuple(_change(metric, of(current), of(other), paired, name) for metric, of in metrics),
    )


def _change(metric: str, own: Estimate | str, other: Estimate | str, paired: bool, name: str) -> Change:
    if isinstance(own, str) or isinstance(other, str):
        reason = own if isinstance(own, str) else str(other)
        known = [None if isinstance(one, str) else one[0] for one in (own, other)]
        return Change(metric, known[0], known[1], missing(f"{metric}_change", reason, subject=name), None)
    difference, n = own[0] - other[0], min(len(own[1]), len(other[1]))
    if paired:
        apart = own[1] - other[1]
        error = sqrt(float(np.dot(apart, apart)) / max(1, n - 1) / n)
    else:
        error = sqrt(sum(float(np.dot(one, one)) / max(1, len(one) - 1) / len(one) for one in (own[1], other[1])))
    method = "paired rows" if paired else "two samples"
    if n < 2 or not error:
        figure = Figure(f"{metric}_change", difference, None, n, method, subject=name)
        return Change(metric, own[0], other[0], figure, 1.0 if not difference and n > 1 else None)
    interval: Interval = normal(difference, error)
    figure = Figure(f"{metric}_change", difference, interval, n, method, subject=name)
    return Change(metric, own[0], other[0], figure, _p_value(difference / error))


def _p_value(z: float) -> float:
    return erfc(abs(z) / sqrt(2))


def _mean_of(values: Floats) -> Estimate | str:
    if len(values) < 2:
        return FEW
    mean = float(np.mean(values))
    return mean, values - mean


def _accuracy(rows: Outcomes) -> Estimate | str:
    return _mean_of((rows.truth == rows.predicted).astype(np.float64))


def _balanced_accuracy(rows: Outcomes) -> Estimate | str:
    """The mean recall over the classes that occur; a row moves its own class's recall only."""
    classes = np.unique(rows.truth)
    if len(classes) < 2:
        return ONE_CLASS
    hit, n = (rows.truth == rows.predicted).astype(np.float64), len(rows.truth)
    influence, recalls = np.zeros(n), []
    for one in classes:
        own = rows.truth == one
        recall = float(hit[own].mean())
        recalls.append(recall)
        influence[own] = (hit[own] - recall) * n / int(own.sum()) / len(classes)
    return float(np.mean(recalls)), influence


def _roc_auc(rows: Outcomes) -> Estimate | str:
    """The area and each row's placement among the rows of the other class, ties half."""
    if rows.scores is None:
        return NO_SCORES
    positive = rows.truth == 1
    up, down = np.sort(rows.scores[positive]), np.sort(rows.scores[~positive])
    if not len(up) or not len(down):
        return ONE_CLASS
    n = len(rows.truth)
    below = (np.searchsorted(down, rows.scores, "left") + np.searchsorted(down, rows.scores, "right")) / (2 * len(down))
    above = 1 - (np.searchsorted(up, rows.scores, "left") + np.searchsorted(up, rows.scores, "right")) / (2 * len(up))
    area = float(below[positive].mean())
    return area, np.where(positive, (below - area) * n / len(up), (above - area) * n / len(down))


def _brier(rows: Outcomes) -> Estimate | str:
    probable = _probable(rows)
    return probable if isinstance(probable, str) else _mean_of((probable - rows.truth) ** 2)


def _log_loss(rows: Outcomes) -> Estimate | str:
    probable = _probable(rows)
    if isinstance(probable, str):
        return probable
    given = np.clip(np.where(rows.truth == 1, probable, 1 - probable), SMALLEST, 1 - SMALLEST)
    return _mean_of(-np.log(given))


def _probable(rows: Outcomes) -> Floats | str:
    if rows.scores is None:
        return NO_SCORES
    return rows.scores if len(rows.scores) and rows.scores.min() >= 0 and rows.scores.max() <= 1 else NO_PROBABILITY


def _mean_absolute_error(rows: Outcomes) -> Estimate | str:
    return _mean_of(np.abs(rows.predicted - rows.truth))


def _bias(rows: Outcomes) -> Estimate | str:
    return _mean_of(rows.predicted - rows.truth)


def _root_mean_squared_error(rows: Outcomes) -> Estimate | str:
    """√ of the mean square; a row moves it by its share of the square over twice the root."""
    squares = _mean_of((rows.predicted - rows.truth) ** 2)
    if isinstance(squares, str):
        return squares
    root = sqrt(squares[0])
    return root, squares[1] / (2 * root) if root else squares[1]
