"""How sure a share, a ratio or a difference of shares is: 95 % intervals from counts."""

from math import exp, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A two-sided confidence interval, unrounded."""

    low: float
    high: float


def quantile(confidence: float = CONFIDENCE) -> float:
    """The standard normal quantile of a two-sided interval: 1.96 at 95 %."""
    return NormalDist().inv_cdf(1 - (1 - confidence) / 2)


def wilson(successes: int, n: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Wilson's score interval of the share successes / n; None without trials.

    Formula: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). Source: Wilson, JASA 22 (1927) 209–212.
    """
    if n == 0:
        return None
    z = quantile(confidence)
    share = successes / n
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    # At the edges the formula gives exactly 0 and 1; floating point would miss them by a hair.
    return Interval(0.0 if successes == 0 else centre - half, 1.0 if successes == n else centre + half)


def katz(successes: int, n: int, reference: int, reference_n: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Katz's log interval of the ratio of two shares; None where a count of zero leaves the logarithm undefined.

    Formula: exp(ln r ± z √(1/a − 1/n + 1/b − 1/m)). Source: Katz et al., Biometrics 34 (1978) 469–474.
    """
    if successes == 0 or reference == 0:
        return None
    ratio = (successes / n) / (reference / reference_n)
    half = quantile(confidence) * sqrt(1 / successes - 1 / n + 1 / reference - 1 / reference_n)
    return Interval(exp(log(ratio) - half), exp(log(ratio) + half))


def newcombe(
    successes: int, n: int, reference: int, reference_n: int, confidence: float = CONFIDENCE
) -> Interval | None:
    """Newcombe's hybrid score interval of the difference of two shares; None without trials on a side.

    Source: Newcombe, Statistics in Medicine 17 (1998) 873–890, method 10 (square and add of two Wilson intervals).
    """
    own, other = wilson(successes, n, confidence), wilson(reference, reference_n, confidence)
    if own is None or other is None:
        return None
    p, q = successes / n, reference / reference_n
    return Interval(
        p - q - sqrt((p - own.low) ** 2 + (other.high - q) ** 2),
        p - q + sqrt((own.high - p) ** 2 + (q - other.low) ** 2),
    )


def normal(value: float, standard_error: float, confidence: float = CONFIDENCE) -> Interval:
    """The normal interval of an estimate, not cut to any range."""
    half = quantile(confidence) * standard_error
    return Interval(value - half, value + half)
