"""Numeric predictions between groups, against scipy, scikit-learn and statsmodels on the same rows."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.stats import ttest_1samp, ttest_ind
from sklearn.metrics import mean_absolute_error, root_mean_squared_error
from statsmodels.stats.multitest import multipletests

from core.errors import Unreadable
from core.frames.fairness import Columns, assess_file
from core.frames.roles import Task
from core.metrics.fairness import FairnessResult
from core.metrics.moments import Moments, mean_interval, ratio_interval, welch
from core.metrics.verdicts import Verdict
from tests.metrics.published import ROOT

EMPLOYMENT = ROOT / "app/example/data/employment_ma_2015.parquet"
NUMBERS = Columns(sensitive=("race",), label="employed", prediction="predicted_probability", task=Task.REGRESSION)
LARGE = "race != 'Alaska Native' and race != 'Native Hawaiian or Pacific Islander'"


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    found = pd.read_parquet(EMPLOYMENT)
    return found.assign(error=found["predicted_probability"] - found["employed"])


@pytest.fixture(scope="module")
def by_race() -> FairnessResult:
    return assess_file(EMPLOYMENT, NUMBERS)


def rows_file(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path / "rows")
    return path / "rows"


def assessed(path: Path, *, favourable: str = "", label: str | None = "a", **options) -> FairnessResult:
    columns = Columns(sensitive=("g",), label=label, prediction="p", task=Task.REGRESSION, favourable=favourable)
    return assess_file(path, columns, **options)


def moments(values: list[float]) -> Moments:
    exact = [Fraction(one) for one in values]
    return Moments(len(exact), sum(exact, Fraction(0)), sum((one * one for one in exact), Fraction(0)))


def test_each_groups_errors_are_those_of_scikit_learn(frame, by_race) -> None:
    for group in by_race.regression[0].groups:
        rows = frame[frame["race"] == group.name]
        actual, predicted = rows["employed"], rows["predicted_probability"]
        assert group.n == len(rows)
        assert group.mean_prediction.value == pytest.approx(predicted.mean(), rel=1e-12)
        assert group.mean_error.value == pytest.approx((predicted - actual).mean(), rel=1e-9)
        assert group.mean_absolute_error.value == pytest.approx(mean_absolute_error(actual, predicted), rel=1e-12)
        assert group.root_mean_squared_error == pytest.approx(root_mean_squared_error(actual, predicted), rel=1e-12)


@pytest.mark.parametrize(
    ("part", "column"),
    [("mean_prediction", "predicted_probability"), ("mean_error", "error"), ("mean_actual", "employed")],
)
def test_each_group_differs_from_the_reference_as_welchs_test_says(frame, by_race, part: str, column: str) -> None:
    white = frame.loc[frame["race"] == "White", column]
    for group in by_race.regression[0].groups:
        own, mean = frame.loc[frame["race"] == group.name, column], getattr(group, part)
        if group.is_reference or group.n == 1:
            assert mean.reason
            continue
        expected = ttest_ind(own, white, equal_var=False)
        assert mean.p_value == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-300)
        assert mean.difference_interval == pytest.approx(expected.confidence_interval(0.95), rel=1e-9)
        assert mean.interval == pytest.approx(ttest_1samp(own, 0).confidence_interval(0.95), rel=1e-9)


def test_p_values_are_corrected_for_the_number_of_groups(by_race) -> None:
    means = [group.mean_prediction for group in by_race.regression[0].groups]
    tested = [mean for mean in means if mean.p_value is not None]

    assert [mean.holm_p_value for mean in tested] == pytest.approx(
        list(multipletests([mean.p_value for mean in tested], method="holm")[1])
    )


def test_the_gaps_stand_between_the_lowest_and_highest_judged_groups(frame, by_race) -> None:
    means = frame.query(LARGE).groupby("race")["predicted_probability"].mean()
    errors = frame.query(LARGE).groupby("race")["error"].mean()
    sizes = frame.query(LARGE).groupby("race")["error"].apply(lambda error: abs(error).mean())
    squares = frame.query(LARGE).groupby("race")["error"].apply(lambda error: math.sqrt((error**2).mean()))
    comparison = by_race.comparison("race")

    figures = {figure.metric: figure for figure in comparison.figures}

    assert figures["mean_prediction_difference"].value == pytest.approx(means.max() - means.min(), rel=1e-12)
    assert figures["mean_prediction_difference"].groups == (means.idxmin(), means.idxmax())
    assert figures["mean_error_difference"].value == pytest.approx(errors.max() - errors.min(), rel=1e-9)
    assert figures["mean_absolute_error_difference"].value == pytest.approx(sizes.max() - sizes.min(), rel=1e-9)
    assert figures["mean_absolute_error_ratio"].value == pytest.approx(sizes.min() / sizes.max(), rel=1e-9)
    assert figures["root_mean_squared_error_ratio"].value == pytest.approx(squares.min() / squares.max(), rel=1e-9)
    assert comparison.small_groups == ("Alaska Native", "Native Hawaiian or Pacific Islander")


def test_a_gap_is_judged_like_any_figure_and_names_who_is_not(by_race) -> None:
    judgement = by_race.comparison("race").judge("mean_prediction_difference", 0.1, "at most")

    assert judgement.verdict is Verdict.FAIL
    assert "not judged, fewer than 30 rows: Alaska Native, Native Hawaiian or Pacific Islander" in judgement.reason


def test_numbers_select_nobody_so_the_four_fifths_screen_is_no_verdict(by_race) -> None:
    comparison = by_race.comparison("race")

    assert by_race.verdicts() == ()
    for metric in ("impact_ratio", "equalized_odds_difference", "roc_auc_difference", "conditional_impact_ratio"):
        assert comparison.figure(metric).value is None
        assert comparison.judge(metric, 0.8, "at least").verdict is Verdict.INSUFFICIENT


@pytest.mark.parametrize(
    ("favourable", "reference", "expected", "ties"),
    [
        ("", None, ("b",), (("c",),)),
        ("lower", None, ("a",), ()),
        ("", {"g": "a"}, ("a",), ()),
        ("", "overall", "overall", ()),
    ],
)
def test_the_reference_is_the_best_off_the_named_one_or_everybody(
    tmp_path: Path, favourable: str, reference, expected, ties
) -> None:
    path = rows_file(
        tmp_path,
        p=[1, 2] * 20 + [2, 3] * 30 + [1, 4] * 20 + [9] * 5,
        a=[2.0] * 145,
        g=["a"] * 40 + ["b"] * 60 + ["c"] * 40 + ["d"] * 5,
    )

    (comparison,) = assessed(path, favourable=favourable, reference=reference).comparisons

    assert (comparison.reference, comparison.ties) == (expected, ties)


def test_against_everybody_there_is_a_difference_but_no_test(tmp_path: Path) -> None:
    path = rows_file(tmp_path, p=[1.0, 3.0] * 40, a=[1.0] * 80, g=["a"] * 40 + ["b"] * 40)

    group = assessed(path, reference="overall").regression[0].groups[0]

    assert (group.mean_prediction.difference, group.mean_prediction.p_value) == (0.0, None)
    assert group.mean_prediction.reason == "The group is part of the reference, everybody"


def test_without_actual_values_there_are_predictions_only(tmp_path: Path) -> None:
    path = rows_file(tmp_path, p=[1.0, 3.0] * 40, g=["a"] * 40 + ["b"] * 40)

    (comparison,) = assessed(path, label=None).comparisons

    assert comparison.figure("mean_prediction_difference").value == 0.0
    assert comparison.figure("mean_error_difference").reason == "There is no label column"


@pytest.mark.parametrize(
    ("p", "a", "metric", "value", "reason"),
    [
        ([1.0] * 80, [1.0] * 80, "mean_absolute_error_ratio", None, "No group has an error"),
        ([1.0] * 40 + [2.0] * 40, [1.0] * 80, "mean_absolute_error_ratio", 0.0, ""),
        ([1.0] * 40 + [2.0] * 40, [1.0] * 80, "mean_prediction_difference", 1.0, ""),
    ],
)
def test_constant_groups_have_figures_without_an_interval(tmp_path: Path, p, a, metric, value, reason) -> None:
    (comparison,) = assessed(rows_file(tmp_path, p=p, a=a, g=["a"] * 40 + ["b"] * 40)).comparisons

    figure = comparison.figure(metric)
    assert (figure.value, figure.interval) == (value, None)
    assert reason in figure.reason
    assert bool(figure.reason) == bool(reason)


def test_rows_without_a_group_are_counted_per_attribute(tmp_path: Path) -> None:
    path = rows_file(tmp_path, p=[1.0] * 90, a=[1.0] * 90, g=["a", "b", None] * 30, h=["x"] * 45 + [" "] * 45)

    result = assess_file(path, Columns(sensitive=("g", "h"), label="a", prediction="p", task=Task.REGRESSION))

    assert (result.rows, result.unknown) == (90, {"g": 30, "h": 45})
    assert result.comparison("g", "h").unknown == 60


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        (Columns(("g",), "a", "p", task=Task.REGRESSION, favourable="1"), {}, "higher or lower, found 1"),
        (Columns(("g",), "a", task=Task.REGRESSION), {}, "no prediction column is named"),
        (Columns(("g",), "a", "p", task=Task.REGRESSION), {"reference": {"g": "z"}}, "no such reference group"),
        (Columns(("z",), "a", "p", task=Task.REGRESSION), {}, "column “z”: no such column"),
        (Columns(("g",), "a", "p", controls=("g",)), {}, "column “g”: a column is compared by once"),
        (Columns(("g",), "a", "p", renamed={"h": {"x": "y"}}), {}, "column “h”: a column to rename is no attribute"),
        (Columns(("g",), "a"), {}, "neither a prediction nor a score column is named"),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path: Path, columns: Columns, options, words: str) -> None:
    path = rows_file(tmp_path, p=[1.0, 0.0], a=[1.0, 0.0], g=["a", "b"])

    with pytest.raises(Unreadable) as refused:
        assess_file(path, columns, **options)

    assert words in str(refused.value)


def test_controls_are_said_to_be_for_classes_only() -> None:
    columns = Columns(("sex",), "employed", "predicted_probability", controls=("race",), task=Task.REGRESSION)

    figure = assess_file(EMPLOYMENT, columns).comparison("sex").figure("conditional_impact_ratio")

    assert figure.reason == "Groups are compared at equal controls for classes only"


def test_the_ratio_of_means_has_the_interval_of_its_draws() -> None:
    generator = np.random.default_rng(2)
    own, other = generator.gamma(4, 1, 400), generator.gamma(5, 1, 600)

    interval = ratio_interval(moments(list(own)), moments(list(other)))

    drawn = [generator.choice(own, 400).mean() / generator.choice(other, 600).mean() for _ in range(4000)]
    assert interval == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.01)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0]])
def test_a_mean_without_spread_has_no_interval(values: list[float]) -> None:
    assert mean_interval(moments(values)) is None


def test_a_group_of_one_row_or_two_constants_are_not_tested() -> None:
    assert welch(moments([1.0]), moments([1.0, 2.0])).reason == "A group of one row has no spread"
    assert welch(moments([1.0, 1.0]), moments([2.0, 2.0])).reason == "Every row of both groups has the same value"


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.sampled_from(["a", "b", None])),
        min_size=1,
        max_size=40,
    )
)
def test_no_figure_of_numbers_is_missing_without_a_reason_or_infinite(tmp_path_factory, rows) -> None:
    p, a, g = (list(column) for column in zip(*rows, strict=True))
    path = rows_file(tmp_path_factory.mktemp("rows"), p=p, a=a, g=pa.array(g, pa.string()))
    adapter = TypeAdapter(FairnessResult)

    result = assessed(path, minimum_group=3)

    assert adapter.validate_json(adapter.dump_json(result)) == result
    for figure in result.comparison("g").figures:
        assert (figure.value is None) == bool(figure.reason)
        assert figure.value is None or math.isfinite(figure.value)
        assert figure.interval is None or figure.interval.low <= figure.value <= figure.interval.high
