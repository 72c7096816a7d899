"""Whether a difference between two groups could be chance: z, Fisher, and Holm's correction for asking many times."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import erfc, sqrt

SMALL_GROUP = 30
SMALL_EXPECTED_COUNT = 5


class Test(StrEnum):
    """Which test gave a p-value."""

    __test__ = False  # the statistical kind, not pytest's

    Z = "z"
    FISHER = "fisher"


@dataclass(frozen=True)
class Significance:
    """A two-sided p-value, the test it comes from, and whether a small sample forced that test."""

    p_value: float
    test: Test
    small_sample: bool


def z_test(successes: int, n: int, reference: int, reference_n: int) -> tuple[float, float] | None:
    """The pooled two-proportion z statistic and its two-sided p-value; None where nobody or everybody is selected.

    Formula: z = (p₁ − p₂) / √(p(1−p)(1/n₁ + 1/n₂)), p pooled.
    """
    pooled = (successes + reference) / (n + reference_n)
    if pooled in (0.0, 1.0):
        return None
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / reference_n))
    z = (successes / n - reference / reference_n) / spread
    return z, erfc(abs(z) / sqrt(2))


def fisher_test(successes: int, n: int, reference: int, reference_n: int) -> float:
    """Fisher's exact two-sided p-value of the two-by-two table (sum over tables at most as probable)."""
    from scipy.stats import fisher_exact  # type: ignore[import-untyped]  # loading it takes half a second

    table = [[successes, n - successes], [reference, reference_n - reference]]
    return min(1.0, float(fisher_exact(table).pvalue))


def smallest_expected_count(successes: int, n: int, reference: int, reference_n: int) -> float:
    """The smallest of the four counts expected if both groups had the same share (Cochran's rule asks for five)."""
    selected, total = successes + reference, n + reference_n
    return min(n, reference_n) * min(selected, total - selected) / total


def compare(successes: int, n: int, reference: int, reference_n: int) -> Significance:
    """The p-value of a group against its reference; both have at least one row.

    Below 30 rows on either side, or an expected count below 5, Fisher's exact test is used. The small-sample mark is
    the group's own: its rows or an expected count are few. Identical constants (nobody or everybody) have p = 1 by
    Fisher.
    """
    few_expected = smallest_expected_count(successes, n, reference, reference_n) < SMALL_EXPECTED_COUNT
    if not few_expected and min(n, reference_n) >= SMALL_GROUP:
        tested = z_test(successes, n, reference, reference_n)
        if tested is not None:
            return Significance(tested[1], Test.Z, small_sample=False)
    p_value = fisher_test(successes, n, reference, reference_n)
    return Significance(p_value, Test.FISHER, small_sample=n < SMALL_GROUP or few_expected)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down adjusted p-values, in the given order. Source: Holm, Scand. J. Statist. 6 (1979) 65–70."""
    order = sorted(range(len(p_values)), key=lambda position: p_values[position])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, position in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[position]))
        adjusted[position] = highest
    return tuple(adjusted)
