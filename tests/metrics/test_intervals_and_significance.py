"""Intervals and p-values against published figures and against scipy and statsmodels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from core.metrics.intervals import katz, newcombe, wilson
from core.metrics.significance import Test, compare, fisher_test, holm, smallest_expected_count, z_test
from tests.metrics.published import ORACLES, Oracle

BY_NAME = pytest.mark.parametrize("oracle", ORACLES, ids=lambda oracle: oracle.name)


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, int, int, int]:
    n, m = draw(st.integers(2, 400)), draw(st.integers(2, 400))
    return draw(st.integers(1, n - 1)), n, draw(st.integers(1, m - 1)), m


@BY_NAME
def test_the_published_significance_figures_are_reproduced(oracle: Oracle) -> None:
    selected, n, reference, m = oracle.counts

    tested, ratio, share = z_test(*oracle.counts), katz(*oracle.counts), wilson(selected, n)

    assert (selected / n) / (reference / m) == pytest.approx(oracle.ratio, abs=5e-5)
    assert tested == pytest.approx((oracle.z, oracle.z_p), rel=1e-3)
    assert fisher_test(*oracle.counts) == pytest.approx(oracle.fisher_p, rel=1e-3)
    assert ratio == pytest.approx(oracle.katz, abs=6e-5)
    assert share == pytest.approx(oracle.wilson, abs=6e-5)


@settings(max_examples=50, deadline=None)
@given(tables())
def test_every_interval_and_test_equals_scipy_and_statsmodels(counts: tuple[int, int, int, int]) -> None:
    selected, n, reference, m = counts
    z, p_value = proportions_ztest([selected, reference], [n, m])

    assert z_test(*counts) == pytest.approx((z, p_value), rel=1e-9, abs=1e-12)
    table = [[selected, n - selected], [reference, m - reference]]
    assert fisher_test(*counts) == pytest.approx(fisher_exact(table).pvalue, rel=1e-9)
    assert wilson(selected, n) == pytest.approx(proportion_confint(selected, n, method="wilson"), rel=1e-9)
    logarithmic = confint_proportions_2indep(selected, n, reference, m, compare="ratio", method="log")
    assert katz(*counts) == pytest.approx(logarithmic, rel=1e-9)
    hybrid = confint_proportions_2indep(selected, n, reference, m, compare="diff", method="newcomb")
    assert newcombe(*counts) == pytest.approx(hybrid, rel=1e-9, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_equals_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="holm")[1]

    assert holm(p_values) == pytest.approx(list(expected), rel=1e-12)


def test_no_trials_have_no_interval() -> None:
    assert wilson(0, 0) is None
    assert newcombe(1, 2, 0, 0) is None


@pytest.mark.parametrize("counts", [(0, 10, 5, 10), (5, 10, 0, 10)])
def test_a_ratio_with_a_zero_count_has_no_interval(counts: tuple[int, int, int, int]) -> None:
    assert katz(*counts) is None


@pytest.mark.parametrize(("successes", "edge"), [(0, (0.0, 0)), (40, (1.0, 1))])
def test_a_share_at_the_edge_has_an_interval_that_ends_there(successes: int, edge: tuple[float, int]) -> None:
    found = wilson(successes, 40)

    assert found is not None
    assert found[edge[1]] == edge[0]


@pytest.mark.parametrize("constant", [(0, 50, 0, 60), (50, 50, 60, 60)])
def test_identical_constants_have_no_z_and_do_not_differ(constant: tuple[int, int, int, int]) -> None:
    assert z_test(*constant) is None
    assert compare(*constant).p_value == 1.0


@pytest.mark.parametrize(
    ("counts", "test", "small"),
    [
        ((15, 30, 15, 30), Test.Z, False),
        ((14, 29, 15, 30), Test.FISHER, True),  # few rows of its own
        ((15, 30, 14, 29), Test.FISHER, False),  # the reference is few; the group is not
        ((4, 100, 5, 100), Test.FISHER, True),  # expects 4.5
        ((5, 100, 5, 100), Test.Z, False),  # expects exactly 5
        ((96, 100, 95, 100), Test.FISHER, True),  # expects 4.5 of the others
    ],
)
def test_few_rows_or_few_expected_use_fisher(counts: tuple[int, int, int, int], test: Test, small: bool) -> None:
    found = compare(*counts)

    assert (found.test, found.small_sample) == (test, small)


def test_the_smallest_expected_count_is_the_one_of_the_smaller_side() -> None:
    assert smallest_expected_count(1, 10, 19, 90) == pytest.approx(2.0)
