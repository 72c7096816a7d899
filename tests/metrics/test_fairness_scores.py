"""Calibration, areas and thresholds between groups, against scikit-learn, scipy and counts on rows."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.stats import ttest_ind
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, roc_auc_score

from core.frames.fairness import Columns, assess_file
from core.metrics.fairness import Comparison, FairnessResult
from core.metrics.fairness.sweeps import LAW_ON_CUT_OFFS, ThresholdSweep
from core.metrics.verdicts import Verdict
from tests.metrics.published import ROOT

EMPLOYMENT = ROOT / "app/example/data/employment_ma_2015.parquet"
SCORED = Columns(
    sensitive=("sex",), label="employed", prediction="prediction", score="predicted_probability", positive="1"
)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.read_parquet(EMPLOYMENT)


@pytest.fixture(scope="module")
def employment() -> FairnessResult:
    return assess_file(EMPLOYMENT, SCORED, repetitions=2)


def rows_file(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path / "rows")
    return path / "rows"


def assessed(path: Path, *, label: str | None = "y", **options) -> FairnessResult:
    columns = Columns(sensitive=("g",), label=label, score="s", positive="1")
    return assess_file(path, columns, repetitions=2, **options)


def two_groups(path: Path, a: tuple[list[int], list[float]], b: tuple[list[int], list[float]]) -> Path:
    return rows_file(path, y=a[0] + b[0], s=a[1] + b[1], g=["a"] * len(a[0]) + ["b"] * len(b[0]))


def by_sex(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(sex): rows for sex, rows in frame.groupby("sex")}


def test_the_difference_of_areas_is_that_of_scikit_learn_with_delongs_variances_added(frame, employment) -> None:
    areas = {sex: roc_auc_score(rows["employed"], rows["predicted_probability"]) for sex, rows in by_sex(frame).items()}

    figure = employment.comparison("sex").figure("roc_auc_difference")

    assert figure.value == pytest.approx(abs(areas["Male"] - areas["Female"]), rel=1e-12)
    assert figure.groups == ("Female", "Male")
    halves = [(group.roc_auc_interval.high - group.roc_auc_interval.low) / 2 for group in employment.scores[0].groups]
    assert figure.interval == pytest.approx(
        (figure.value - math.hypot(*halves), figure.value + math.hypot(*halves)), rel=1e-9
    )


def test_calibration_in_the_large_differs_as_welchs_test_says(frame, employment) -> None:
    gaps = {sex: rows["employed"] - rows["predicted_probability"] for sex, rows in by_sex(frame).items()}
    expected = ttest_ind(gaps["Female"], gaps["Male"], equal_var=False)

    figure = employment.comparison("sex").figure("calibration_difference")

    assert figure.value == pytest.approx(gaps["Female"].mean() - gaps["Male"].mean(), rel=1e-9)
    assert figure.interval == pytest.approx(expected.confidence_interval(0.95), rel=1e-9)
    assert [group.calibration_in_the_large for group in employment.scores[0].groups] == pytest.approx(
        [gaps["Female"].mean(), gaps["Male"].mean()], rel=1e-9
    )


def test_the_calibration_error_of_each_group_is_that_of_scikit_learns_curve(frame, employment) -> None:
    for group in employment.scores[0].groups:
        rows = by_sex(frame)[group.name]
        observed, predicted = calibration_curve(rows["employed"], rows["predicted_probability"], n_bins=10)
        sizes = np.array([one.n for one in group.bins])
        expected = (sizes * abs(observed - predicted)).sum() / sizes.sum()
        assert group.expected_calibration_error == pytest.approx(expected, rel=1e-10)


def test_the_gap_of_calibration_errors_has_an_interval_that_holds_it(employment) -> None:
    errors = [group.expected_calibration_error for group in employment.scores[0].groups]

    figure = employment.comparison("sex").figure("expected_calibration_error_difference")

    assert figure.value == pytest.approx(abs(errors[0] - errors[1]), rel=1e-12)
    assert figure.interval.low < figure.value < figure.interval.high


def test_a_calibrated_model_shows_the_error_that_chance_gives(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    score = generator.random(40_000)
    truth = (generator.random(40_000) < score).astype(int)
    path = rows_file(tmp_path, y=truth, s=score, g=np.where(generator.random(40_000) < 0.02, "few", "many"))

    few, many = assessed(path).scores[0].groups

    assert few.expected_calibration_error > 3 * many.expected_calibration_error
    for group in (few, many):
        assert group.expected_calibration_error == pytest.approx(group.calibration_error_by_chance, rel=0.6)


def test_the_judged_groups_alone_make_the_gap(tmp_path: Path) -> None:
    path = rows_file(
        tmp_path,
        y=[0, 1] * 40 + [0, 1] * 40 + [1, 0] * 5,
        s=[0.2, 0.8] * 40 + [0.3, 0.8] * 40 + [0.1, 0.9] * 5,
        g=["a"] * 80 + ["b"] * 80 + ["c"] * 10,
    )

    result = assessed(path)

    figure = result.comparison("g").figure("roc_auc_difference")
    assert (figure.value, figure.n) == (0.0, 80)
    assert result.scores[0].groups[2].roc_auc == 0.0
    judgement = result.comparison("g").judge("roc_auc_difference", 0.05, "at most")
    assert judgement.verdict is Verdict.PASS
    assert "not judged, fewer than 30 rows: c" in judgement.reason


@pytest.mark.parametrize(
    ("b", "metric", "reason"),
    [
        (([0] * 40, [0.2] * 40), "roc_auc_difference", "b: No row of the group has the positive label"),
        (([1] * 40, [0.2] * 40), "roc_auc_difference", "b: No row of the group has the negative label"),
        (([0, 1] * 20, [0.2, 1.5] * 20), "calibration_difference", "A score lies outside 0 to 1"),
        (([0, 1] * 20, [0.2, 1.5] * 20), "expected_calibration_error_difference", "A score lies outside 0 to 1"),
        (([0, 1] * 10, [0.2, 0.5] * 10), "roc_auc_difference", "1 of 2 groups has the rows that a verdict needs"),
    ],
)
def test_a_gap_that_cannot_be_known_says_why(tmp_path: Path, b, metric: str, reason: str) -> None:
    comparison = assessed(two_groups(tmp_path, ([0, 1] * 20, [0.2, 0.8] * 20), b)).comparison("g")

    judgement = comparison.judge(metric, 0.05, "at most")

    assert comparison.figure(metric).value is None
    assert judgement.verdict is Verdict.INSUFFICIENT
    assert reason in judgement.reason


def test_without_labels_there_are_mean_scores_and_a_sweep_but_no_calibration(tmp_path: Path) -> None:
    path = two_groups(tmp_path, ([0, 1] * 20, [0.2, 0.8] * 20), ([0, 1] * 20, [0.3, 0.7] * 20))

    result = assessed(path, label=None)

    assert [group.mean_score for group in result.scores[0].groups] == [0.5, 0.5]
    assert result.comparison("g").figure("roc_auc_difference").reason == "There is no label column"
    assert {point.true_positive_rate_difference for point in result.sweep[0].points} == {None}
    assert result.sweep[0].points[20].impact_ratio == 1.0


def test_without_a_score_column_the_figures_are_not_available(frame) -> None:
    columns = Columns(sensitive=("sex",), label="employed", prediction="prediction", positive="1")

    comparison = assess_file(EMPLOYMENT, columns, repetitions=2).comparison("sex")

    for metric in ("roc_auc_difference", "calibration_difference", "expected_calibration_error_difference"):
        assert (comparison.figure(metric).value, comparison.figure(metric).reason) == (None, "There is no score column")


def test_more_crossings_than_can_be_ranked_say_so_and_each_attribute_alone_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.frames.fairness.MOST_SCORED", 3)
    rows = range(120)
    path = rows_file(
        tmp_path,
        y=[row // 4 % 2 for row in rows],
        s=[row / 120 for row in rows],
        g=["ab"[row % 2] for row in rows],
        h=["xy"[row // 2 % 2] for row in rows],
    )

    result = assess_file(path, Columns(("g", "h"), "y", score="s", positive="1"), repetitions=2)

    assert result.comparison("g").figure("roc_auc_difference").value is not None
    figure = result.comparison("g", "h").figure("roc_auc_difference")
    assert figure.reason == "4 groups, more than the 3 whose scores are compared"
    assert (result.scores[2].reason, result.sweep[2].reason) == (figure.reason, figure.reason)


def at(sweep: ThresholdSweep, threshold: float):
    return next(point for point in sweep.points if point.threshold == threshold)


@pytest.mark.parametrize("threshold", [0.0, 0.25, 0.5, 0.77, 1.0])
def test_the_sweep_gives_what_the_rows_give_at_each_threshold(frame, employment, threshold: float) -> None:
    rates, hits, alarms = {}, {}, {}
    for sex, rows in by_sex(frame).items():
        predicted = rows["predicted_probability"] >= threshold
        table = confusion_matrix(rows["employed"], predicted, labels=[0, 1])
        rates[sex] = predicted.mean()
        hits[sex], alarms[sex] = table[1, 1] / table[1].sum(), table[0, 1] / table[0].sum()

    point = at(employment.sweep[0], threshold)

    assert point.selection_rates == pytest.approx([rates["Female"], rates["Male"]], rel=1e-12)
    assert point.true_positive_rate_difference == pytest.approx(abs(hits["Female"] - hits["Male"]), abs=1e-12)
    assert point.false_positive_rate_difference == pytest.approx(abs(alarms["Female"] - alarms["Male"]), abs=1e-12)
    if max(rates.values()):
        assert point.impact_ratio == pytest.approx(min(rates.values()) / max(rates.values()), rel=1e-12)
    else:
        assert point.impact_ratio is None


def test_the_sweep_at_the_cut_is_the_assessment_at_the_cut() -> None:
    result = assess_file(
        EMPLOYMENT,
        Columns(sensitive=("sex",), label="employed", score="predicted_probability", positive="1", cut=0.3),
        repetitions=2,
    )

    point = at(result.sweep[0], 0.3)
    assert point.impact_ratio == result.comparison("sex").figure("impact_ratio").value
    assert point.selection_rates == tuple(group.selection_rate.value for group in result.groups)


def test_the_sweep_says_where_the_screen_is_met_and_proposes_no_threshold(employment) -> None:
    (sweep,) = employment.sweep

    met = [point.threshold for point in sweep.points if point.met]
    assert len(sweep.points) == 101
    assert met == [point.threshold for point in sweep.points if point.impact_ratio and point.impact_ratio >= 0.8]
    assert sum(round((span.high - span.low) * 100) + 1 for span in sweep.met) == len(met)
    assert sweep.words == "The impact ratio is at least 0.8 at thresholds 0 to 0.76"
    assert sweep.note == LAW_ON_CUT_OFFS
    assert LAW_ON_CUT_OFFS in employment.notes


def test_exactly_four_fifths_is_met_in_the_sweep(tmp_path: Path) -> None:
    assert (36 / 50) / (45 / 50) < 0.8
    path = two_groups(tmp_path, ([1] * 50, [0.9] * 45 + [0.1] * 5), ([1] * 50, [0.9] * 36 + [0.1] * 14))

    (sweep,) = assessed(path).sweep

    assert at(sweep, 0.5).met
    assert sweep.words == "The impact ratio is at least 0.8 at thresholds 0 to 0.9"


def test_where_not_being_flagged_is_favourable_the_sweep_counts_those_below(tmp_path: Path) -> None:
    path = two_groups(tmp_path, ([0, 1] * 20, [0.2, 0.8] * 20), ([0, 1] * 20, [0.6, 0.8] * 20))
    columns = Columns(sensitive=("g",), label="y", score="s", positive="1", favourable="0")

    (sweep,) = assess_file(path, columns, repetitions=2).sweep

    assert at(sweep, 0.5).selection_rates == (0.5, 0.0)
    assert at(sweep, 0.5).impact_ratio == 0.0
    assert at(sweep, 0.0).impact_ratio is None


@pytest.mark.parametrize(
    ("reference", "ratio", "between"),
    [(None, 0.25, ("a", "b")), ({"g": "a"}, 4.0, ("b", "a")), ("overall", 0.4, ("a", "everybody"))],
)
def test_the_sweep_keeps_to_the_reference_that_was_named(tmp_path: Path, reference, ratio, between) -> None:
    path = two_groups(tmp_path, ([1] * 40, [0.9] * 10 + [0.1] * 30), ([1] * 40, [0.9] * 40))

    (sweep,) = assessed(path, reference=reference).sweep

    assert (at(sweep, 0.5).impact_ratio, at(sweep, 0.5).between) == (pytest.approx(ratio), between)


def test_crossed_groups_are_compared_by_score_too_and_survive_storing() -> None:
    columns = Columns(
        sensitive=("sex", "race"),
        label="employed",
        prediction="prediction",
        score="predicted_probability",
        positive="1",
        controls=("marital_status",),
        renamed={"race": {"American Indian": "Native American"}},
    )
    adapter = TypeAdapter(FairnessResult)

    result = assess_file(EMPLOYMENT, columns, repetitions=20)

    assert [one.name for one in result.scores] == [one.name for one in result.sweep] == ["sex", "race", "sex × race"]
    assert adapter.validate_json(adapter.dump_json(result)) == result
    assert "Groups of race were renamed: American Indian → Native American" in result.notes
    assert "Female × Native American" in {group.name for group in result.scores[2].groups}


def test_a_result_stored_before_scores_were_compared_is_still_read(employment) -> None:
    adapter = TypeAdapter(FairnessResult)
    kept = {"rows", "unknown", "favourable", "positive", "comparisons", "threshold"}
    old = adapter.dump_python(employment, mode="json", include=kept)
    for comparison in old["comparisons"]:
        comparison.pop("unknown")
        comparison.pop("small_groups")
        comparison["figures"] = [{k: v for k, v in one.items() if k != "method"} for one in comparison["figures"][:7]]
        for group in comparison["groups"]:
            group.pop("expected_count")
            group.pop("conditional_impact_ratio")

    found = adapter.validate_python(old)

    assert (found.task, found.scores, found.notes) == ("classification", (), ())
    assert found.comparison("sex").figure("roc_auc_difference").reason == "There is no score column"
    assert found.verdicts()[0][2] == employment.verdicts()[0][2]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1]),
            st.sampled_from([0.0, 0.3, 0.5, 1.0]) | st.floats(-2, 2),
            st.sampled_from(["a", "b", None]),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_no_figure_on_scores_is_missing_without_a_reason_or_infinite(tmp_path_factory, rows) -> None:
    rows = [(1, 0.5, "a"), *rows]
    y, s, g = (list(column) for column in zip(*rows, strict=True))
    path = rows_file(tmp_path_factory.mktemp("rows"), y=y, s=s, g=g)

    result = assessed(path, minimum_group=5)

    TypeAdapter(FairnessResult).dump_json(result)
    comparison: Comparison = result.comparison("g")
    for figure in comparison.figures:
        assert (figure.value is None) == bool(figure.reason)
        assert figure.value is None or math.isfinite(figure.value)
    for group in result.scores[0].groups:
        for metric in ("mean_score", "calibration_in_the_large", "expected_calibration_error", "roc_auc"):
            assert (getattr(group, metric) is None) == (metric in group.unavailable)
    assert result.sweep[0].points or result.sweep[0].reason
