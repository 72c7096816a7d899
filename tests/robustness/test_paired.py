"""Answers to disturbed inputs against undisturbed ones: published intervals, scipy's tests, counts by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2

from core.metrics.intervals import wilson
from core.metrics.robustness import Origin, ScenarioCounts, ScenarioSums, judge_scenario, worst_drop, worst_flips
from core.metrics.robustness.paired import mcnemar, paired_drop


def test_the_interval_of_a_paired_difference_is_that_of_the_package_contingencytables() -> None:
    # Cavo et al. 2012, Wald_CI_BonettPrice_paired_2x2(cavo_2012): -0.1195 to -0.0032
    low, high = paired_drop(6, 16, 161)

    assert (round(low, 4), round(high, 4)) == (-0.1195, -0.0032)


def test_mcnemars_exact_test_is_that_of_the_package_contingencytables() -> None:
    # the same table, McNemar_exact_cond_test_paired_2x2(cavo_2012): P = 0.052479
    assert round(mcnemar(6, 16), 6) == 0.052479


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemars_exact_test_is_scipys_binomial_test(lost: int, gained: int) -> None:
    expected = binomtest(lost, lost + gained).pvalue if lost + gained else 1.0

    assert mcnemar(lost, gained) == pytest.approx(expected, abs=1e-12)


def test_many_changes_are_tested_by_the_corrected_chi_square() -> None:
    assert mcnemar(700, 620) == pytest.approx(chi2.sf((80 - 1) ** 2 / 1320, 1), rel=1e-9)


def test_flips_and_accuracy_by_hand() -> None:
    # ten rows: eight right before; three right ones become wrong, one wrong one becomes right, six as they were
    found = judge_scenario("noise", "perturbed", counts=ScenarioCounts(10, 4, 8, 6, 3, 1), sums=None)

    assert (found.flips, found.flip_rate, found.flip_interval) == (4, 0.4, wilson(4, 10))
    assert (found.before, found.after, found.drop, found.lost, found.gained) == (0.8, 0.6, pytest.approx(0.2), 3, 1)
    assert found.p_value == pytest.approx(binomtest(3, 4).pvalue)
    assert found.unavailable == {"score_change": "There are no scores on both sides"}


def test_predictions_without_labels_have_flips_and_no_drop() -> None:
    found = judge_scenario("noise", "perturbed", counts=ScenarioCounts(10, 4), sums=None)

    assert (found.flip_rate, found.drop, found.lost, found.p_value) == (0.4, None, None, None)
    assert found.unavailable["drop"] == "There is no label column"


def test_the_growth_of_an_error_has_the_interval_that_a_bootstrap_of_rows_has() -> None:
    draw = np.random.default_rng(2)
    before = draw.gamma(2, size=2_000)
    after = before * 1.2 + draw.gamma(1, 0.2, size=2_000)
    sums = ScenarioSums(
        2_000, 0.5, 0.1, before.mean(), after.mean(), before.var(ddof=1), after.var(ddof=1), np.cov(before, after)[0, 1]
    )

    found = judge_scenario("noise", "perturbed", counts=None, sums=sums, numbers=True)

    chosen = draw.integers(2_000, size=(1_000, 2_000))
    low, high = np.quantile(after[chosen].mean(axis=1) / before[chosen].mean(axis=1) - 1, [0.025, 0.975])
    assert found.drop == pytest.approx(after.mean() / before.mean() - 1)
    assert found.drop_interval == (pytest.approx(low, abs=0.003), pytest.approx(high, abs=0.003))
    assert "numbers" in found.unavailable["flip_rate"]


def test_an_error_of_zero_has_no_growth() -> None:
    found = judge_scenario("a", "perturbed", counts=None, sums=ScenarioSums(5, 1.0, 0.0, 0.0, 2.0), numbers=True)

    assert found.drop is None
    assert found.unavailable["drop"] == "The undisturbed error is zero, so its growth has no measure"


def test_the_worst_scenario_is_the_subject_and_a_surrogate_is_named() -> None:
    mild = judge_scenario("mild", "perturbed", counts=ScenarioCounts(100, 5, 90, 89, 3, 2), sums=None)
    harsh = judge_scenario(
        "harsh",
        "shift",
        counts=ScenarioCounts(100, 30, 90, 70, 25, 5),
        sums=None,
        origin=Origin.SURROGATE,
        fidelity=0.9,
    )

    flips, drop = worst_flips([mild, harsh]), worst_drop([mild, harsh])

    assert (flips.value, flips.subject, flips.n, flips.interval) == (0.3, "harsh", 100, wilson(30, 100))
    assert (drop.value, drop.subject) == (pytest.approx(0.2), "harsh")
    assert "by a surrogate of fidelity 0.900" in flips.method
    assert worst_flips([mild]).method == "Wilson"


def test_without_scenarios_the_figures_have_their_reason() -> None:
    reason = "No perturbed predictions and no scenarios were handed in"

    assert (worst_flips([]).value, worst_flips([]).reason, worst_drop([]).reason) == (None, reason, reason)
