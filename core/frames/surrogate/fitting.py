"""Learning to imitate: gradient boosted trees on seven rows in ten, held against the other three."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.frames.surrogate.encoding import Features
from core.frames.surrogate.sampling import Floats, Integers, Sample
from core.metrics.explanation.association import balanced_accuracy, r_squared
from core.metrics.intervals import CONFIDENCE, Interval

SEED = 26
TREES, LEAVES = 100, 31
FEWEST_ROWS = 100
FEWEST_HOLDOUT = 30
REPETITIONS = 500
HALF_WAY = 0.5  # of the way from guessing to perfection: less faithful models explain nothing


class Estimator(Protocol):
    """What scikit-learn's gradient boosting offers."""

    classes_: Integers

    def fit(self, x: Floats, y: Floats) -> "Estimator":
        """Learn."""

    def predict(self, x: Floats) -> Floats:
        """Classes or numbers."""

    def predict_proba(self, x: Floats) -> Floats:
        """A probability for each class of `classes_`."""


@dataclass(frozen=True)
class Target:
    """What is imitated: `values` are class numbers, with their names in `classes`, or numbers where that is empty."""

    name: str
    values: Floats
    classes: tuple[str, ...] = ()

    @property
    def measure(self) -> str:
        """By what fidelity is measured."""
        return "balanced_accuracy" if self.classes else "r_squared"


@dataclass(frozen=True)
class Fitted:
    """A surrogate with its sample, of which `x` and `y` are the held-out rows; `chance` and `floor` are on the scale
    of `fidelity`."""

    estimator: Estimator
    sample: Sample
    features: Features
    target: Target
    x: Floats
    y: Floats
    training_rows: int
    fidelity: float
    interval: Interval | None
    chance: float

    @property
    def floor(self) -> float:
        """The fidelity below which the surrogate explains nothing: half the way from chance to 1."""
        return self.chance + HALF_WAY * (1 - self.chance)

    @property
    def faithful(self) -> bool:
        """Whether it may speak for the model."""
        return self.fidelity >= self.floor

    def output(self, x: Floats, at: int) -> Floats:
        """The predicted number, or the probability of class number `at`."""
        with one_thread():
            if not self.target.classes:
                return self.estimator.predict(x)
            place = np.flatnonzero(self.estimator.classes_ == at)
            return self.estimator.predict_proba(x)[:, place[0]] if len(place) else np.zeros(len(x))

    def predict(self, x: Floats) -> Floats:
        """Class numbers, or numbers."""
        with one_thread():
            return self.estimator.predict(x)


def fit(sample: Sample, features: Features, target: Target) -> Fitted | str:
    """Learn the target from the features; the reason in words where that cannot be.

    Histogram gradient boosting (Friedman, Annals of Statistics 29 (2001) 1189–1232) of 100 trees with up to 31 leaves,
    a fixed seed and one thread. Fidelity is measured on the holdout: R² for numbers, balanced accuracy for classes,
    with a percentile bootstrap interval. What good is: 1 is a perfect imitation.
    """
    reason = _too_little(sample, features, target)
    if reason:
        return reason
    x, held = features.matrix(sample.numbers, sample.texts), sample.holdout
    estimator = booster(features, TREES, LEAVES, classes=bool(target.classes))
    with one_thread():
        estimator.fit(x[~held], target.values[~held])
        predicted = estimator.predict(x[held])
    truth = target.values[held]
    measure = _balanced if target.classes else r_squared
    fidelity = measure(truth, predicted)
    if fidelity is None:
        return f"Every held-out {target.name} is the same"
    return Fitted(
        estimator=estimator,
        sample=sample,
        features=features,
        target=target,
        x=x[held],
        y=truth,
        training_rows=int(np.count_nonzero(~held)),
        fidelity=fidelity,
        interval=_bootstrap(measure, truth, predicted),
        chance=1 / len(np.unique(truth)) if target.classes else 0.0,
    )


def booster(features: Features, trees: int, leaves: int, *, classes: bool) -> Estimator:
    """An untrained model with a fixed seed that takes missing values and categories as they are."""
    from sklearn.ensemble import (  # type: ignore[import-untyped]  # loading it takes more than a second
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
    )

    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    made: Estimator = kind(
        max_iter=trees,
        max_leaf_nodes=leaves,
        early_stopping=False,
        random_state=SEED,
        categorical_features=features.categorical,
    )
    return made


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums in one order: the same bits on every machine with the same library."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

    with threadpool_limits(1):
        yield


def _too_little(sample: Sample, features: Features, target: Target) -> str:
    held = int(np.count_nonzero(sample.holdout))
    if len(sample) < FEWEST_ROWS or held < FEWEST_HOLDOUT:
        return f"{len(sample)} rows are too few for a surrogate, which needs {FEWEST_ROWS}"
    if not features.names:
        return "No feature differs between the rows"
    if any(len(np.unique(target.values[side])) < 2 for side in (sample.holdout, ~sample.holdout)):
        return f"Every {target.name} is the same, so there is nothing to explain"
    return ""


def _balanced(truth: Floats, predicted: Floats) -> float | None:
    return balanced_accuracy(truth.astype(np.int64), predicted.astype(np.int64))


def _bootstrap(measure: Callable[[Floats, Floats], float | None], truth: Floats, predicted: Floats) -> Interval | None:
    draw = np.random.default_rng(SEED)
    found = []
    for _ in range(REPETITIONS):
        chosen = draw.integers(len(truth), size=len(truth))
        value = measure(truth[chosen], predicted[chosen])
        if value is not None:
            found.append(value)
    if len(found) < 0.99 * REPETITIONS:
        return None
    low, high = np.quantile(found, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))
