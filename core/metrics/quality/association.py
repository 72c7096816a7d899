"""How closely one feature follows the label, from exact sums over ranks and counts."""

from fractions import Fraction
from math import atanh, sqrt, tanh

from core.metrics.intervals import Interval, quantile


def spearman(n: int, products: int, feature_squares: int, label_squares: int) -> float | None:
    """Spearman's rank correlation: 0 without order in common, 1 or −1 where one order gives the other.

    Of `n` rows the sums of products and squares of the doubled mid-ranks, which average n + 1. None where the feature
    or the label has one value only. Formula: Pearson's correlation of mid-ranks. Source: Spearman, American Journal of
    Psychology 15 (1904) 72–101.
    """
    common = n * (n + 1) ** 2
    spread = (feature_squares - common) * (label_squares - common)
    if spread <= 0:
        return None
    return max(-1.0, min(1.0, (products - common) / sqrt(spread)))


def spearman_interval(value: float, n: int) -> Interval | None:
    """The 95 % interval of Spearman's correlation; None below five rows or at ±1.

    Formula: tanh(atanh r ± z √((1 + r²/2)/(n − 3))). Source: Bonett and Wright, Psychometrika 65 (2000) 23–28.
    """
    if n < 5 or abs(value) >= 1:
        return None
    half = quantile() * sqrt((1 + value * value / 2) / (n - 3))
    return Interval(tanh(atanh(value) - half), tanh(atanh(value) + half))


def correlation_ratio(n: int, groups: int, between: int, squares: int) -> float | None:
    """How much of the label's ranks the categories explain, as a correlation: 0 by chance, 1 where they fix it.

    `between` sums over categories the squared sum of doubled mid-ranks over the category's rows, `squares` the squared
    ranks. None without spread or without two rows in a category. Formula: √max(0, 1 − (1 − η²)(n − 1)/(n − k)).
    Source: Kelley, PNAS 21 (1935) 554–559 (epsilon squared, η² less what chance explains).
    """
    common = n * (n + 1) ** 2
    if squares <= common or n <= groups:
        return None
    explained = Fraction(between - common, squares - common)
    return sqrt(max(0.0, min(1.0, float(1 - (1 - explained) * Fraction(n - 1, n - groups)))))


def cramers_v(n: int, rows: int, columns: int, ratio: float) -> float | None:
    """Cramér's V of a contingency table less what chance gives: 0 by chance, near 1 where a value fixes the label.

    `ratio` is Σ o²/(row total × column total), so that χ² = n (ratio − 1); `rows` and `columns` are those with counts.
    None where one side has a single value, or every row its own. Source: Bergsma, Journal of the Korean Statistical
    Society 42 (2013) 323–328.
    """
    if n < 2 or min(rows, columns) < 2:
        return None
    phi = max(0.0, ratio - 1 - (rows - 1) * (columns - 1) / (n - 1))
    own_rows, own_columns = (side - (side - 1) ** 2 / (n - 1) for side in (rows, columns))
    least = min(own_rows, own_columns) - 1
    return min(1.0, sqrt(phi / least)) if least > 0 else None
