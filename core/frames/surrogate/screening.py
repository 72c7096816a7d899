"""Whether a model's inputs betray what it must not decide by: how well they predict a sensitive attribute."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from core.frames.slices.bands import Attribute
from core.frames.source import Table
from core.frames.surrogate.encoding import MOST_FEATURES, Features, expressions_of, features_of
from core.frames.surrogate.fitting import booster, one_thread
from core.frames.surrogate.sampling import FOLDS, Floats, Integers, Sample, sample_of
from core.metrics.explanation import Proxy, ProxyScreen, ValueAuc
from core.metrics.explanation.association import balanced_accuracy, correlation_ratio, cramers_v, score_counts
from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval
from core.metrics.scores import area_under_curve, delong

METRIC = "sensitive_attribute_auc"
MOST_ROWS = 10_000
FEWEST_ROWS = 100
FEWEST_OF_VALUE = 30
TREES, LEAVES = 40, 15
TENTHS = 10
MOST_PROXIES = 10
GROUP = "\0group"  # no column can have this name


def screen(table: Table, attribute: Attribute, features: Sequence[str]) -> tuple[ProxyScreen, Figure]:
    """Predict a sensitive attribute from the features, out of sample, and name the features that go closest with it.

    Definition: five-fold cross-validated gradient boosted trees on up to 10,000 rows chosen by content; the figure
    `sensitive_attribute_auc` is the unweighted mean over values of the one-vs-rest area under the ROC curve (as
    scikit-learn's roc_auc_score with multi_class="ovr", average="macro"), 0.5 where the inputs tell nothing and 1 where
    they give the attribute away. Interval: the mean of DeLong's bounds, as wide as if the areas moved together. Values
    with fewer than 30 rows are left out. The prohibited bases are those of 12 CFR 1002.2(z), among others.
    """
    others = [name for name in features if name != attribute.name]
    among = attribute.name in features
    reason = attribute.reason or _unfit(others)
    if reason:
        return _unavailable(attribute.name, among, reason)
    expressions = expressions_of(table, others)
    sample = sample_of(table, expressions.numbers, {**expressions.texts, GROUP: attribute.expression}, most=MOST_ROWS)
    counts = Counter(value for value in sample.texts[GROUP] if value is not None)
    values = sorted(value for value, n in counts.items() if n >= FEWEST_OF_VALUE)
    used = np.array([value in set(values) for value in sample.texts[GROUP]], dtype=np.bool_)
    missing_rows = len(sample) - sum(counts.values())
    rare = sum(counts.values()) - int(np.count_nonzero(used))
    chosen = _only(sample, used)
    found = features_of(chosen, expressions, others)
    reason = _too_little(chosen, values, found)
    if reason:
        return _unavailable(attribute.name, among, reason, len(chosen), missing_rows, rare)
    return _screened(attribute.name, chosen, found, values, among, (missing_rows, rare))


def _screened(
    name: str, sample: Sample, features: Features, values: Sequence[str], among: bool, apart: tuple[int, int]
) -> tuple[ProxyScreen, Figure]:
    places = {value: at for at, value in enumerate(values)}
    groups: Integers = np.array([places[value] for value in sample.texts[GROUP]], dtype=np.int64)
    probabilities = _out_of_fold(sample, features, groups, len(values))
    by_value = tuple(_auc(value, probabilities[:, at], groups == at) for at, value in enumerate(values))
    auc = float(np.mean([one.auc for one in by_value]))
    intervals = [one.interval for one in by_value if one.interval]
    interval = None
    if len(intervals) == len(by_value):
        lows, highs = [one.low for one in intervals], [one.high for one in intervals]
        interval = Interval(float(np.mean(lows)), float(np.mean(highs)))
    result = ProxyScreen(
        attribute=name,
        n=len(sample),
        missing=apart[0],
        rare=apart[1],
        among_features=among,
        auc=auc,
        interval=interval,
        balanced_accuracy=balanced_accuracy(groups, probabilities.argmax(axis=1)),
        chance=1 / len(values),
        by_value=by_value,
        proxies=proxies(sample, features, groups),
    )
    return result, Figure(METRIC, auc, interval, len(sample), "cross-validated, DeLong", subject=name)


def proxies(sample: Sample, features: Features, groups: Integers) -> tuple[Proxy, ...]:
    """The ten features that go closest with the groups, each by itself.

    Categories by Cramér's V; numbers by the correlation ratio or, where that is higher, by Cramér's V of their tenths,
    which sees what does not rise or fall steadily.
    """
    found = [_proxy(sample, features.categories, name, groups) for name in features.names]
    known = sorted((one for one in found if one is not None), key=lambda one: (-one.association, one.feature))
    return tuple(known[:MOST_PROXIES])


def _proxy(sample: Sample, categories: Mapping[str, tuple[str, ...]], name: str, groups: Integers) -> Proxy | None:
    if name in categories:
        _, codes = np.unique([value or "" for value in sample.texts[name]], return_inverse=True)
        value = cramers_v(codes, groups)
        return None if value is None else Proxy(name, "cramers_v", value)
    numbers = sample.numbers[name]
    present = ~np.isnan(numbers)
    if np.count_nonzero(present) < 2:
        return None
    ratio = correlation_ratio(numbers[present], groups[present])
    cuts = np.unique(np.quantile(numbers[present], np.arange(1, TENTHS) / TENTHS))
    # Missing values are a band of their own: who does not answer can be a proxy too.
    bands = np.where(present, np.searchsorted(cuts, np.where(present, numbers, 0.0)), len(cuts) + 1)
    found = [("correlation_ratio", ratio), ("cramers_v", cramers_v(bands, groups))]
    known = [(value, measure) for measure, value in found if value is not None]
    return Proxy(name, max(known)[1], max(known)[0]) if known else None


def _out_of_fold(sample: Sample, features: Features, groups: Integers, values: int) -> Floats:
    """Each row's probability of each value, by a model that did not see its fold."""
    x = features.matrix(sample.numbers, sample.texts)
    probabilities: Floats = np.zeros((len(sample), values))
    with one_thread():
        for fold in range(FOLDS):
            tried = sample.fold == fold
            if not tried.any():
                continue
            estimator = booster(features, TREES, LEAVES, classes=True)
            estimator.fit(x[~tried], groups[~tried].astype(np.float64))
            probabilities[np.ix_(tried, estimator.classes_.astype(np.int64))] = estimator.predict_proba(x[tried])
    return probabilities


def _auc(value: str, scores: Floats, own: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> ValueAuc:
    sums = score_counts(scores, own)
    area = area_under_curve(sums)
    return ValueAuc(value, sums.positives, float(area) if area is not None else 0.5, delong(sums))


def _only(sample: Sample, used: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Sample:
    return Sample(
        sample.rows,
        {name: column[used] for name, column in sample.numbers.items()},
        {name: column[used] for name, column in sample.texts.items()},
        sample.draw[used],
    )


def _unfit(features: Sequence[str]) -> str:
    if not features:
        return "There are no other features to predict it from"
    if len(features) > MOST_FEATURES:
        return f"{len(features)} features are more than the {MOST_FEATURES} that the screen takes"
    return ""


def _too_little(sample: Sample, values: Sequence[str], features: Features) -> str:
    if len(values) < 2:
        return f"Fewer than two of its values have {FEWEST_OF_VALUE} rows"
    if len(sample) < FEWEST_ROWS:
        return f"{len(sample)} rows are too few to screen for proxies, which needs {FEWEST_ROWS}"
    return "" if features.names else "No feature differs between the rows"


def _unavailable(
    name: str, among: bool, reason: str, n: int = 0, missing_rows: int = 0, rare: int = 0
) -> tuple[ProxyScreen, Figure]:
    found = ProxyScreen(name, n, missing_rows, rare, among, None, None, None, None, reason=reason)
    return found, missing(METRIC, reason, n=n, subject=name)
