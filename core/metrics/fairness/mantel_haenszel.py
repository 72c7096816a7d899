"""Two groups compared within strata: one ratio over all strata, its interval, and whether it could be chance."""

from collections.abc import Sequence
from fractions import Fraction
from math import erfc, exp, fsum, log, sqrt
from typing import NamedTuple

import numpy as np

from core.metrics.intervals import CONFIDENCE, Interval, quantile

MOST_EXACT = 200  # strata; beyond them fractions grow long, and the sum is one of correctly rounded terms
MANTEL_FLEISS = 5
AS_PROBABLE = 1 + 1e-7  # two tables whose probabilities differ by rounding alone are equally probable


class Table(NamedTuple):
    """One stratum: selected and rows of the group, selected and rows of its reference; both have rows."""

    selected: int
    n: int
    reference: int
    reference_n: int

    @property
    def total(self) -> int:
        """All rows of the stratum that count."""
        return self.n + self.reference_n

    @property
    def margin(self) -> int:
        """All selected of the stratum that count."""
        return self.selected + self.reference


class PooledTest(NamedTuple):
    """A two-sided p-value over strata; `exact` where the counts were too few for the chi-square approximation."""

    p_value: float
    exact: bool


def pooled_ratio(tables: Sequence[Table]) -> Fraction | None:
    """The Mantel–Haenszel risk ratio; 1 is equality. None where the reference has nobody selected in any stratum.

    Formula: Σ(a·m/N) / Σ(b·n/N) over strata, with a of n selected in the group, b of m in the reference, N = n + m.
    Sources: Mantel and Haenszel, JNCI 22 (1959) 719–748; for ratios of risks Nurminen, Biometrika 68 (1981) 525–530.
    """
    over = _sum([(one.selected * one.reference_n, one.total) for one in tables])
    under = _sum([(one.reference * one.n, one.total) for one in tables])
    return over / under if under else None


def greenland_robins(tables: Sequence[Table], confidence: float = CONFIDENCE) -> Interval | None:
    """The interval of the pooled ratio; None where either side has nobody selected, or nothing varies.

    Formula: var(ln RR) = Σ[(t·n·m − a·b·N)/N²] / (Σ(a·m/N) · Σ(b·n/N)) with t = a + b.
    Source: Greenland and Robins, Biometrics 41 (1985) 55–68.
    """
    over = fsum(one.selected * one.reference_n / one.total for one in tables)
    under = fsum(one.reference * one.n / one.total for one in tables)
    spread = fsum(
        (one.margin * one.n * one.reference_n - one.selected * one.reference * one.total) / one.total**2
        for one in tables
    )
    if not over or not under or spread <= 0:
        return None
    half = quantile(confidence) * sqrt(spread / (over * under))
    centre = log(over / under)
    return Interval(exp(centre - half), exp(centre + half))


def pooled_difference(tables: Sequence[Table]) -> float | None:
    """The Mantel–Haenszel risk difference: differences of shares, weighted by n·m/N. 0 is equality; None without rows.

    Source: Greenland and Robins, Biometrics 41 (1985) 55–68.
    """
    weights = fsum(one.n * one.reference_n / one.total for one in tables)
    if not weights:
        return None
    gaps = ((one.selected * one.reference_n - one.reference * one.n) / one.total for one in tables)
    return fsum(gaps) / weights


def conditional_independence(tables: Sequence[Table]) -> PooledTest | None:
    """Whether selection is independent of the group within strata; None where no stratum could show otherwise.

    Cochran–Mantel–Haenszel without continuity correction: (Σa − ΣE)² / ΣV on one degree of freedom. Where the counts
    are too few for it (Mantel and Fleiss 1980: the sums of expected counts lie within 5 of their extremes), the exact
    conditional test, which for one stratum is Fisher's.
    Sources: Cochran, Biometrics 10 (1954) 417–451; Mantel and Haenszel (1959); Mantel and Fleiss, AJE 112 (1980)
    129–134.
    """
    informative = [one for one in tables if 0 < one.margin < one.total]
    if not informative:
        return None
    expected = _sum([(one.margin * one.n, one.total) for one in informative])
    lowest = sum(max(0, one.margin - one.reference_n) for one in informative)
    highest = sum(min(one.n, one.margin) for one in informative)
    observed = sum(one.selected for one in informative)
    if min(expected - lowest, highest - expected) < MANTEL_FLEISS:
        return PooledTest(_exact(informative, observed), exact=True)
    variance = fsum(
        one.margin * (one.total - one.margin) * one.n * one.reference_n / (one.total**2 * (one.total - 1))
        for one in informative
    )
    return PooledTest(erfc(float(abs(observed - expected)) / sqrt(2 * variance)), exact=False)


def _exact(tables: Sequence[Table], observed: int) -> float:
    """The distribution of the group's selected over all strata, given the margins: one stratum's after another."""
    from scipy.stats import hypergeom  # type: ignore[import-untyped]  # loading it takes half a second

    chances, lowest = np.ones(1), 0
    for one in tables:
        first = max(0, one.margin - one.reference_n)
        support = np.arange(first, min(one.n, one.margin) + 1)
        chances = np.convolve(chances, hypergeom.pmf(support, one.total, one.margin, one.n))
        lowest += first
    here = chances[observed - lowest]
    return min(1.0, float(chances[chances <= here * AS_PROBABLE].sum()))


def _sum(terms: Sequence[tuple[int, int]]) -> Fraction:
    """Of quotients given as numerator and denominator."""
    if len(terms) <= MOST_EXACT:
        return sum((Fraction(over, under) for over, under in terms), Fraction(0))
    return Fraction(fsum(over / under for over, under in terms))
