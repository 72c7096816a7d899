"""A model that imitates another from its inputs and outputs; always marked as such, with how faithfully it does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.frames.surrogate.sample import Encoded, Sample
from core.metrics.explanation import (
    Contribution,
    Importance,
    PartialDependence,
    PartialPoint,
    SurrogateModel,
    importances,
)
from core.metrics.explanation.association import balanced_accuracy, r_squared
from core.metrics.intervals import Interval, normal, quantile

SEED, TREES, DEPTH, LEAF = 0, 60, 10, 5
REPEATS = 5
FLOOR = 0.5  # R² below it, or balanced accuracy no further above chance than half the way, explains nothing
FEWEST_ROWS = 200
MOST_CURVES, MOST_POINTS, MOST_HELD = 6, 20, 1_500
Floats = NDArray[np.float64]


class Estimator(Protocol):
    """What scikit-learn's estimators have in common."""

    def fit(self, inputs: Floats, outputs: Floats) -> "Estimator": ...

    def predict(self, inputs: Floats) -> Floats: ...


@dataclass(frozen=True)
class Imitation:
    """A fitted surrogate, the rows it was not shown, and what it says about the features."""

    estimator: Estimator
    held: Floats
    truth: Floats
    by_class: bool
    model: SurrogateModel
    found: tuple[Importance, ...]


def imitate(sample: Sample, output: Floats, *, target: str, by_class: bool) -> Imitation | SurrogateModel:
    """Fit a random forest on two thirds of the rows and judge it on the rest; the split is by the rows' digests.

    Fidelity is R² of a number or balanced accuracy of a class, on rows that it did not learn from. Below the floor, or
    with too few rows, features or outputs, there is only the reason. Importance of a feature: how much the fidelity
    falls when its values are shuffled among the held-out rows, the mean of five shuffles.
    Source: Breiman, Machine Learning 45 (2001) 5–32; Fisher, Rudin and Dominici, JMLR 20 (2019) 177.
    """
    known = ~np.isnan(output)
    matrix, output, fold = sample.matrix[known], output[known], sample.fold[known]
    learn, held = fold != 0, fold == 0
    measure = "balanced_accuracy" if by_class else "r_squared"
    empty = SurrogateModel(
        target, measure, None, None, None, None, int(learn.sum()), int(held.sum()), (), sample.left_out
    )
    if reason := _why_not(matrix, output, learn, held):
        return replace(empty, reason=reason)
    estimator = forest(by_class).fit(matrix[learn], output[learn])
    fidelity, chance = _fidelity(output[held], estimator.predict(matrix[held]), by_class)
    if fidelity is None:
        return replace(empty, reason="Every held-out row has the same output")
    floor = chance + FLOOR * (1 - chance)
    model = replace(
        empty, fidelity=fidelity, interval=_interval(fidelity, output[held], estimator.predict(matrix[held]), by_class),
        chance=chance, floor=floor,
    )  # fmt: skip
    if fidelity < floor:
        return replace(model, reason=f"The surrogate reaches {fidelity:.2f}, and below {floor:.2f} it explains nothing")
    found = _importances(estimator, matrix[held], output[held], sample.features, by_class)
    curves = tuple(
        _dependence(estimator, matrix[held][:MOST_HELD], sample.features, one.feature, target)
        for one in found[:MOST_CURVES]
        if one.importance > 0
    )
    model = replace(model, partial_dependence=curves)
    return Imitation(estimator, matrix[held], output[held], by_class, model, found)


def _why_not(matrix: Floats, output: Floats, learn: NDArray[np.bool_], held: NDArray[np.bool_]) -> str:
    if not matrix.shape[1]:
        return "There is no feature column with information"
    if int(learn.sum()) < FEWEST_ROWS or not held.any():
        return f"{len(output)} rows, fewer than a surrogate needs to learn from"
    return "Every row has the same output" if len(np.unique(output[learn])) < 2 else ""


