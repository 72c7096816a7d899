"""Who is compared with whom, who is judged, and what a verdict then says."""

import numpy as np
import pytest
from pydantic import TypeAdapter
from statsmodels.stats.multitest import multipletests

from core.errors import Unreadable
from core.metrics.fairness import FairnessResult, assess
from core.metrics.fairness.bootstrap import resampled
from core.metrics.intervals import katz, newcombe
from core.metrics.verdicts import Judgement, Verdict
from tests.metrics.published import counted, selections


def screen(**groups: tuple[int, int]) -> Judgement:
    ((_, _, judgement),) = assess(selections("g", **groups), repetitions=2).verdicts()
    return judgement


def test_exactly_four_fifths_passes_although_floating_point_says_less() -> None:
    assert (36 / 50) / (45 / 50) < 0.8

    assert screen(a=(45, 50), b=(36, 50)).verdict is Verdict.PASS


def test_one_selection_below_four_fifths_fails() -> None:
    found = screen(a=(35, 100), b=(27, 100))

    assert found.verdict is Verdict.FAIL
    assert "b against a" in found.reason


def test_a_gap_of_exactly_the_threshold_is_met_although_floating_point_says_more() -> None:
    assert 0.9 - 0.7 > 0.2
    comparison = assess(selections("g", a=(90, 100), b=(70, 100)), repetitions=2).comparison("g")

    assert comparison.judge("demographic_parity_difference", 0.2, "at most").verdict is Verdict.PASS


def test_one_of_one_selected_has_no_interval_that_looks_certain() -> None:
    result = assess(selections("g", a=(500, 1000), b=(480, 1000), c=(1, 1)), repetitions=2)

    group = result.groups[2]
    assert group.impact_ratio == 2.0
    assert group.impact_ratio_interval is None
    assert "Everybody in a group of fewer than 30 rows" in group.unavailable["impact_ratio_interval"]


def test_groups_that_are_all_too_small_are_no_evidence() -> None:
    assert screen(a=(20, 29), b=(1, 29)).verdict is Verdict.INSUFFICIENT


def test_one_group_of_sufficient_size_has_nothing_to_be_compared_with() -> None:
    found = screen(a=(500, 1000), b=(0, 10))

    assert found.verdict is Verdict.INSUFFICIENT
    assert "1 of 2 groups" in found.reason


def test_a_small_group_below_the_threshold_withholds_a_pass() -> None:
    found = screen(a=(500, 1000), b=(480, 1000), c=(1, 10))

    assert found.verdict is Verdict.INSUFFICIENT
    assert "c: below it with fewer than 30 rows" in found.reason


def test_a_small_group_above_the_threshold_is_named_and_withholds_nothing() -> None:
    found = screen(a=(500, 1000), b=(480, 1000), c=(5, 10))

    assert found.verdict is Verdict.PASS
    assert "not judged, fewer than 30 rows: c" in found.reason


def test_a_failure_stays_a_failure_beside_small_groups() -> None:
    assert screen(a=(500, 1000), b=(100, 1000), c=(0, 10)).verdict is Verdict.FAIL


def test_a_named_reference_too_small_to_judge_carries_no_verdict() -> None:
    cells = selections("g", a=(500, 1000), b=(480, 1000), c=(5, 10))

    result = assess(cells, reference={"g": "c"}, repetitions=2)

    assert result.comparison("g").reference == ("c",)
    assert result.verdicts()[0][2].verdict is Verdict.INSUFFICIENT


def test_a_group_selected_more_than_a_named_reference_does_not_fail() -> None:
    result = assess(selections("g", a=(30, 100), b=(60, 100)), reference={"g": "a"}, repetitions=2)

    assert result.verdicts()[0][1].value == 2.0
    assert result.verdicts()[0][2].verdict is Verdict.PASS


def test_ties_with_the_most_selected_are_listed_and_the_largest_is_the_reference() -> None:
    result = assess(selections("g", a=(20, 40), b=(50, 100), c=(30, 60), d=(10, 50)), repetitions=2)

    comparison = result.comparison("g")
    assert comparison.reference == ("b",)
    assert comparison.ties == (("c",), ("a",))


