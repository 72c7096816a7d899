"""Rank correlations and associations are scipy's and scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f_oneway, kendalltau, rankdata, spearmanr
from scipy.stats.contingency import association, chi2_contingency, crosstab
from sklearn.metrics import balanced_accuracy_score, r2_score, roc_auc_score

from core.metrics.explanation.association import (
    balanced_accuracy,
    correlation_ratio,
    cramers_v,
    r_squared,
    score_counts,
)
from core.metrics.explanation.ranks import average_ranks, kendall, overlap, spearman, spearman_interval
from core.metrics.scores import area_under_curve

values = st.lists(st.sampled_from([-3.0, 0.0, 0.5, 1.0, 2.0, 7.5, 1e9]), min_size=3, max_size=12)


@settings(max_examples=60, deadline=None)
@given(values, st.randoms(use_true_random=False))
def test_rank_correlations_equal_scipy_ties_included(first: list[float], random: object) -> None:
    second = list(first)
    random.shuffle(second)  # type: ignore[attr-defined]

    rho, tau = spearman(first, second), kendall(first, second)

    assert list(average_ranks(first)) == list(rankdata(first))
    if len(set(first)) == 1:
        assert (rho, tau) == (None, None)
    else:
        assert rho == pytest.approx(spearmanr(first, second).statistic, abs=1e-12)
        assert tau == pytest.approx(kendalltau(first, second).statistic, abs=1e-12)


def test_the_same_order_correlates_exactly_one_and_the_reverse_exactly_minus_one() -> None:
    order = [0.1, 0.2, 0.7, 11.0]

    assert (spearman(order, [1, 2, 3, 4]), kendall(order, [1, 2, 3, 4])) == (1.0, 1.0)
    assert (spearman(order, [4, 3, 2, 1]), kendall(order, [4, 3, 2, 1])) == (-1.0, -1.0)


def test_two_features_have_no_rank_correlation() -> None:
    assert spearman([1, 2], [1, 2]) is None
    assert kendall([1, 2], [2, 1]) is None


def test_the_overlap_counts_the_foremost_features_of_both() -> None:
    assert overlap({"a": 3, "b": 2, "c": 1}, {"a": 1, "b": 2, "d": 3}, 2) == 0.5
    assert overlap({"a": 1}, {}, 3) is None


def test_an_interval_of_sure_means_is_a_point_and_of_unsure_ones_is_wide() -> None:
    sizes, others = [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 4.0, 3.0]
    none, much = [0.0] * 4, [5.0] * 4

    sure, unsure = spearman_interval(sizes, others, none, none), spearman_interval(sizes, others, much, much)

    assert sure is not None
    assert sure.low == sure.high == pytest.approx(0.8)
    assert unsure is not None
    assert unsure.high - unsure.low > 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=5, max_size=60))
def test_cramers_v_corrects_the_chi_square_of_scipy(pairs: list[tuple[int, int]]) -> None:
    first, second = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    table = crosstab(first, second).count
    r, k = table.shape

    found = cramers_v(first, second)

    if min(r, k) < 2:
        assert found is None
        return
    n = len(pairs)
    phi = max(0.0, chi2_contingency(table, correction=False).statistic / n - (r - 1) * (k - 1) / (n - 1))
    under = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    if found is None:
        assert under <= 1e-9
    else:
        assert found**2 == pytest.approx(min(1.0, phi / under), abs=1e-12)


def test_cramers_v_of_many_rows_comes_near_the_uncorrected_one_of_scipy() -> None:
    draw = np.random.default_rng(5)
    first = draw.integers(0, 3, 20_000)
    second = np.where(draw.random(20_000) < 0.5, first, draw.integers(0, 3, 20_000))

    plain = association(crosstab(first, second).count, method="cramer")

    assert cramers_v(first, second) == pytest.approx(plain, abs=2e-4)


def test_ten_thousand_categories_are_no_proxy_of_everything() -> None:
    draw = np.random.default_rng(6)
    ids, groups = np.arange(10_000), draw.integers(0, 2, 10_000)

    assert cramers_v(ids, groups) in (None, 0.0)


def test_the_correlation_ratio_follows_from_the_f_test_of_scipy() -> None:
    draw = np.random.default_rng(7)
    groups = draw.integers(0, 3, 300)
    numbers = draw.normal(size=300) + groups * 0.7

    f = f_oneway(*(numbers[groups == group] for group in range(3))).statistic
    between, within = 2, 297

    assert correlation_ratio(numbers, groups) == pytest.approx(np.sqrt(f * between / (f * between + within)))
    assert correlation_ratio(np.full(9, 2.0), np.arange(9)) is None
    assert correlation_ratio(numbers, np.zeros(300, dtype=np.int64)) is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.4, 0.4, 0.9]), st.booleans()), min_size=4, max_size=40))
def test_the_area_from_counts_equals_scikit_learn(rows: list[tuple[float, bool]]) -> None:
    scores, labels = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])

    area = area_under_curve(score_counts(scores, labels))

    if labels.all() or not labels.any():
        assert area is None
    else:
        assert float(area or 0) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


def test_fidelity_measures_equal_scikit_learn() -> None:
    draw = np.random.default_rng(8)
    truth, guess = draw.integers(0, 3, 200), draw.integers(0, 3, 200)
    number, near = draw.normal(size=200), draw.normal(size=200)

    assert balanced_accuracy(truth, guess) == pytest.approx(balanced_accuracy_score(truth, guess), abs=1e-12)
    assert r_squared(number, near) == pytest.approx(r2_score(number, near), abs=1e-12)
    assert r_squared(np.ones(5), np.zeros(5)) is None
