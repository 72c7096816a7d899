"""How closely one column goes with another, and how well a score tells one class from the rest."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt

from core.metrics.scores import ScoreSums

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


def cramers_v(first: Integers, second: Integers) -> float | None:
    """Cramér's V of two columns of category numbers, corrected for bias: 0 is none, 1 is one determines the other.

    Formula: √(φ̃² / min(r̃ − 1, k̃ − 1)), φ̃² = max(0, χ²/n − (r−1)(k−1)/(n−1)), r̃ = r − (r−1)²/(n−1) and k̃ likewise:
    without the correction a column of many rare categories looks like a proxy of everything.
    Source: Bergsma, Journal of the Korean Statistical Society 42 (2013) 323–328. None where a column is constant.
    """
    n = len(first)
    _, rows = np.unique(first, return_inverse=True)
    _, columns = np.unique(second, return_inverse=True)
    r, k = int(rows.max(initial=0)) + 1, int(columns.max(initial=0)) + 1
    if n < 2 or min(r, k) < 2:
        return None
    cells, counts = np.unique(rows * k + columns, return_counts=True)
    row_sums, column_sums = np.bincount(rows), np.bincount(columns)
    expected = row_sums[cells // k] * (column_sums[cells % k] / n)
    phi = float(np.sum(counts * (counts / expected))) / n - 1  # χ²/n, empty cells included
    corrected = max(0.0, phi - (r - 1) * (k - 1) / (n - 1))
    under = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    return min(1.0, sqrt(corrected / under)) if under > 0 else None


def correlation_ratio(values: Floats, groups: Integers) -> float | None:
    """η: the root of the part of a number's variance that lies between the groups; 0 is none, 1 is all of it.

    Formula: √(Σ nᵢ(x̄ᵢ − x̄)² / Σ(x − x̄)²). Source: Fisher, Statistical Methods for Research Workers (1925) § 45.
    None where the number is constant or there is one group. Missing values have to be left out before.
    """
    labels, inverse, counts = np.unique(groups, return_inverse=True, return_counts=True)
    if len(labels) < 2 or values.min() == values.max():
        return None
    scaled = values / np.abs(values).max()
    centred = scaled - scaled.mean()
    total = float(np.sum(centred * centred))
    means = np.bincount(inverse, weights=centred) / counts
    return min(1.0, sqrt(float(np.sum(counts * means * means)) / total)) if total else None


def score_counts(scores: Floats, positive: Booleans) -> ScoreSums:
    """Scores in memory as the counts over pairs from which the area under the curve and DeLong's interval follow."""
    _, inverse = np.unique(scores, return_inverse=True)
    m = np.bincount(inverse, weights=positive).astype(np.int64)
    k = np.bincount(inverse, weights=~positive).astype(np.int64)
    below, above = 2 * (np.cumsum(k) - k) + k, 2 * (int(m.sum()) - np.cumsum(m)) + m
    return ScoreSums(
        positives=int(m.sum()),
        negatives=int(k.sum()),
        wins=_dot(m, below),
        positive_squares=_dot(m, below * below),
        negative_squares=_dot(k, above * above),
    )


def balanced_accuracy(truth: Sequence[int] | Integers, predicted: Sequence[int] | Integers) -> float:
    """The mean over classes of the share of its rows that were predicted right: 1 / classes is guessing, 1 is perfect.

    Source: Brodersen et al., ICPR 2010, 3121–3124. At least one row is needed.
    """
    true, guessed = np.asarray(truth), np.asarray(predicted)
    _, inverse, counts = np.unique(true, return_inverse=True, return_counts=True)
    return float(np.mean(np.bincount(inverse, weights=true == guessed) / counts))


def r_squared(truth: Floats, predicted: Floats) -> float | None:
    """The part of the variance that the prediction explains: 1 is all, 0 is no better than the mean, below is worse.

    Formula: 1 − Σ(y − ŷ)² / Σ(y − ȳ)². None where the truth is constant.
    """
    centred, errors = truth - truth.mean(), truth - predicted
    total = float(np.sum(centred * centred))
    return 1 - float(np.sum(errors * errors)) / total if total else None


def _dot(counts: Integers, values: Integers) -> int:
    return sum(int(count) * int(value) for count, value in zip(counts, values, strict=True) if count)
