"""Population stability index, Jensen–Shannon distance and the two-sample chi-square test, from counts in bins.

Counts are two arrays of equal length k: how many rows of the reference and of the current data lie in each bin or have
each category. Missing and infinite values are in neither.
"""

from math import fsum, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Shares = NDArray[np.float64]
SMALL_SHARE = 1e-4


class ChiSquare(NamedTuple):
    """The statistic, its degrees of freedom, the p-value, and the smallest count that was expected."""

    statistic: float
    degrees: int
    p_value: float
    smallest_expected: float


def chi_square(reference: Counts, current: Counts) -> ChiSquare:
    """Pearson's two-sample test that both files draw from the same categories; a small p-value speaks for drift.

    Formula: Σ (observed − expected)² / expected over both rows of the 2 × k table, expected = row total × column total
    / all; k − 1 degrees of freedom, no correction for continuity. Source: Pearson, Phil. Mag. 50 (1900) 157–175; equal
    to `scipy.stats.chi2_contingency(table, correction=False)`. The reference is a sample as well: the one-sample test
    that takes its shares for known raises false alarms in up to 97 % of columns that did not drift. One category on
    both sides gives p = 1; a category that only one file has is counted like any other. ValueError for an empty side.
    """
    from scipy.special import chdtrc  # type: ignore[import-untyped]  # loading it takes a tenth of a second

    used = (reference + current) > 0
    table = np.stack([reference[used], current[used]]).astype(np.float64)
    rows, columns = table.sum(axis=1, keepdims=True), table.sum(axis=0, keepdims=True)
    if not rows.all():
        raise ValueError("Both sides need at least one row")
    expected = rows * columns / rows.sum()
    statistic = fsum((((table - expected) ** 2) / expected).ravel())
    degrees = int(used.sum()) - 1
    p_value = float(chdtrc(degrees, statistic)) if degrees else 1.0
    return ChiSquare(statistic, degrees, p_value, float(expected.min()))


def psi(reference: Counts, current: Counts) -> float:
    """Population stability index, 0 or more; below 0.1 is usually called stable, 0.25 a major shift.

    Formula: Σ (r − c) · ln(r / c) over shares r and c. An empty bin has the share 0.0001, or a millionth of the
    smallest share where that is at most 0.0001. Source: Lewis, An Introduction to Credit Scoring (1992); the zero fill
    is Evidently's, to whose `psi` this is equal. One category on both sides gives 0.
    """
    first, second = _filled(_shares(reference)), _filled(_shares(current))
    return fsum((first - second) * np.log(first / second))


def jensen_shannon(reference: Counts, current: Counts) -> float:
    """Jensen–Shannon distance with the natural logarithm: 0 for equal shares, √ln 2 = 0.83 for none in common.

    Formula: √(½ Σ r ln(r/m) + ½ Σ c ln(c/m)), m = (r + c) / 2. Source: Endres and Schindelin, IEEE Trans. Inf. Theory
    49 (2003) 1858–1860; equal to `scipy.spatial.distance.jensenshannon`. One category on both sides gives 0.
    """
    first, second = _shares(reference), _shares(current)
    first, second = first / first.sum(), second / second.sum()
    middle = (first + second) / 2
    divergence = fsum((*_relative_entropy(first, middle), *_relative_entropy(second, middle)))
    return sqrt(max(0.0, divergence) / 2)


def _shares(counts: Counts) -> Shares:
    return counts / int(counts.sum())


def _filled(shares: Shares) -> Shares:
    smallest = float(shares[shares > 0].min())
    fill = smallest / 10**6 if smallest <= SMALL_SHARE else SMALL_SHARE
    return np.where(shares == 0, fill, shares)


def _relative_entropy(shares: Shares, middle: Shares) -> Shares:
    present = shares > 0
    return shares[present] * np.log(shares[present] / middle[present])
