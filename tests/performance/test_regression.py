"""A model of a quantity against scikit-learn, pandas and scipy, and how far its intervals hold."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.stats import binom
from sklearn import datasets, linear_model, model_selection
from sklearn import metrics as sklearn

from core.errors import Unreadable
from core.frames.regression import error_sums
from core.metrics.performance import PerformanceResult, RegressionResult
from core.metrics.performance.errors import median_ranks
from core.metrics.performance.regression import assess_regression
from tests.performance.files import SHARED, csv, named, parquet, value


def assessed(path: Path) -> RegressionResult:
    sums, deciles, histogram = error_sums(path, label="y", prediction="p")
    return assess_regression(sums, deciles=deciles, histogram=histogram)


@pytest.fixture(scope="module")
def diabetes(tmp_path_factory: pytest.TempPathFactory) -> tuple[RegressionResult, np.ndarray, np.ndarray]:
    """Efron's diabetes data as scikit-learn ships them, with cross-validated predictions."""
    features, truth = datasets.load_diabetes(return_X_y=True)
    guess = model_selection.cross_val_predict(linear_model.LinearRegression(), features, truth, cv=5)
    return assessed(parquet(tmp_path_factory.mktemp("diabetes"), y=truth, p=guess)), truth, guess


def expected(truth: np.ndarray, guess: np.ndarray) -> dict[str, float]:
    return {
        "mean_absolute_error": sklearn.mean_absolute_error(truth, guess),
        "root_mean_squared_error": sklearn.root_mean_squared_error(truth, guess),
        "r_squared": sklearn.r2_score(truth, guess),
        "median_absolute_error": sklearn.median_absolute_error(truth, guess),
        "bias": float(np.mean(guess - truth)),
    }


def test_every_figure_of_diabetes_equals_scikit_learn(diabetes) -> None:
    result, truth, guess = diabetes

    relative = sklearn.mean_absolute_percentage_error(truth, guess)
    for metric, figure in {**expected(truth, guess), "mean_absolute_percentage_error": relative}.items():
        assert value(result, metric) == pytest.approx(figure, rel=1e-12), metric
        interval = result.figure(metric).interval
        assert interval is not None, metric
        assert interval.low < figure < interval.high, metric


def test_the_baseline_is_predicting_the_mean(diabetes) -> None:
    result, truth, _ = diabetes

    for metric, figure in expected(truth, np.full(truth.size, truth.mean())).items():
        if metric != "median_absolute_error":
            assert named(result.baselines, metric).value == pytest.approx(figure, rel=1e-12, abs=1e-12), metric


def test_errors_by_tenth_of_the_prediction_equal_pandas(diabetes) -> None:
    result, truth, guess = diabetes
    frame = pd.DataFrame({"y": truth, "p": guess, "e": guess - truth, "size": abs(guess - truth)})
    edges = np.quantile(guess, np.arange(1, 10) / 10, method="inverted_cdf")

    parts = frame.groupby(np.searchsorted(edges, guess))

    assert [one.n for one in result.deciles] == list(parts.size())
    assert max(one.n for one in result.deciles) - min(one.n for one in result.deciles) <= 1
    for field, column in (("mean_actual", "y"), ("mean_prediction", "p"), ("mean_error", "e")):
        assert [getattr(one, field) for one in result.deciles] == pytest.approx(list(parts[column].mean()), rel=1e-12)
    assert [one.mean_absolute_error for one in result.deciles] == pytest.approx(list(parts["size"].mean()), rel=1e-12)
    half = 1.959963984540054 * parts["e"].sem()
    assert [one.mean_error_interval[1] for one in result.deciles] == pytest.approx(list(parts["e"].mean() + half))


def test_the_histogram_holds_every_error_once(diabetes) -> None:
    result, truth, guess = diabetes

    edges = [one.low for one in result.histogram] + [result.histogram[-1].high]
    assert [one.n for one in result.histogram] == list(np.histogram(guess - truth, edges)[0])
    assert sum(one.n for one in result.histogram) == truth.size


@pytest.mark.parametrize("n", [*range(6, 40), 999, 1000, 1001, 5000, 1_000_000])
def test_the_order_statistics_hold_the_median_with_95_percent(n: int) -> None:
    found = median_ranks(n)

    assert found is not None
    low, high = found
    assert binom.cdf(high - 1, n, 0.5) - binom.cdf(low - 1, n, 0.5) >= 0.95
    assert binom.cdf(high - 3, n, 0.5) - binom.cdf(low + 1, n, 0.5) < 0.95  # two ranks narrower would not


def test_intervals_of_the_root_and_of_the_share_explained_cover_the_truth() -> None:
    generator, held, n = np.random.default_rng(6), {"root_mean_squared_error": 0, "r_squared": 0}, 400
    truths = {"root_mean_squared_error": 1.0, "r_squared": 0.8}  # y = 2 x + noise, both of variance 1; p = 2 x

    for _ in range(200):
        x, noise = generator.normal(size=n), generator.normal(size=n)
        result = assess_regression(sums_of(2 * x + noise, 2 * x))
        for metric, truth in truths.items():
            interval = result.figure(metric).interval
            assert interval is not None
            held[metric] += interval.low <= truth <= interval.high

    assert min(held.values()) >= 180  # 95 % of 200 is 190, three standard deviations are 9