def test_against_everybody_there_is_a_ratio_but_no_test() -> None:
    result = assess(selections("g", a=(60, 100), b=(30, 100)), reference="overall", repetitions=2)

    group = result.groups[1]
    assert group.impact_ratio == pytest.approx(30 / 45)
    assert (group.p_value, group.impact_ratio_interval) == (None, None)
    assert group.unavailable["p_value"] == "The group is part of the reference, everybody"


@pytest.mark.parametrize("reference", [{"g": "z"}, {"h": "a"}])
def test_a_reference_that_is_not_in_the_data_is_refused(reference: dict[str, str]) -> None:
    with pytest.raises(Unreadable, match="no such reference group"):
        assess(selections("g", a=(60, 100), b=(30, 100)), reference=reference)


def test_a_favourable_outcome_that_is_not_in_the_data_is_refused() -> None:
    with pytest.raises(Unreadable, match="found 2, expected 1 or 0"):
        assess(selections("g", a=(60, 100), b=(30, 100)), favourable="2")


@pytest.mark.parametrize("minimum", [0, -1])
def test_a_minimum_below_one_row_is_refused(minimum: int) -> None:
    with pytest.raises(ValueError, match="at least one row"):
        assess(selections("g", a=(60, 100)), minimum_group=minimum)


def test_p_values_of_an_intersection_are_corrected_for_their_number() -> None:
    rows = [
        (None, at < selected, (first, second))
        for first, second, selected in (("a", "x", 60), ("a", "y", 45), ("b", "x", 44), ("b", "y", 20))
        for at in range(100)
    ]

    groups = (
        assess(counted(rows, "first", "second", labelled=False), repetitions=2).comparison("first", "second").groups
    )

    raw = [group.p_value for group in groups if group.p_value is not None]
    adjusted = [group.holm_p_value for group in groups if group.holm_p_value is not None]
    assert adjusted == pytest.approx(list(multipletests(raw, method="holm")[1]))
    assert min(adjusted) == pytest.approx(3 * min(raw))


def test_bootstrap_counts_have_the_mean_and_spread_of_resampled_rows() -> None:
    cells = selections("g", a=(300, 1000), b=(150, 1000))
    tallies = list(cells.tallies(("g",)).values())

    rates = resampled(tallies, favourable_is_positive=True, repetitions=10_000, seed=1).selection_rate

    rows = np.random.default_rng(2).integers(0, 2000, (2000, 2000))  # rows drawn one by one
    selected = (rows < 300) | ((rows >= 1000) & (rows < 1150))
    by_rows = (selected & (rows < 1000)).sum(axis=1) / (rows < 1000).sum(axis=1)
    assert rates[:, 0].mean() == pytest.approx(0.3, abs=0.001)
    assert rates[:, 0].std() == pytest.approx(by_rows.std(), rel=0.06)


def test_bootstrap_intervals_agree_with_katz_and_newcombe_on_large_groups() -> None:
    comparison = assess(selections("g", a=(3000, 10_000), b=(1500, 10_000), c=(2800, 10_000))).comparison("g")

    by_draws = comparison.figure("demographic_parity_ratio").interval
    assert by_draws == pytest.approx(katz(1500, 10_000, 3000, 10_000), abs=0.004)
    by_draws = comparison.figure("demographic_parity_difference").interval
    assert by_draws == pytest.approx(newcombe(3000, 10_000, 1500, 10_000), abs=0.002)


def test_the_same_seed_gives_the_same_intervals_and_they_hold_their_figure() -> None:
    cells = selections("g", a=(300, 1000), b=(150, 1000), c=(280, 900))

    first, second = assess(cells), assess(cells)

    assert first == second
    for figure in first.comparison("g").figures:
        if figure.value is not None and figure.interval is not None:
            assert figure.interval.low < figure.value < figure.interval.high


def test_a_result_survives_being_stored_as_json() -> None:
    rows = [(at % 3 == 0, at % 2 == 0, ("ab"[at % 2], "x" if at % 5 else None)) for at in range(300)]
    result = assess(counted(rows, "first", "second"), repetitions=50)
    adapter = TypeAdapter(FairnessResult)

    assert adapter.validate_json(adapter.dump_json(result)) == result
