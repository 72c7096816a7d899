"""The performance of a file of predictions, whatever the model predicts."""

from collections.abc import Mapping
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.cells import cells
from core.frames.multiclass import class_counts
from core.frames.pairs import label_of
from core.frames.regression import error_sums
from core.frames.roles import EVEN_CUT, Roles, Task
from core.frames.scores import score_sums
from core.metrics.performance import PerformanceResult, assess_classification
from core.metrics.performance.multiclass import assess_multiclass
from core.metrics.performance.regression import assess_regression


def assess_performance(
    path: Path | str, roles: Roles, *, probabilities: Mapping[str, str] | None = None, threshold: float = EVEN_CUT
) -> PerformanceResult:
    """Every performance figure that the columns carry, for the task that `roles` names.

    Two classes: where only scores are given, a score of at least `threshold` is a positive prediction. Several classes:
    `probabilities` map each class to its column. Raises Unreadable with place and reason.
    """
    label = label_of(roles)
    if roles.task == Task.REGRESSION:
        column = roles.prediction or roles.score
        if column is None:
            raise Unreadable([Problem("no prediction column is named")])
        sums, deciles, histogram = error_sums(path, label=label, prediction=column)
        return assess_regression(sums, deciles=deciles, histogram=histogram)
    if roles.task == Task.MULTICLASS:
        counts = class_counts(path, label=label, prediction=roles.prediction, probabilities=probabilities)
        return assess_multiclass(counts)
    return _two_classes(path, label, roles, threshold)


def _two_classes(path: Path | str, label: str, roles: Roles, threshold: float) -> PerformanceResult:
    decided = roles.prediction or roles.score
    if decided is None:
        raise Unreadable([Problem("neither a prediction nor a score column is named")])
    cut = None if roles.prediction else threshold
    counted = cells(path, label=label, prediction=decided, positive=roles.positive, cut=cut)
    confusion = counted.confusion()
    if confusion is None:
        raise Unreadable([Problem("there is no label column", column=label)])
    sums = score_sums(path, label=label, score=roles.score, positive=roles.positive) if roles.score else None
    return assess_classification(confusion, scores=sums, threshold=cut)
