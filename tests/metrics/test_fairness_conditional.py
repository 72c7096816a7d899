"""Groups at equal values of control columns: Berkeley's paradox, and pooled figures against statsmodels and SAS."""

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, selection_rate
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.contingency_tables import StratifiedTable

from core.frames.cells import cells
from core.metrics.cells import Cells
from core.metrics.fairness import FairnessResult, assess
from core.metrics.fairness.mantel_haenszel import (
    Table,
    conditional_independence,
    greenland_robins,
    pooled_difference,
    pooled_ratio,
)
from core.metrics.verdicts import Verdict
from tests.metrics.published import COMPAS, DATA, counted

BERKELEY = DATA / "datasets_UCBAdmissions.csv"


@pytest.fixture(scope="module")
def berkeley() -> Cells:
    return cells(
        BERKELEY, label=None, prediction="Admit", positive="Admitted", attributes=("Gender", "Dept"), count="Freq"
    )


@pytest.fixture(scope="module")
def against_men(berkeley: Cells) -> FairnessResult:
    return assess(berkeley, controls=("Dept",), reference={"Gender": "Male"}, repetitions=2)


def tables_of(berkeley: Cells) -> list[Table]:
    tallies = berkeley.tallies(("Gender", "Dept"))
    return [
        Table(
            tallies["Female", dept].predicted,
            tallies["Female", dept].n,
            tallies["Male", dept].predicted,
            tallies["Male", dept].n,
        )
        for dept in "ABCDEF"
    ]


def as_statsmodels(tables: list[Table]) -> StratifiedTable:
    return StratifiedTable(
        [
            np.array([[one.selected, one.n - one.selected], [one.reference, one.reference_n - one.reference]])
            for one in tables
        ]
    )


def test_berkeley_fails_over_all_and_passes_at_equal_department(berkeley: Cells) -> None:
    comparison = assess(berkeley, controls=("Dept",)).comparison("Gender")

    plain = comparison.judge("impact_ratio", 0.8, "at least")
    within = comparison.judge("conditional_impact_ratio", 0.8, "at least")
    assert comparison.figure("impact_ratio").value == pytest.approx(0.6818, abs=5e-5)
    assert (plain.verdict, within.verdict) == (Verdict.FAIL, Verdict.PASS)


def test_a_verdict_that_turns_is_explained_as_simpsons_paradox(berkeley: Cells) -> None:
    result = assess(berkeley, controls=("Dept",), repetitions=2)

    (note,) = result.notes
    assert "Simpson's paradox" in note
    assert (
        "0.68 (Female against Male) over all rows, fail; at equal Dept it is 0.94 (Male against Female), pass" in note
    )
    assert result.conditional[0].note == note


def test_four_of_six_departments_favour_women(against_men: FairnessResult) -> None:
    shown = {
        stratum.name: {group.name: f"{group.selection_rate.value:.0%}" for group in stratum.groups}
        for stratum in against_men.conditional[0].strata
    }

    assert shown == {
        "A": {"Female": "82%", "Male": "62%"},
        "B": {"Female": "68%", "Male": "63%"},
        "C": {"Female": "34%", "Male": "37%"},
        "D": {"Female": "35%", "Male": "33%"},
        "E": {"Female": "24%", "Male": "28%"},
        "F": {"Female": "7%", "Male": "6%"},
    }
    ratios = [stratum.groups[0].impact_ratio for stratum in against_men.conditional[0].strata]
    assert [ratio is not None and ratio > 1 for ratio in ratios] == [True, True, False, True, False, True]


def test_the_pooled_ratio_and_test_of_berkeley_are_those_of_statsmodels(
    berkeley: Cells, against_men: FairnessResult
) -> None:
    expected = as_statsmodels(tables_of(berkeley))

    women = against_men.conditional[0].pooled[0]

    assert women.impact_ratio == pytest.approx(expected.riskratio_pooled, rel=1e-12)
    assert women.p_value == pytest.approx(expected.test_null_odds(correction=False).pvalue, rel=1e-12)
    assert (women.n, women.reference_n, women.strata, women.exact_test) == (1835, 2691, 6, False)


def test_the_pooled_ratio_of_the_migraine_study_has_the_interval_that_sas_prints() -> None:
    # SAS/STAT User's Guide, PROC FREQ, “Cochran–Mantel–Haenszel Statistics”: relative risk (column 1) 2.1636,
    # 95 % limits 1.2336 and 3.7948, CMH probability 0.0040.
    tables = [Table(16, 27, 5, 25), Table(12, 28, 7, 26)]

    ratio, interval, test = pooled_ratio(tables), greenland_robins(tables), conditional_independence(tables)

    assert ratio is not None
    assert interval is not None
    assert test is not None
    assert (f"{float(ratio):.4f}", f"{interval.low:.4f}", f"{interval.high:.4f}") == ("2.1636", "1.2336", "3.7948")
    assert f"{test.p_value:.4f}" == "0.0040"


def test_one_stratum_gives_the_plain_ratio_and_difference() -> None:
    tables = [Table(36, 50, 45, 50)]

    assert pooled_ratio(tables) == pytest.approx(0.8)
    assert pooled_difference(tables) == pytest.approx(-0.18)


def test_few_counts_are_tested_exactly_and_one_stratum_is_fishers_test() -> None:
    tables = [Table(3, 15, 25, 43)]

    found = conditional_independence([Table(1, 6, 9, 20)])

    assert found is not None
    assert found.exact
    assert found.p_value == pytest.approx(fisher_exact([[1, 5], [9, 11]]).pvalue, rel=1e-12)
    assert not conditional_independence(tables).exact  # type: ignore[union-attr]


