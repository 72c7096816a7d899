"""What a surrogate shows: how much it loses without each feature, and how its output moves with each."""

import numpy as np

from core.frames.surrogate.fitting import SEED, Fitted, one_thread
from core.frames.surrogate.sampling import Floats
from core.metrics.explanation import Contribution, Importance, PartialDependence, PartialPoint

REPEATS = 10
MOST_SHOWN = 6
MOST_POINTS = 20
MOST_CASES = 1_000
LOW, HIGH = 0.05, 0.95  # of a number's values; beyond them there are few cases to speak of


def permutation(fitted: Fitted) -> tuple[Contribution, ...]:
    """How much of the fidelity on the holdout is lost when a feature's values are shuffled among the cases.

    Formula: fidelity − mean fidelity over ten shuffles with a fixed seed; a loss below zero counts as zero, and
    `signed` keeps it. `n` counts the shuffles, and intervals hold their chance alone. Features that say the same share
    their importance unseen. Source: Breiman, Machine Learning 45 (2001) 5–32; scikit-learn's `permutation_importance`.
    """
    from sklearn.inspection import permutation_importance  # type: ignore[import-untyped]  # slow to load

    scoring = "balanced_accuracy" if fitted.target.classes else "r2"
    with one_thread():
        found = permutation_importance(
            fitted.estimator, fitted.x, fitted.y, scoring=scoring, n_repeats=REPEATS, random_state=SEED, n_jobs=1
        )
    return tuple(
        Contribution(name, REPEATS, max(0.0, float(losses.mean())), float(losses.mean()), float(losses.var(ddof=1)))
        for name, losses in zip(fitted.features.names, found.importances, strict=True)
    )


def partial_dependence(fitted: Fitted, importances: tuple[Importance, ...], at: int) -> tuple[PartialDependence, ...]:
    """The mean output over up to 1,000 held-out cases with a feature set to each of up to 20 values, for up to 6.

    Formula: the mean over cases of f(value, the case's other features). Numbers take equally spaced quantiles from 5 %
    to 95 %, categories their most frequent values. `at` is the class whose probability is shown. Cases that cannot
    occur are averaged too where features go together. Source: Friedman, Annals of Statistics 29 (2001) § 8.2.
    """
    output = f"probability of “{fitted.target.classes[at]}”" if fitted.target.classes else fitted.target.name
    shown = [one.feature for one in importances if one.importance > 0][:MOST_SHOWN]
    return tuple(PartialDependence(name, output, _points(fitted, name, at)) for name in shown)


def _points(fitted: Fitted, name: str, at: int) -> tuple[PartialPoint, ...]:
    column = fitted.features.names.index(name)
    cases = fitted.x[:MOST_CASES].copy()
    points = []
    for value in _grid(fitted, name, column):
        cases[:, column] = value
        mean = float(fitted.output(cases, at).mean())
        known = fitted.features.categories.get(name)
        points.append(PartialPoint(known[int(value)] if known else f"{value:.6g}", None if known else value, mean))
    return tuple(points)


def _grid(fitted: Fitted, name: str, column: int) -> list[float]:
    if name in fitted.features.categories:
        return [float(at) for at in range(min(MOST_POINTS, len(fitted.features.categories[name])))]
    values: Floats = fitted.x[:, column]
    values = values[~np.isnan(values)]
    if not len(values):
        return []
    distinct = np.unique(values)
    if len(distinct) > MOST_POINTS:
        distinct = np.unique(np.quantile(values, np.linspace(LOW, HIGH, MOST_POINTS)))
    return [float(value) for value in distinct]
