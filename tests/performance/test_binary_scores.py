"""Ranks, calibration and thresholds of a two-class model against scikit-learn, scipy and statsmodels."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import statsmodels.api as statsmodels
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.special import expit, logit
from scipy.stats import ks_2samp
from sklearn import metrics as sklearn
from sklearn.calibration import calibration_curve

from core.frames.cells import cells
from core.frames.ranking import rank, rank_sums
from core.frames.scores import score_sums
from core.frames.source import open_table
from core.metrics.cells import Confusion
from core.metrics.performance import ClassificationResult, PerformanceResult, assess_classification
from core.metrics.performance.calibration import expected_calibration_error
from core.metrics.scores import ReliabilityBin, area_under_curve
from tests.performance.files import EMPLOYMENT, SHARED, csv, named, parquet, value


def assessed(path: Path, label: str = "y", score: str = "s", positive: str = "1") -> ClassificationResult:
    counted = cells(path, label=label, prediction=score, positive=positive, cut=0.5).confusion()
    assert counted is not None
    sums = score_sums(path, label=label, score=score, positive=positive)
    return assess_classification(counted, scores=sums, threshold=0.5)


@pytest.fixture(scope="module")
def employment() -> tuple[ClassificationResult, np.ndarray, np.ndarray]:
    frame = pd.read_parquet(EMPLOYMENT, columns=["employed", "predicted_probability"])
    result = assessed(EMPLOYMENT, "employed", "predicted_probability")
    return result, frame["employed"].to_numpy(), frame["predicted_probability"].to_numpy()


def test_every_score_figure_of_employment_equals_scikit_learn_and_scipy(employment) -> None:
    result, truth, scores = employment

    expected = {
        "roc_auc": sklearn.roc_auc_score(truth, scores),
        "pr_auc": sklearn.average_precision_score(truth, scores),
        "kolmogorov_smirnov": ks_2samp(scores[truth == 1], scores[truth == 0], alternative="less").statistic,
        "brier_score": sklearn.brier_score_loss(truth, scores),
        "log_loss": sklearn.log_loss(truth, scores),
        "accuracy": sklearn.accuracy_score(truth, scores >= 0.5),
    }
    for metric, figure in expected.items():
        assert value(result, metric) == pytest.approx(figure, rel=1e-12), metric
    fpr, tpr, thresholds = sklearn.roc_curve(truth, scores)
    assert result.gap_at == thresholds[np.argmax(tpr - fpr)]


def test_calibration_of_employment_equals_scikit_learn_and_statsmodels(employment) -> None:
    result, truth, scores = employment
    lines = statsmodels.add_constant(logit(scores))

    full = statsmodels.GLM(truth, lines, family=statsmodels.families.Binomial()).fit(tol=1e-14)
    fixed = statsmodels.GLM(
        truth, np.ones(truth.size), offset=logit(scores), family=statsmodels.families.Binomial()
    ).fit(tol=1e-14)
    observed, mean_score = calibration_curve(truth, scores, n_bins=10)

    assert [one.observed_rate for one in result.calibration] == pytest.approx(observed, rel=1e-12)
    assert [one.mean_score for one in result.calibration] == pytest.approx(mean_score, rel=1e-12)
    for metric, fit, at in (("calibration_slope", full, 1), ("calibration_intercept", fixed, 0)):
        assert value(result, metric) == pytest.approx(fit.params[at], abs=1e-8)
        assert result.figure(metric).interval == pytest.approx(tuple(fit.conf_int()[at]), abs=1e-8)


@pytest.mark.parametrize("digits", [1, 2, 9])  # ties many, some, none
def test_tied_scores_rank_and_calibrate_as_elsewhere(tmp_path: Path, digits: int) -> None:
    generator = np.random.default_rng(digits)
    scores = np.round(np.clip(generator.beta(2, 3, 700), 0.1, 0.9), digits)
    truth = (generator.random(700) < expit(0.6 * logit(scores) - 0.4)).astype(int)

    result = assessed(parquet(tmp_path, y=truth, s=scores))

    fit = statsmodels.Logit(truth, statsmodels.add_constant(logit(scores))).fit(disp=0, method="newton", tol=1e-14)
    observed, mean_score = calibration_curve(truth, scores, n_bins=10)
    filled = [one for one in result.calibration if one.n]
    error = sum(one.n * abs(o - s) for one, o, s in zip(filled, observed, mean_score, strict=True)) / 700
    assert value(result, "pr_auc") == pytest.approx(sklearn.average_precision_score(truth, scores), rel=1e-12)
    assert value(result, "calibration_slope") == pytest.approx(fit.params[1], abs=1e-8)
    assert result.figure("calibration_slope").interval == pytest.approx(tuple(fit.conf_int()[1]), abs=1e-8)
    assert value(result, "expected_calibration_error") == pytest.approx(error, rel=1e-12)


def test_each_threshold_counts_what_scikit_learn_counts(employment) -> None:
    result, truth, scores = employment

    assert len(result.cuts) == 101
    assert [cut.threshold for cut in result.cuts] == [at / 100 for at in range(101)]
    for cut in result.cuts[::10] + result.curve[::10]:
        negatives, alarms, misses, hits = sklearn.confusion_matrix(truth, scores >= cut.threshold).ravel()
        counts = (cut.true_positives, cut.false_positives, cut.false_negatives, cut.true_negatives)
        assert counts == (hits, alarms, misses, negatives), cut.threshold
        assert cut.true_positive_rate == pytest.approx(hits / (hits + misses), rel=1e-15)


def test_the_curve_has_a_point_for_each_hundredth_of_the_rows_and_ends_with_all_of_them(employment) -> None:
    result, truth, _ = employment

    flagged = [cut.true_positives + cut.false_positives for cut in result.curve]
    assert len(result.curve) == 101
    assert flagged == sorted(flagged)
    assert flagged[-1] == truth.size
    assert max(np.diff(flagged)) <= 2 * truth.size / 100


def test_a_threshold_written_as_a_score_flags_it(tmp_path: Path) -> None:
    scores = [at / 100 for at in range(101)]  # 0.29 * 100 is below 29 in floating point

    result = assessed(parquet(tmp_path, y=[0, 1] * 50 + [0], s=scores))

    assert [cut.true_positives + cut.false_positives for cut in result.cuts] == list(range(101, 0, -1))


def test_the_interval_of_average_precision_is_the_published_logit_one(tmp_path: Path) -> None:
    # Boyd, Eng and Page (2013), 3.1: logit(θ) ± z / √(n θ (1 − θ)) taken back, n the number of positives.
    generator = np.random.default_rng(3)
    truth = np.r_[np.ones(100), np.zeros(400)].astype(int)

    figure = assessed(parquet(tmp_path, y=truth, s=expit(generator.normal(truth)))).figure("pr_auc")

    assert figure.value is not None
    half = 1.959963984540054 / np.sqrt(100 * figure.value * (1 - figure.value))
    assert figure.interval == pytest.approx(tuple(expit(logit(figure.value) + np.array([-half, half]))), rel=1e-12)


def test_the_interval_of_the_calibration_error_holds_zero_for_a_calibrated_model() -> None:
    generator, missed = np.random.default_rng(11), 0
    for _ in range(40):
        scores = generator.random(400)
        truth, at = generator.random(400) < scores, (scores * 10).astype(int)
        bins = [
            ReliabilityBin(b / 10, (b + 1) / 10, sum(at == b), int(truth[at == b].sum()), scores[at == b].sum())
            for b in range(10)
        ]
        interval = expected_calibration_error(bins).interval
        assert interval is not None
        missed += interval.low > 0

    assert missed <= 5  # 5 % of 40 is two; six or more would have a chance of 1.4 %


@pytest.mark.parametrize(
    ("rows", "metric", "reason"),
    [
        ("1,0.2\n1,0.7\n", "pr_auc", ""),
        ("1,0.2\n1,0.7\n", "kolmogorov_smirnov", "No row has the negative label"),
        ("1,0.2\n1,0.7\n", "calibration_slope", "No row has the negative label"),
        ("1,0.2\n0,1.0\n1,0.7\n", "calibration_slope", "A score is exactly 0 or 1, whose logit is infinite"),
        ("1,0.2\n0,0\n1,0.7\n", "calibration_intercept", "A score is exactly 0 or 1, whose logit is infinite"),
        ("1,0.2\n0,0.2\n1,0.2\n", "calibration_slope", "Every row has the same score"),
        ("1,0.2\n0,0.2\n1,0.2\n", "calibration_intercept", ""),
        ("1,0.9\n0,0.3\n", "calibration_slope", "The scores separate the labels, so the slope has no finite value"),
        ("0,0.9\n1,0.3\n", "calibration_slope", "The scores separate the labels, so the slope has no finite value"),
        ("1,2\n0,3\n", "expected_calibration_error", "A score lies outside 0 to 1, so it is no probability"),
        ("1,2\n0,3\n", "pr_auc", ""),
    ],
)
def test_what_odd_scores_leave_undefined_is_not_available(tmp_path: Path, rows: str, metric: str, reason: str) -> None:
    figure = assessed(csv(tmp_path, "y,s\n" + rows)).figure(metric)

    assert (figure.reason, figure.value is None) == (reason, bool(reason))


def test_a_model_without_skill_scores_its_own_baselines(tmp_path: Path) -> None:
    truth = np.array([1] * 30 + [0] * 70)

    result = assessed(parquet(tmp_path, y=truth, s=np.full(100, 0.3)))

    for metric in ("accuracy", "balanced_accuracy", "roc_auc", "pr_auc", "kolmogorov_smirnov", "brier_score"):
        assert value(result, metric) == pytest.approx(named(result.baselines, metric).value, rel=1e-12), metric
    assert named(result.baselines, "log_loss").value == pytest.approx(sklearn.log_loss(truth, np.full(100, 0.3)))


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.bool_(), pa.string(), pa.float64(), pa.dictionary(pa.int8(), pa.string())]
)
def test_labels_of_any_arrow_type_count_the_same(tmp_path: Path, kind: pa.DataType) -> None:
    words = {"1": True, "0": False}
    labels = pa.array(["1", "0", "1", "0", "1"])
    labels = pa.array([words[str(one)] for one in labels]) if kind == pa.bool_() else labels.cast(kind)
    path = tmp_path / "typed.parquet"
    pq.write_table(pa.table({"y": labels, "s": pa.array([0.9, 0.1, 0.4, 0.6, 0.8], pa.float32())}), path)

    result = assessed(path, positive="true" if kind == pa.bool_() else "1")

    assert (result.confusion, value(result, "roc_auc")) == (Confusion(2, 1, 1, 1), 5 / 6)


def test_the_order_of_rows_changes_no_bit(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    scores = generator.random(5000)
    truth = (generator.random(5000) < scores).astype(int)
    order = generator.permutation(5000)

    first = assessed(parquet(tmp_path, y=truth, s=scores))
    second = assessed(parquet(tmp_path, "other.parquet", y=truth[order], s=scores[order]))

    assert first == second


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.booleans(), st.floats(-1e308, 1e308) | st.sampled_from([0.0, -0.0, 0.5, 1.0, 5e-324])),
        min_size=1,
        max_size=30,
    )
)
def test_any_finite_scores_give_finite_figures_and_survive_storage(tmp_path: Path, rows) -> None:
    truth, scores = np.array([int(y) for y, _ in rows]), np.array([s for _, s in rows])

    path = parquet(tmp_path, y=truth, s=scores)
    sums = score_sums(path, label="y", score="s", positive=str(truth[0]))
    result = assess_classification(Confusion(1, 1, 1, 1), scores=sums)

    adapter = TypeAdapter(PerformanceResult)
    assert adapter.validate_json(adapter.dump_json(result)) == result
    assert sum(one.positives + one.negatives for one in result.histogram) == truth.size
    for figure in result.figures:
        assert figure.value is None or np.isfinite(figure.value)
    if 0 < truth.sum() < truth.size:
        assert value(result, "roc_auc") == pytest.approx(sklearn.roc_auc_score(truth == truth[0], scores), rel=1e-12)


def test_results_stored_before_there_were_tasks_are_read_as_binary() -> None:
    confusion = '{"true_positives":1,"false_positives":2,"false_negatives":3,"true_negatives":4}'
    figure = '{"metric":"accuracy","value":0.5,"interval":[0.2,0.8],"n":10,"method":"Wilson","reason":""}'

    found = TypeAdapter(PerformanceResult).validate_json(f'{{"confusion":{confusion},"figures":[{figure}]}}')

    assert isinstance(found, ClassificationResult)
    assert (found.task, found.confusion, found.figure("accuracy").value) == ("binary", Confusion(1, 2, 3, 4), 0.5)


@pytest.mark.skipif(not (SHARED / "nannyml_employment_MA").is_dir(), reason="the whole of the data is not at hand")
def test_chunks_of_the_whole_employment_data_alert_three_times(tmp_path: Path) -> None:
    folder = SHARED / "nannyml_employment_MA"
    reference = pd.read_parquet(folder / "employment_MA_reference.parquet")
    analysis = pd.read_parquet(folder / "employment_MA_analysis.parquet").merge(
        pd.read_parquet(folder / "employment_MA_analysis_target.parquet"), on="id"
    )

    known, realised = chunk_areas(reference, tmp_path), chunk_areas(analysis, tmp_path)

    lower, upper = known.mean() - 3 * known.std(), known.mean() + 3 * known.std()
    assert lower == pytest.approx(0.893363, abs=5e-7)
    assert realised.size == 42
    assert realised[27] == pytest.approx(0.803475, abs=5e-7)
    assert list(np.flatnonzero((realised < lower) | (realised > upper))) == [19, 27, 28]


def test_chunks_of_the_employment_sample_rank_as_in_scikit_learn(tmp_path: Path) -> None:
    frame = pd.read_parquet(EMPLOYMENT).head(15_000)

    found = chunk_areas(frame, tmp_path)

    parts = [frame.iloc[at : at + 5000] for at in range(0, 15_000, 5000)]
    expected = [sklearn.roc_auc_score(one["employed"], one["predicted_probability"]) for one in parts]
    assert found == pytest.approx(expected, rel=1e-12)


def chunk_areas(frame: pd.DataFrame, folder: Path) -> np.ndarray:
    columns = {"chunk": np.arange(len(frame)) // 5000, "y": frame["employed"], "s": frame["predicted_probability"]}
    pd.DataFrame(columns).to_parquet(folder / "chunks.parquet")
    areas = []
    with open_table(folder / "chunks.parquet") as table:
        for chunk in range(-(-len(frame) // 5000)):
            rank(table.connection, f"SELECT c2 AS s, c1 = 1 AS y FROM {table.view} WHERE c0 = {chunk}")
            areas.append(float(area_under_curve(rank_sums(table.connection)) or 0))
    return np.array(areas)