def test_a_disparity_against_the_plain_reference_is_seen() -> None:
    # Over all rows the groups are equal; within each stratum men get half of what women get.
    rows = [
        (None, at < selected, (sex, stratum))
        for sex, stratum, selected, n in (
            ("men", "x", 300, 900),
            ("men", "y", 10, 100),
            ("women", "x", 66, 100),
            ("women", "y", 180, 900),
        )
        for at in range(n)
    ]

    comparison = assess(
        counted(rows, "sex", "stratum", labelled=False), controls=("stratum",), repetitions=2
    ).comparison("sex")

    figure = comparison.figure("conditional_impact_ratio")
    assert comparison.reference == ("men",)
    assert figure.groups == ("men", "women")
    assert figure.value == pytest.approx(0.5, abs=0.01)


def test_shares_within_strata_are_those_of_a_metric_frame_with_control_features() -> None:
    frame = pd.read_csv(COMPAS)
    expected = MetricFrame(
        metrics=selection_rate,
        y_true=frame["label_value"],
        y_pred=frame["score"],
        sensitive_features=frame[["race"]],
        control_features=frame[["age_cat", "sex"]],
    ).by_group
    counted_cells = cells(
        COMPAS, label="label_value", prediction="score", positive="1", attributes=("race", "age_cat", "sex")
    )

    (found,) = assess(counted_cells, controls=("age_cat", "sex"), repetitions=2).conditional

    shares = {
        (*stratum.values, *group.values): group.selection_rate.value
        for stratum in found.strata
        for group in stratum.groups
    }
    assert shares == {key: value for key, value in expected.items() if not np.isnan(value)}


def test_controls_are_compared_by_but_not_judged(against_men: FairnessResult) -> None:
    assert [one.name for one in against_men.comparisons] == ["Gender"]
    assert against_men.unknown == {"Gender": 0}
    assert [one.name for one in against_men.conditional] == ["Gender at equal Dept"]


def test_rows_without_a_control_value_are_counted_and_in_no_stratum() -> None:
    rows = [(None, at % 2 == 0, ("ab"[at % 3 % 2], None if at < 7 else "x")) for at in range(200)]

    (found,) = assess(counted(rows, "g", "c", labelled=False), controls=("c",), repetitions=2).conditional

    assert found.unknown == 7
    assert found.strata[0].n == 193


def test_groups_that_share_no_stratum_have_no_conditional_figure_and_say_why() -> None:
    rows = [(None, at % 3 == 0, (group, group)) for group in "ab" for at in range(100)]

    comparison = assess(counted(rows, "g", "c", labelled=False), controls=("c",), repetitions=2).comparison("g")

    judgement = comparison.judge("conditional_impact_ratio", 0.8, "at least")
    assert judgement.verdict is Verdict.INSUFFICIENT
    assert "1 of 2 groups has the rows that a verdict needs" in judgement.reason


def test_a_small_group_below_the_threshold_at_equal_controls_withholds_a_pass() -> None:
    rows = [
        (None, at < selected, (group, "x"))
        for group, selected, n in (("a", 50, 100), ("b", 49, 100), ("c", 1, 10))
        for at in range(n)
    ]

    comparison = assess(counted(rows, "g", "c", labelled=False), controls=("c",), repetitions=2).comparison("g")

    judgement = comparison.judge("conditional_impact_ratio", 0.8, "at least")
    assert judgement.verdict is Verdict.INSUFFICIENT
    assert "c: below it with fewer than 30 rows" in judgement.reason


def test_without_a_control_column_the_figure_is_not_available_and_an_unknown_name_is_an_error() -> None:
    rows = [(None, at % 2 == 0, ("ab"[at % 3 % 2],)) for at in range(200)]
    comparison = assess(counted(rows, "g", labelled=False), repetitions=2).comparison("g")

    judgement = comparison.judge("conditional_impact_ratio", 0.8, "at least")

    assert judgement == (Verdict.INSUFFICIENT, "No control column is named")
    with pytest.raises(KeyError):
        comparison.figure("parity")


STRATA = st.lists(
    st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(
        lambda sizes: st.tuples(
            st.integers(0, sizes[0]), st.just(sizes[0]), st.integers(0, sizes[1]), st.just(sizes[1])
        )
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(STRATA)
def test_pooled_figures_are_those_of_statsmodels_and_swap_to_their_inverse(rows) -> None:
    tables = [Table(*row) for row in rows]

    ratio, test = pooled_ratio(tables), conditional_independence(tables)

    swapped = [Table(one.reference, one.reference_n, one.selected, one.n) for one in tables]
    back = pooled_ratio(swapped)
    if ratio and back:
        assert ratio * back == 1
        assert float(ratio) == pytest.approx(as_statsmodels(tables).riskratio_pooled, rel=1e-12)
        interval = greenland_robins(tables)
        assert interval is None or interval.low < float(ratio) < interval.high
    if test is not None and not test.exact:
        expected = as_statsmodels(tables).test_null_odds(correction=False).pvalue
        assert test.p_value == pytest.approx(expected, rel=1e-9, abs=1e-12)
    if test is not None:
        assert 0 <= test.p_value <= 1
        opposite = conditional_independence(swapped)
        assert opposite is not None
        assert opposite.p_value == pytest.approx(test.p_value, rel=1e-9, abs=1e-12)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none(),
            st.booleans(),
            st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["x", "y", "z", None])),
        ),
        min_size=1,
        max_size=120,
    )
)
def test_no_conditional_figure_is_missing_without_a_reason(rows) -> None:
    result = assess(counted(rows, "g", "c", labelled=False), controls=("c",), minimum_group=5, repetitions=2)

    figure = result.comparison("g").figure("conditional_impact_ratio")
    assert (figure.value is None) == bool(figure.reason)
    for group in result.conditional[0].pooled:
        assert (group.impact_ratio is not None and group.p_value is not None) or group.reason
