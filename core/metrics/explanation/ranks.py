"""Whether two orders of the same features agree: rank correlations and the overlap of what stands on top."""

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt

from core.metrics.intervals import CONFIDENCE, Interval

Floats = npt.NDArray[np.float64]
FEWEST = 3  # two features always agree or disagree in full
REPETITIONS = 1_000
SEED = 1904  # the year of Spearman's paper


def average_ranks(values: Sequence[float] | Floats) -> Floats:
    """Ranks from 1, lowest first; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = (last - (counts - 1) / 2)[inverse]
    return ranks


def spearman(first: Sequence[float] | Floats, second: Sequence[float] | Floats) -> float | None:
    """Pearson's correlation of the ranks: 1 is the same order, −1 the reverse, 0 none.

    None below three values, or where all values of a side are equal. Ties share their mean rank.
    Source: Spearman, American Journal of Psychology 15 (1904) 72–101.
    """
    if len(first) < FEWEST:
        return None
    one, other = average_ranks(first), average_ranks(second)
    one, other = one - one.mean(), other - other.mean()
    under = sqrt(float(np.sum(one * one)) * float(np.sum(other * other)))
    return max(-1.0, min(1.0, float(np.sum(one * other)) / under)) if under else None


def kendall(first: Sequence[float] | Floats, second: Sequence[float] | Floats) -> float | None:
    """Kendall's tau-b: agreeing less disagreeing pairs over the pairs that are tied on neither side's count.

    Formula: (C − D) / √((P − T₁)(P − T₂)) over P pairs, T tied ones. None as for `spearman`.
    Source: Kendall, Biometrika 33 (1945) 239–251.
    """
    if len(first) < FEWEST:
        return None
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    agreeing, untied, other_untied = 0, 0, 0
    for place in range(len(one) - 1):
        signs, others = np.sign(one[place + 1 :] - one[place]), np.sign(other[place + 1 :] - other[place])
        agreeing += int(np.sum(signs * others))
        untied += int(np.count_nonzero(signs))
        other_untied += int(np.count_nonzero(others))
    return agreeing / sqrt(untied * other_untied) if untied and other_untied else None


def overlap(first: Mapping[str, float], second: Mapping[str, float], top: int) -> float | None:
    """The part of the `top` most important features that both orders hold; None without features.

    Of equal values the alphabetically first comes first, so that the answer is the same each time.
    """
    size = min(top, len(first), len(second))
    if not size:
        return None
    return len(_top(first, size) & _top(second, size)) / size


def _top(values: Mapping[str, float], size: int) -> set[str]:
    return set(sorted(values, key=lambda name: (-values[name], name))[:size])


def spearman_interval(
    first: Sequence[float], second: Sequence[float], first_errors: Sequence[float], second_errors: Sequence[float]
) -> Interval | None:
    """Percentile interval of `spearman` when the values are means with these standard errors.

    1,000 draws of each mean from its normal distribution, features apart from each other (a parametric bootstrap). None
    where a draw's correlation is undefined more than once in a hundred.
    """
    draw = np.random.default_rng(SEED)
    one, other = np.asarray(first), np.asarray(second)
    spread, other_spread = np.asarray(first_errors), np.asarray(second_errors)
    found = [
        spearman(one + draw.standard_normal(len(one)) * spread, other + draw.standard_normal(len(one)) * other_spread)
        for _ in range(REPETITIONS)
    ]
    defined = [value for value in found if value is not None]
    if len(defined) < 0.99 * REPETITIONS:
        return None
    low, high = np.quantile(defined, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))