def sums_of(truth: np.ndarray, guess: np.ndarray):
    from core.metrics.performance.errors import ErrorSums, ScaledSums

    def scaled(values: np.ndarray) -> ScaledSums:
        return ScaledSums(1.0, values.sum(), abs(values).sum(), (values**2).sum(), (values**4).sum())

    e, d = guess - truth, truth - truth.mean()
    return ErrorSums(len(e), scaled(e), scaled(d), (e**2 * d**2).sum(), None, 0, float(np.median(abs(e))), None, None)


@pytest.mark.parametrize(
    ("rows", "metric", "reason"),
    [
        ("5,5\n5,6\n", "r_squared", "Every actual value is the same, so there is no variance to explain"),
        ("5,6\n", "r_squared", "There is one row only"),
        ("0,1\n5,6\n", "mean_absolute_percentage_error", "An actual value is 0, so its relative error is not defined"),
        ("1e-300,1e300\n5,6\n", "mean_absolute_percentage_error", "The figure is too large for a number"),
        ("1,1e300\n5,6\n", "r_squared", "The figure is too large for a number"),
        ("1,1e300\n5,6\n", "root_mean_squared_error", ""),
        ("1.7e308,1.7e308\n" + 3 * "-1.7e308,-1.7e308\n", "r_squared", "The figure is too large for a number"),
        ("0.1,0.1\n0.1,0.1\n0.1,0.1\n", "bias", ""),
    ],
)
def test_what_odd_quantities_leave_undefined_is_not_available(
    tmp_path: Path, rows: str, metric: str, reason: str
) -> None:
    figure = assessed(csv(tmp_path, "y,p\n" + rows)).figure(metric)

    assert (figure.reason, figure.value is None) == (reason, bool(reason))


def test_a_perfect_model_has_no_error_and_no_interval_that_pretends_to_be_sure(tmp_path: Path) -> None:
    result = assessed(csv(tmp_path, "y,p\n1,1\n2,2\n"))

    assert (value(result, "mean_absolute_error"), value(result, "r_squared")) == (0.0, 1.0)
    assert {figure.interval for figure in result.figures} == {None}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("y,p\n1,2\n1,inf\n", "line 3, column “p”: a score is no finite number, found 1 such rows"),
        ("y,p\n1,2\n,2\n", "line 3, column “y”: a score is no finite number"),
        ("y,p\n1,2\nmany,2\n", "line 3, column “y”: a score is no finite number"),
        ("y,p\n1,2\n-1e308,1.5e308\n", "line 3, column “p”: an error is beyond all numbers"),
        ("y,p\n", "the file has no rows"),
        ("y,q\n1,2\n", "column “p”: no such column"),
    ],
)
def test_quantities_that_are_none_are_refused_with_their_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        assessed(csv(tmp_path, text))

    assert words in str(refused.value)


def test_the_order_of_rows_changes_no_bit(tmp_path: Path) -> None:
    generator = np.random.default_rng(2)
    truth, guess, order = generator.standard_cauchy(3000), generator.normal(size=3000), generator.permutation(3000)

    first = assessed(parquet(tmp_path, y=truth, p=guess))
    second = assessed(parquet(tmp_path, "other.parquet", y=truth[order], p=guess[order]))

    assert first == second


def test_an_outlier_beyond_all_others_leaves_the_figures_as_in_scikit_learn(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    truth, guess = generator.normal(size=2000), generator.normal(size=2000)
    guess[7] = 1e12

    result = assessed(parquet(tmp_path, y=truth, p=guess))

    for metric, figure in expected(truth, guess).items():
        assert value(result, metric) == pytest.approx(figure, rel=1e-12), metric


def test_quantities_far_from_zero_leave_the_figures_as_in_scikit_learn(tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    truth = 1e9 + generator.normal(size=2000)
    guess = truth + generator.normal(size=2000)

    result = assessed(parquet(tmp_path, y=truth, p=guess))

    for metric, figure in expected(truth, guess).items():
        assert value(result, metric) == pytest.approx(figure, rel=1e-9 if metric == "r_squared" else 1e-12), metric


numbers = st.floats(-1e308, 1e308) | st.sampled_from([0.0, -0.0, 1.0, 1.0, 5e-324, -1e-300])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20))
def test_any_finite_quantities_give_finite_figures_and_survive_storage(tmp_path: Path, rows) -> None:
    truth, guess = np.array(rows).T
    path = parquet(tmp_path, y=truth, p=guess)
    if not np.isfinite(guess - truth).all():
        with pytest.raises(Unreadable, match="an error is beyond all numbers"):
            assessed(path)
        return

    result = assessed(path)

    adapter = TypeAdapter(PerformanceResult)
    assert adapter.validate_json(adapter.dump_json(result)) == result
    assert sum(one.n for one in result.histogram) == sum(one.n for one in result.deciles) == truth.size
    scale = max(abs(guess - truth).max(), 5e-324)
    mean = float(np.mean(abs(guess - truth) / scale)) * scale
    assert value(result, "mean_absolute_error") == pytest.approx(mean, rel=1e-12)


@pytest.mark.skipif(not (SHARED / "bike_sharing").is_dir(), reason="the bike sharing data are not at hand")
def test_hourly_bike_rentals_predicted_from_the_hour_before_equal_scikit_learn(tmp_path: Path) -> None:
    counts = pd.read_csv(SHARED / "bike_sharing" / "hour.csv")["cnt"].to_numpy()

    result = assessed(parquet(tmp_path, y=counts[1:], p=counts[:-1]))

    assert result.rows == 17_378
    for metric, figure in expected(counts[1:], counts[:-1]).items():
        assert value(result, metric) == pytest.approx(figure, rel=1e-12), metric
