"""Two models on the same rows, or on different ones: against published intervals, statsmodels, and the bootstrap."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.stats import norm
from sklearn import metrics as sklearn
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from core.errors import Unreadable
from core.frames.pairing import compare_files
from core.frames.roles import Roles, Task
from core.metrics.performance.comparing import Change, PerformanceComparison
from core.metrics.performance.paired import Agreement, share
from tests.performance.files import EMPLOYMENT, SHARED, csv, parquet

BINARY = Roles("y", "p", "s", "1", row_id="id")
SEVERAL = Roles("y", "p", row_id="id", task=Task.MULTICLASS)
QUANTITY = Roles("y", "p", row_id="id", task=Task.REGRESSION)


def change_of(found: PerformanceComparison, metric: str) -> Change:
    return next(one for one in found.changes if one.metric == metric)


def compared(current: Path, other: Path, roles: Roles, **more: object) -> PerformanceComparison:
    return compare_files(current, roles, other, roles, name="baseline", **more)


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame, Path, Path]:
    """Employment in Massachusetts: the published scores, and the same dulled by noise, in another order."""
    frame = pd.read_parquet(EMPLOYMENT).head(3000)
    scores, noise = frame["predicted_probability"], np.random.default_rng(1).normal(0, 1.5, 3000)
    dulled = 1 / (1 + np.exp(-np.log(scores / (1 - scores)) - noise))
    columns = {"id": frame["case_id"], "y": frame["employed"]}
    own = pd.DataFrame({**columns, "s": scores, "p": (scores >= 0.5).astype(int)})
    other = pd.DataFrame({**columns, "s": dulled, "p": (dulled >= 0.5).astype(int)})
    folder = tmp_path_factory.mktemp("models")
    own.to_parquet(folder / "own.parquet")
    other.sample(frac=1, random_state=0).to_parquet(folder / "other.parquet")
    return own, other, folder / "own.parquet", folder / "other.parquet"


@pytest.mark.parametrize(
    ("counts", "low", "high", "p_value"),
    [
        # Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014) 2850-2875: Bentur (2009) and Cavo (2012)
        (Agreement(1, 1, 7, 12), -0.507, -0.026, 0.0703),
        (Agreement(59, 6, 16, 80), -0.119, -0.005, 0.0525),
        # Altman et al., Statistics with Confidence, 2nd ed. 2000, table 6.2
        (Agreement(14, 5, 0, 22), 0.011, 0.226, 0.0625),
    ],
)
def test_paired_shares_have_the_published_intervals(counts: Agreement, low: float, high: float, p_value: float) -> None:
    interval, found, _ = share(counts)

    assert interval == pytest.approx((low, high), abs=5e-4)
    assert found == pytest.approx(p_value, abs=5e-5)
    assert found == pytest.approx(mcnemar([[counts.both, counts.current], [counts.other, counts.neither]]).pvalue)


def test_paired_values_equal_scikit_learn_on_either_file(two_models) -> None:
    own, other, path, other_path = two_models

    found = compared(path, other_path, BINARY)

    assert (found.paired, found.rows, found.note) == (3000, (3000, 3000), "")
    figures = {
        "accuracy": lambda frame: sklearn.accuracy_score(frame["y"], frame["p"]),
        "balanced_accuracy": lambda frame: sklearn.balanced_accuracy_score(frame["y"], frame["p"]),
        "precision": lambda frame: sklearn.precision_score(frame["y"], frame["p"]),
        "matthews_correlation_coefficient": lambda frame: sklearn.matthews_corrcoef(frame["y"], frame["p"]),
        "roc_auc": lambda frame: sklearn.roc_auc_score(frame["y"], frame["s"]),
        "pr_auc": lambda frame: sklearn.average_precision_score(frame["y"], frame["s"]),
        "brier_score": lambda frame: sklearn.brier_score_loss(frame["y"], frame["s"]),
        "log_loss": lambda frame: sklearn.log_loss(frame["y"], frame["s"]),
    }
    for metric, of in figures.items():
        change = change_of(found, metric)
        assert (change.current, change.other) == pytest.approx((of(own), of(other)), rel=1e-12), metric
        assert change.change.value == pytest.approx(of(own) - of(other), rel=1e-9), metric
        assert change.change.interval is not None, metric
        assert change.change.metric == f"{metric}_change"


def test_the_paired_area_follows_delong_s_covariance(two_models) -> None:
    own, other, path, other_path = two_models
    positive = own["y"] == 1
    parts = []
    for scores in (own["s"].to_numpy(), other["s"].to_numpy()):
        pairs = np.sign(scores[positive][:, None] - scores[~positive]) / 2 + 0.5
        parts.append((pairs.mean(axis=1), pairs.mean(axis=0)))
    variance = sum(np.var(a - b, ddof=1) / a.size for a, b in zip(*parts, strict=True))

    change = change_of(compared(path, other_path, BINARY), "roc_auc")

    difference = parts[0][0].mean() - parts[1][0].mean()
    half = norm.ppf(0.975) * np.sqrt(variance)
    assert change.change.interval == pytest.approx((difference - half, difference + half), rel=1e-9)
    assert change.p_value == pytest.approx(2 * norm.sf(abs(difference) / np.sqrt(variance)), rel=1e-9)


def test_paired_losses_have_the_interval_of_the_mean_difference(two_models) -> None:
    own, other, path, other_path = two_models
    apart = (own["s"] - own["y"]) ** 2 - (other["s"] - other["y"]) ** 2

    change = change_of(compared(path, other_path, BINARY), "brier_score").change

    half = norm.ppf(0.975) * apart.sem()
    assert change.interval == pytest.approx((apart.mean() - half, apart.mean() + half), rel=1e-9)


@pytest.mark.parametrize("metric", ["balanced_accuracy", "precision", "f1_score", "matthews_correlation_coefficient"])
def test_paired_intervals_of_tables_agree_with_resampled_rows(two_models, metric: str) -> None:
    own, other, path, other_path = two_models
    of = {
        "balanced_accuracy": sklearn.balanced_accuracy_score,
        "precision": sklearn.precision_score,
        "f1_score": sklearn.f1_score,
        "matthews_correlation_coefficient": sklearn.matthews_corrcoef,
    }[metric]
    joint = pd.DataFrame({"y": own["y"], "p": own["p"], "q": other["p"].to_numpy()}).value_counts().reset_index()
    drawn = []
    for weights in np.random.default_rng(2).multinomial(3000, joint["count"] / 3000, size=150):
        figures = [of(joint["y"], joint[guess], sample_weight=weights) for guess in ("p", "q")]
        drawn.append(figures[0] - figures[1])

    interval = change_of(compared(path, other_path, BINARY), metric).change.interval

    assert interval is not None
    assert interval.high - interval.low == pytest.approx(3.92 * np.std(drawn), rel=0.25)


def test_without_a_row_id_the_files_are_two_samples(two_models) -> None:
    own, other, path, other_path = two_models
    hits, other_hits = int((own["y"] == own["p"]).sum()), int((other["y"] == other["p"]).sum())

    found = compared(path, other_path, Roles("y", "p", "s", "1"))

    accuracy = change_of(found, "accuracy")
    expected = confint_proportions_2indep(hits, 3000, other_hits, 3000, method="newcomb", compare="diff")
    assert (found.paired, found.note) == (0, "No column names the rows of both files")
    assert accuracy.change.interval == pytest.approx(expected, rel=1e-9)
    assert accuracy.p_value == pytest.approx(proportions_ztest([hits, other_hits], [3000, 3000])[1], rel=1e-9)
    paired = change_of(compared(path, other_path, BINARY), "roc_auc").change.interval
    apart = change_of(found, "roc_auc").change.interval
    assert paired is not None
    assert apart is not None
    assert apart.high - apart.low > paired.high - paired.low


def test_rows_that_both_files_have_are_compared_alone(two_models, tmp_path: Path) -> None:
    own, other, _, _ = two_models
    first, second = own.iloc[:2000], other.iloc[500:]
    first.to_parquet(tmp_path / "first.parquet")
    second.to_parquet(tmp_path / "second.parquet")

    found = compared(tmp_path / "first.parquet", tmp_path / "second.parquet", BINARY)

    shared = slice(500, 2000)
    change = change_of(found, "accuracy")
    assert (found.paired, found.rows, change.change.n) == (1500, (2000, 2500), 1500)
    assert change.current == sklearn.accuracy_score(own["y"][shared], own["p"][shared])
    assert change.other == sklearn.accuracy_score(other["y"][shared], other["p"][shared])


ROWS = "id,y,p\n1,1,1\n2,0,0\n3,1,0\n"


@pytest.mark.parametrize(
    ("other", "note"),
    [
        ("id,y,p\n1,1,1\n2,0,0\n2,1,0\n", "“id” names 1 rows of the other file that it names already"),
        ("id,y,p\n1,1,1\n2,0,0\n,1,0\n", "1 rows of the other file have no value in “id”"),
        ("id,y,p\n1,1,1\n2,1,0\n3,1,0\n", "1 of 3 shared rows have another label in the other file"),
        ("id,y,p\n1,1,1\n7,0,0\n8,1,0\n", "Only 1 of 3 rows are among the 3 of the other file"),
    ],
)
def test_rows_that_cannot_be_held_against_each_other_are_two_samples_and_say_why(
    tmp_path: Path, other: str, note: str
) -> None:
    found = compared(csv(tmp_path, ROWS), csv(tmp_path, other, "other.csv"), Roles("y", "p", None, "1", row_id="id"))

    assert (found.paired, found.note) == (0, note)
    assert change_of(found, "accuracy").change.value is not None


def test_row_ids_and_labels_meet_however_they_are_written(tmp_path: Path) -> None:
    other = parquet(tmp_path, id=[3.0, 2.0, 1.0], y=[True, False, True], p=[1, 1, 1])
    first = csv(tmp_path, "id,y,p\n1,true,true\n2,false,false\n3,true,false\n")

    found = compare_files(
        first,
        Roles("y", "p", None, "true", row_id="id"),
        other,
        Roles("y", "y", None, "true", row_id="id"),
        name="baseline",
    )

    assert (found.paired, change_of(found, "accuracy").current, change_of(found, "accuracy").other) == (3, 2 / 3, 1)


def test_a_model_against_itself_has_changed_nothing(two_models) -> None:
    _, _, path, _ = two_models

    found = compared(path, path, BINARY)

    for change in found.changes:
        assert change.change.value == 0, change.metric
        assert change.p_value in (None, 1.0), change.metric
        if change.change.interval is not None:
            assert change.change.interval.low <= 0 <= change.change.interval.high


def test_what_one_file_lacks_has_no_change_but_its_reason(tmp_path: Path) -> None:
    scored = csv(tmp_path, "id,y,p,s\n1,1,1,0.9\n2,0,0,0.2\n3,1,0,0.4\n", "scored.csv")

    found = compare_files(
        csv(tmp_path, ROWS), Roles("y", "p", None, "1", row_id="id"), scored, BINARY, name="last approved version"
    )

    change = change_of(found, "roc_auc")
    assert (change.current, change.other) == (None, 1.0)
    assert (change.change.value, change.change.reason) == (None, "There is no score column")
    assert change.change.subject == "last approved version"


def test_several_classes_are_paired_by_accuracy_and_losses(tmp_path: Path) -> None:
    generator, n = np.random.default_rng(5), 600
    truth, ids = generator.choice(["a", "b", "c"], n), np.arange(n)
    paths, losses, right = [], [], []
    for sharpness in (2.0, 1.0):
        raw = generator.normal(size=(n, 3)) + sharpness * (truth[:, None] == ["a", "b", "c"])
        chances = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
        guess = np.array(["a", "b", "c"])[chances.argmax(axis=1)]
        columns = {f"p{name}": chances[:, at] for at, name in enumerate("abc")}
        paths.append(parquet(tmp_path, f"{sharpness}.parquet", id=ids, y=truth, p=guess, **columns))
        losses.append(-np.log(chances[np.arange(n), np.searchsorted(["a", "b", "c"], truth)]))
        right.append(guess == truth)

    found = compared(*paths, SEVERAL, probabilities={name: f"p{name}" for name in "abc"})

    apart, accuracy, loss = losses[0] - losses[1], change_of(found, "accuracy"), change_of(found, "log_loss")
    half = norm.ppf(0.975) * np.std(apart, ddof=1) / np.sqrt(n)
    assert loss.change.interval == pytest.approx((apart.mean() - half, apart.mean() + half), rel=1e-9)
    table = pd.crosstab(right[0], right[1]).to_numpy()
    assert accuracy.p_value == pytest.approx(mcnemar(table).pvalue, rel=1e-9)
    assert accuracy.change.value == pytest.approx(right[0].mean() - right[1].mean(), rel=1e-12)


def test_quantities_are_paired_by_their_errors(tmp_path: Path) -> None:
    generator, n = np.random.default_rng(6), 2000
    truth = 5 + generator.normal(size=n)
    own, other = truth + generator.normal(0, 0.5, n), truth + generator.normal(0.1, 0.6, n)
    paths = [parquet(tmp_path, f"{at}.parquet", id=np.arange(n), y=truth, p=p) for at, p in enumerate((own, other))]

    found = compared(*paths, QUANTITY)

    of = {
        "mean_absolute_error": sklearn.mean_absolute_error,
        "root_mean_squared_error": sklearn.root_mean_squared_error,
        "r_squared": sklearn.r2_score,
        "bias": lambda y, p: float(np.mean(p - y)),
        "mean_absolute_percentage_error": sklearn.mean_absolute_percentage_error,
    }
    resampled = [generator.integers(0, n, n) for _ in range(400)]
    for metric, figure in of.items():
        change = change_of(found, metric).change
        drawn = [figure(truth[rows], own[rows]) - figure(truth[rows], other[rows]) for rows in resampled]
        assert change.value == pytest.approx(figure(truth, own) - figure(truth, other), rel=1e-9), metric
        assert change.interval is not None
        assert change.interval.high - change.interval.low == pytest.approx(3.92 * np.std(drawn), rel=0.15), metric


def test_an_unsound_baseline_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="line 3, column “p”: a score is no finite number"):
        compared(csv(tmp_path, "id,y,p\n1,1,1\n2,2,2\n"), csv(tmp_path, "id,y,p\n1,1,1\n2,2,x\n", "o.csv"), QUANTITY)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 1), st.sampled_from([0.0, 0.2, 0.5, 1.0])),
        min_size=2,
        max_size=12,
    )
)
def test_any_two_models_are_compared_and_the_result_survives_storage(tmp_path: Path, rows) -> None:
    truth, own, other, scores = (list(column) for column in zip(*rows, strict=True))
    ids = list(range(len(rows)))
    positive = str(truth[0])
    first = parquet(tmp_path, "1.parquet", id=ids, y=truth, p=[truth[0], *own[1:]], s=scores)
    second = parquet(tmp_path, "2.parquet", id=ids, y=truth, p=other, s=scores[::-1])

    found = compared(first, second, Roles("y", "p", "s", positive, row_id="id"))

    adapter = TypeAdapter(PerformanceComparison)
    assert adapter.validate_json(adapter.dump_json(found)) == found
    json.dumps(adapter.dump_python(found, mode="json"), allow_nan=False)
    assert found.paired == len(rows)
    for change in found.changes:
        if change.change.interval is not None:
            assert change.change.interval.low <= change.change.value <= change.change.interval.high
            assert change.p_value is None or 0 <= change.p_value <= 1


@pytest.mark.skipif(not (SHARED / "bike_sharing").is_dir(), reason="the bike sharing data are not at hand")
def test_the_hour_before_predicts_bike_rentals_better_than_the_day_before(tmp_path: Path) -> None:
    counts = pd.read_csv(SHARED / "bike_sharing" / "hour.csv")["cnt"].to_numpy()
    truth, ids = counts[24:], np.arange(counts.size - 24)
    hour = parquet(tmp_path, "hour.parquet", id=ids, y=truth, p=counts[23:-1])
    day = parquet(tmp_path, "day.parquet", id=ids, y=truth, p=counts[:-24])

    change = change_of(compared(hour, day, QUANTITY), "mean_absolute_error")

    expected = np.abs(truth - counts[23:-1]).mean() - np.abs(truth - counts[:-24]).mean()
    assert change.change.value == pytest.approx(expected, rel=1e-12)
    assert change.p_value is not None