def forest(by_class: bool) -> Estimator:
    """The forest that imitates: sixty trees, always the same ones for the same rows."""
    from sklearn.ensemble import (  # type: ignore[import-untyped]  # loading it takes a second
        RandomForestClassifier,
        RandomForestRegressor,
    )

    options = {"n_estimators": TREES, "max_depth": DEPTH, "min_samples_leaf": LEAF, "random_state": SEED, "n_jobs": 1}
    found: Estimator = (
        RandomForestClassifier(class_weight="balanced", **options) if by_class else RandomForestRegressor(**options)
    )
    return found


def _fidelity(truth: Floats, predicted: Floats, by_class: bool) -> tuple[float | None, float]:
    if not by_class:
        return r_squared(truth, predicted), 0.0
    classes = len(np.unique(truth))
    return balanced_accuracy(truth.astype(np.int64), predicted.astype(np.int64)), 1 / classes


def _interval(fidelity: float, truth: Floats, predicted: Floats, by_class: bool) -> Interval | None:
    """Normal: the delta method for R², the classes' shares squared and added for balanced accuracy."""
    n = len(truth)
    if by_class:
        shares = [
            (float((predicted[truth == one] == one).mean()), int((truth == one).sum())) for one in np.unique(truth)
        ]
        error = sqrt(sum(share * (1 - share) / of for share, of in shares)) / len(shares)
        return Interval(max(0.0, fidelity - quantile() * error), min(1.0, fidelity + quantile() * error))
    apart, centred = (truth - predicted) ** 2, (truth - truth.mean()) ** 2
    influence = apart - (1 - fidelity) * centred
    error = float(np.std(influence, ddof=1)) / sqrt(n) / float(centred.mean())
    return normal(fidelity, error) if n > 1 and error else None


def _importances(
    estimator: Estimator, held: Floats, truth: Floats, features: Sequence[Encoded], by_class: bool
) -> tuple[Importance, ...]:
    from sklearn.inspection import permutation_importance  # type: ignore[import-untyped]

    found = permutation_importance(
        estimator, held, truth, scoring="balanced_accuracy" if by_class else "r2", n_repeats=REPEATS, random_state=SEED,
        n_jobs=1,
    )  # fmt: skip
    drops = {one.name: found["importances"][at] for at, one in enumerate(features)}
    contributions = [
        Contribution(name, len(truth), max(0.0, float(np.mean(values))), float(np.mean(values)))
        for name, values in drops.items()
    ]
    return tuple(
        replace(one, interval=normal(float(np.mean(drops[one.feature])), _error(drops[one.feature])))
        for one in importances(contributions)
    )


def _error(values: Floats) -> float:
    return float(np.std(values, ddof=1)) / sqrt(len(values))


def _dependence(
    estimator: Estimator, held: Floats, features: Sequence[Encoded], name: str, target: str
) -> PartialDependence:
    """The mean output with one feature set to each of at most twenty of its values, all else as it is.

    Source: Friedman, Annals of Statistics 29 (2001) 1189–1232.
    """
    at = [one.name for one in features].index(name)
    feature, column = features[at], held[:, at]
    present = column[~np.isnan(column)]
    grid = (
        np.unique(present)
        if feature.categories
        else np.unique(np.quantile(present, np.linspace(0.05, 0.95, MOST_POINTS)))
    )
    points = []
    for value in grid[:MOST_POINTS]:
        changed = held.copy()
        changed[:, at] = value
        words = feature.categories[int(value)] if feature.categories else f"{value:.6g}"
        number = None if feature.categories else float(value)
        points.append(PartialPoint(words, number, float(np.mean(_scores(estimator, changed)))))
    return PartialDependence(name, target, tuple(points))


def _scores(estimator: Estimator, inputs: Floats) -> Floats:
    """The chance of the highest class where classes are predicted, else the number."""
    chances = getattr(estimator, "predict_proba", None)
    return np.asarray(chances(inputs)[:, -1] if chances else estimator.predict(inputs), dtype=np.float64)
