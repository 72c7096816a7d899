"""From sums over cases to features by importance, and how much the decisions rest on the first of them."""

from collections.abc import Sequence
from math import fsum, sqrt

from core.metrics.explanation.results import Contribution, Importance
from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval, normal

ALL_ZERO = "Every importance is zero"


def importances(contributions: Sequence[Contribution]) -> tuple[Importance, ...]:
    """Features by mean |value|, the most important first, equal ones by name.

    Definition: the mean absolute attribution is the usual global SHAP importance; for additive attributions the signed
    values of a case sum to its score less the base value. Source: Lundberg and Lee, NeurIPS 30 (2017) 4765–4774.
    Interval: normal, from the standard error over cases, not below 0; none for one number per feature.
    """
    total = fsum(one.size for one in contributions)
    ordered = sorted(contributions, key=lambda one: (-one.size, one.feature))
    return tuple(
        Importance(
            feature=one.feature,
            importance=one.size,
            interval=_interval(one),
            signed=one.signed,
            share=one.size / total if total else None,
            rank=1 + sum(other.size > one.size for other in ordered),
        )
        for one in ordered
    )


def standard_error(one: Contribution) -> float | None:
    """Of the mean |value|; None where rows are not known."""
    return None if one.variance is None or not one.n else sqrt(one.variance / one.n)


def _interval(one: Contribution) -> Interval | None:
    error = standard_error(one)
    if error is None:
        return None
    low, high = normal(one.size, error)
    return Interval(max(0.0, low), high)


def top_feature_share(
    found: Sequence[Importance], *, n: int, residual_variance: float | None = None, method: str = ""
) -> Figure:
    """The most important feature's part of the total importance: 1 means that one feature decides alone.

    Formula: mean |value| of the feature / sum of the means over all features. `residual_variance` is the variance over
    cases of (|value| − share × the case's total); with it there is the interval of a ratio of means (Cochran, Sampling
    Techniques, 1977, § 2.11). Not available without features, or where every importance is zero.
    """
    if not found:
        return missing("top_feature_share", "There are no features", n=n)
    first = found[0]
    if first.share is None:
        return missing("top_feature_share", ALL_ZERO, n=n)
    interval = None
    if residual_variance is not None and n > 1:
        mean_total = first.importance / first.share
        low, high = normal(first.share, sqrt(residual_variance / n) / mean_total)
        interval = Interval(max(0.0, low), min(1.0, high))
    words = method or ("ratio of means" if interval else "")
    return Figure("top_feature_share", first.share, interval, n, words, subject=first.feature)
