"""How well a model of several classes predicts: figures over all classes, and one row for each.

assess_multiclass(counts) -> MulticlassResult
"""

from collections.abc import Sequence
from math import sqrt

from core.metrics.cells import Confusion
from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval, normal, wilson
from core.metrics.performance.averages import averaged
from core.metrics.performance.baselines import multiclass_baselines
from core.metrics.performance.calibration import calibration_bins, expected_calibration_error
from core.metrics.performance.classes import ClassCounts, ProbabilitySums
from core.metrics.performance.confusion import NO_ROWS, f1_score, share
from core.metrics.performance.ranked import loss_figure, roc_auc
from core.metrics.performance.results import ClassRow, MulticlassResult
from core.metrics.scores import area_under_curve

NO_PROBABILITIES = "There are no probability columns"
PROBABILITY_METRICS = ("roc_auc", "brier_score", "log_loss", "expected_calibration_error")


def assess_multiclass(counts: ClassCounts) -> MulticlassResult:
    """Every performance figure of a model of several classes.

    Definitions as in scikit-learn. `macro_…` is the plain mean over the classes, `weighted_…` the mean weighted by rows
    with the label. Where a class that counts has no value (never predicted: no precision; never a label: no recall) the
    mean is not available, where scikit-learn warns and takes 0.
    """
    support = [sum(row) for row in counts.table]
    predicted = [sum(column) for column in zip(*counts.table, strict=True)]
    hits = [row[at] for at, row in enumerate(counts.table)]
    n = sum(support)
    rows = tuple(
        _class_row(name, n, support[at], predicted[at], hits[at], counts.probabilities, at)
        for at, name in enumerate(counts.classes)
    )
    known = counts.probabilities
    return MulticlassResult(
        classes=counts.classes,
        table=counts.table,
        figures=(
            share("accuracy", sum(hits), n, NO_ROWS),
            _mean_recall("balanced_accuracy", hits, support),
            *averaged(counts),
            *_probability_figures(counts.classes, known, n),
        ),
        by_class=rows,
        calibration=calibration_bins(known.top) if known else (),
        baselines=multiclass_baselines(support, predicted, scored=known is not None),
    )


def _class_row(
    name: str, n: int, support: int, predicted: int, hits: int, known: ProbabilitySums | None, at: int
) -> ClassRow:
    confusion = Confusion(hits, predicted - hits, support - hits, n - support - predicted + hits)
    figures = [
        share("precision", hits, predicted, "The class is never predicted", name),
        share("recall", hits, support, "No row has this label", name),
        f1_score(confusion, name),
        *([roc_auc(known.ranks[at], name)] if known else []),
    ]
    return ClassRow(name, support, predicted, hits, tuple(figures))


def _mean_recall(metric: str, hits: Sequence[int], support: Sequence[int]) -> Figure:
    """The mean recall over the classes that occur among the labels: 1 / classes is guessing, 1 is perfect.

    Interval: the Wilson intervals of the classes, their distances squared and added (Zou and Donner, Statistics in
    Medicine 27 (2008) 1693–1702). Not available without rows.
    """
    found = [(hit, of, interval) for hit, of in zip(hits, support, strict=True) if (interval := wilson(hit, of))]
    if not found:
        return missing(metric, NO_ROWS)
    value = sum(hit / of for hit, of, _ in found) / len(found)
    below = sqrt(sum((hit / of - interval.low) ** 2 for hit, of, interval in found)) / len(found)
    above = sqrt(sum((interval.high - hit / of) ** 2 for hit, of, interval in found)) / len(found)
    return Figure(metric, value, Interval(value - below, value + above), sum(support), "Wilson")


def _probability_figures(classes: Sequence[str], known: ProbabilitySums | None, n: int) -> tuple[Figure, ...]:
    if known is None:
        return tuple(missing(metric, NO_PROBABILITIES, n=n) for metric in PROBABILITY_METRICS)
    return (
        _macro_area(classes, known, n),
        loss_figure("brier_score", known.squared_error, n),
        loss_figure("log_loss", known.log_loss, n),
        expected_calibration_error(known.top),
    )


def _macro_area(classes: Sequence[str], known: ProbabilitySums, n: int) -> Figure:
    """The mean over the classes of the ROC AUC of each against all others: 0.5 is chance, 1 is perfect.

    As sklearn's `roc_auc_score(multi_class="ovr", average="macro")`. Interval: DeLong's variance of the mean, which
    takes into account that the areas rest on the same rows; computed for at most ten classes. Not available where a
    class is no row's label, or every row's.
    """
    areas = [area_under_curve(ranks) for ranks in known.ranks]
    without = [name for name, area in zip(classes, areas, strict=True) if area is None]
    if without:
        return missing("roc_auc", f"No area for “{without[0]}”: it is the label of no row or of every row", n=n)
    value = float(sum(area for area in areas if area is not None) / len(areas))
    found = normal(value, sqrt(known.macro_variance)) if known.macro_variance else None
    interval = Interval(max(0.0, found.low), min(1.0, found.high)) if found else None
    return Figure("roc_auc", value, interval, n, "DeLong")
