"""Whether the inputs betray a sensitive attribute: how well they predict it, and which of them goes with it most."""

from collections import Counter
from dataclasses import replace
from math import sqrt

import numpy as np

from core.frames.surrogate.model import forest
from core.frames.surrogate.sample import Encoded, Sample
from core.metrics.explanation import Proxy, ProxyScreen, ValueAuc
from core.metrics.explanation.association import balanced_accuracy, correlation_ratio, cramers_v, score_counts
from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval, normal
from core.metrics.scores import area_under_curve, delong, delong_variance

METRIC = "sensitive_attribute_auc"
FEWEST, FEWEST_ROWS, MOST_VALUES, MOST_PROXIES = 30, 200, 20, 5


def screen_attribute(sample: Sample, attribute: str, column: str) -> tuple[ProxyScreen, Figure]:
    """How well the features predict an attribute out of sample, in three folds by the rows' digests.

    `column` is the expression under which the sample holds it. The attribute itself is never among the features that
    predict it; where it is an input of the model, the screen says so. 0.5 is chance, 1 betrays it.
    """
    texts = sample.texts[column]
    counts = Counter(value for value in texts if value is not None)
    kept = tuple(sorted(value for value, n in counts.items() if n >= FEWEST))
    features = tuple(one for one in sample.features if one.name != attribute)
    rows = np.array([value in kept for value in texts], dtype=bool)
    empty = ProxyScreen(
        attribute=attribute,
        n=int(rows.sum()),
        missing=sum(value is None for value in texts),
        rare=sum(n for value, n in counts.items() if value not in kept),
        among_features=len(features) < len(sample.features),
        auc=None, interval=None, balanced_accuracy=None, chance=None,
    )  # fmt: skip
    if reason := _why_not(kept, int(rows.sum()), features):
        return replace(empty, reason=reason), missing(METRIC, reason, n=empty.n, subject=attribute)
    places = {value: at for at, value in enumerate(kept)}
    truth = np.array([places[value] for value in texts if value in places], dtype=np.int64)
    matrix, fold = np.column_stack([one.values for one in features])[rows], sample.fold[rows]
    chances = _out_of_sample(matrix, truth, fold, len(kept))
    found = _judged(empty, kept, truth, chances)
    found = replace(found, proxies=_proxies(features, truth, rows))
    auc = found.auc or 0.0
    return found, Figure(METRIC, auc, found.interval, found.n, "three folds, random forest", subject=attribute)


def _why_not(kept: tuple[str, ...], rows: int, features: tuple[Encoded, ...]) -> str:
    if len(kept) < 2:
        return f"Fewer than two values have {FEWEST} cases"
    if len(kept) > MOST_VALUES:
        return f"{len(kept)} values are too many to tell apart"
    if rows < FEWEST_ROWS:
        return f"{rows} rows, fewer than a screen needs"
    return "" if features else "There is no other feature column with information"


def _out_of_sample(
    matrix: "np.ndarray[tuple[int, int], np.dtype[np.float64]]",
    truth: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    fold: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    classes: int,
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    chances = np.zeros((len(truth), classes))
    for held in range(3):
        learn, test = fold != held, fold == held
        if not test.any() or not learn.any():
            continue
        model = forest(by_class=True).fit(matrix[learn], truth[learn].astype(np.float64))
        known = [int(one) for one in model.classes_]  # type: ignore[attr-defined]  # classifiers have them
        chances[np.ix_(test, known)] = model.predict_proba(matrix[test])  # type: ignore[attr-defined]
    return chances


def _judged(
    empty: ProxyScreen,
    kept: tuple[str, ...],
    truth: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    chances: "np.ndarray[tuple[int, int], np.dtype[np.float64]]",
) -> ProxyScreen:
    by_value, variances = [], []
    for at, value in enumerate(kept):
        sums = score_counts(chances[:, at], truth == at)
        area = area_under_curve(sums)
        if area is not None:
            by_value.append(ValueAuc(value, int((truth == at).sum()), float(area), delong(sums)))
            variances.append(float(delong_variance(sums) or 0))
    if len(kept) == 2:
        auc, interval = by_value[-1].auc, by_value[-1].interval
    else:
        auc = sum(one.auc for one in by_value) / len(by_value)
        # Areas of the same rows go together; the mean of their errors is what the mean can err by at most.
        error = sum(sqrt(variance) for variance in variances) / len(variances)
        interval = Interval(max(0.0, normal(auc, error).low), min(1.0, normal(auc, error).high)) if error else None
    guessed = chances.argmax(axis=1)
    return replace(
        empty,
        auc=auc,
        interval=interval,
        balanced_accuracy=balanced_accuracy(truth, guessed),
        chance=1 / len(kept),
        by_value=tuple(by_value),
    )


def _proxies(
    features: tuple[Encoded, ...],
    truth: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    rows: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
) -> tuple[Proxy, ...]:
    found = []
    for one in features:
        values = one.values[rows]
        known = ~np.isnan(values)
        if known.sum() < FEWEST:
            continue
        if one.categories:
            measure, closeness = "cramers_v", cramers_v(values[known].astype(np.int64), truth[known])
        else:
            measure, closeness = "correlation_ratio", correlation_ratio(values[known], truth[known])
        if closeness is not None:
            found.append(Proxy(one.name, measure, closeness))
    return tuple(sorted(found, key=lambda proxy: (-proxy.association, proxy.feature))[:MOST_PROXIES])
