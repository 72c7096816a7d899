"""A model of several classes against scikit-learn, DeLong's definition, and what is refused or not available."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter
from sklearn import datasets, linear_model, model_selection
from sklearn import metrics as sklearn

from core.errors import Unreadable
from core.frames.multiclass import class_counts
from core.frames.scores import score_sums
from core.metrics.performance import MulticlassResult, PerformanceResult, assess_multiclass
from core.metrics.scores import delong_variance
from tests.performance.files import csv, parquet, value

NAMES = np.array(["setosa", "versicolor", "virginica"])
COLUMNS = {name: f"p_{name}" for name in NAMES}


@pytest.fixture(scope="module")
def iris(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Fisher's irises as scikit-learn ships them, with cross-validated probabilities from two of four features."""
    features, truth = datasets.load_iris(return_X_y=True)
    model = linear_model.LogisticRegression(C=0.1)
    chances = model_selection.cross_val_predict(model, features[:, :2], truth, cv=5, method="predict_proba")
    frame = pd.DataFrame(chances, columns=list(COLUMNS.values()))
    frame["species"], frame["guess"] = NAMES[truth], NAMES[chances.argmax(axis=1)]
    frame.to_parquet(path := tmp_path_factory.mktemp("iris") / "iris.parquet")
    frame.attrs["path"] = str(path)
    return frame


def assessed(path: Path, **columns: object) -> MulticlassResult:
    return assess_multiclass(class_counts(path, **columns))


@pytest.mark.parametrize("prediction", ["guess", None])
def test_every_figure_of_irises_equals_scikit_learn(iris: pd.DataFrame, prediction: str | None) -> None:
    truth, guess, chances = iris["species"], iris["guess"], iris[list(COLUMNS.values())].to_numpy()

    result = assessed(iris.attrs["path"], label="species", prediction=prediction, probabilities=COLUMNS)

    expected = {
        "accuracy": sklearn.accuracy_score(truth, guess),
        "balanced_accuracy": sklearn.balanced_accuracy_score(truth, guess),
        "matthews_correlation_coefficient": sklearn.matthews_corrcoef(truth, guess),
        "roc_auc": sklearn.roc_auc_score(truth, chances, multi_class="ovr", average="macro"),
        "log_loss": sklearn.log_loss(truth, chances),
        "brier_score": sklearn.brier_score_loss(truth, chances),
        **{
            f"{average}_{metric}": getattr(sklearn, f"{metric}_score")(truth, guess, average=average)
            for average in ("macro", "weighted")
            for metric in ("precision", "recall", "f1")
        },
    }
    assert result.table == tuple(map(tuple, sklearn.confusion_matrix(truth, guess)))
    for metric, figure in expected.items():
        assert value(result, metric) == pytest.approx(figure, rel=1e-12), metric
        interval = result.figure(metric).interval
        assert interval is not None, metric
        assert interval.low < figure < interval.high, metric


def test_each_class_of_irises_has_scikit_learn_s_figures(iris: pd.DataFrame) -> None:
    truth, guess = iris["species"], iris["guess"]

    result = assessed(iris.attrs["path"], label="species", prediction="guess", probabilities=COLUMNS)

    expected = sklearn.classification_report(truth, guess, output_dict=True)
    assert [row.label for row in result.by_class] == list(NAMES)
    for row in result.by_class:
        area = sklearn.roc_auc_score(truth == row.label, iris[COLUMNS[row.label]])
        report = expected[row.label]
        found = [row.figure(metric).value for metric in ("precision", "recall", "f1_score", "roc_auc")]
        assert found == pytest.approx([report["precision"], report["recall"], report["f1-score"], area], rel=1e-12)
        assert row.n == report["support"]


def test_top_label_calibration_bins_the_most_probable_class(iris: pd.DataFrame) -> None:
    chances = iris[list(COLUMNS.values())].to_numpy()
    top, right = chances.max(axis=1), NAMES[chances.argmax(axis=1)] == iris["species"]

    result = assessed(iris.attrs["path"], label="species", prediction="guess", probabilities=COLUMNS)

    at = np.clip(np.ceil(top * 10).astype(int) - 1, 0, 9)
    error = sum(abs(right[at == b].mean() - top[at == b].mean()) * (at == b).sum() for b in set(at)) / top.size
    assert value(result, "expected_calibration_error") == pytest.approx(error, rel=1e-12)
    assert sum(one.n for one in result.calibration) == 150


def test_the_variance_of_the_mean_area_follows_delong_s_definition(iris: pd.DataFrame) -> None:
    parts = np.zeros(150)
    for name, column in COLUMNS.items():
        inside, scores = (iris["species"] == name).to_numpy(), iris[column].to_numpy()
        pairs = np.sign(scores[inside][:, None] - scores[~inside]) / 2 + 0.5
        for side, placements in ((inside, pairs.mean(axis=1)), (~inside, pairs.mean(axis=0))):
            parts[side] += (placements - pairs.mean()) / np.sqrt(side.sum() * (side.sum() - 1)) / 3

    counts = class_counts(iris.attrs["path"], label="species", prediction=None, probabilities=COLUMNS)

    assert counts.probabilities is not None
    assert counts.probabilities.macro_variance == pytest.approx((parts**2).sum(), rel=1e-12)


def test_two_classes_have_the_area_and_variance_of_the_binary_model(tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    scores = np.round(generator.random(400), 2)
    path = parquet(tmp_path, y=(generator.random(400) < scores).astype(int), yes=scores, no=1 - scores)

    several = class_counts(path, label="y", prediction=None, probabilities={"0": "no", "1": "yes"})
    two = score_sums(path, label="y", score="yes", positive="1")

    assert several.probabilities is not None
    assert several.probabilities.ranks[1].wins == two.wins
    assert several.probabilities.macro_variance == pytest.approx(float(delong_variance(two) or 0), rel=1e-12)


def test_numbers_written_differently_are_one_class_and_stand_in_order(tmp_path: Path) -> None:
    result = assessed(csv(tmp_path, "y,p\n10,10.0\n9,9\n+9,10\nten,ten\n"), label="y", prediction="p")

    assert result.classes == ("9", "10", "ten")
    assert result.table == ((1, 1, 0), (0, 1, 0), (0, 0, 1))


@pytest.mark.parametrize(
    ("rows", "metric", "reason"),
    [
        ("a,a\nb,a\nc,c\n", "macro_precision", "“b” is never predicted"),
        ("a,a\nb,a\nc,c\n", "weighted_precision", "“b” is never predicted"),
        ("a,a\na,b\na,c\n", "macro_recall", "“b” and 1 more is no row's label"),
        ("a,a\na,b\na,c\n", "matthews_correlation_coefficient", "Every row has the same label"),
        ("a,b\nb,b\nc,b\n", "matthews_correlation_coefficient", "Every row has the same prediction"),
        ("a,a\nb,b\nc,c\n", "roc_auc", "There are no probability columns"),
    ],
)
def test_a_mean_over_a_class_without_a_value_is_not_available(
    tmp_path: Path, rows: str, metric: str, reason: str
) -> None:
    figure = assessed(csv(tmp_path, "y,p\n" + rows), label="y", prediction="p").figure(metric)

    assert (figure.value, figure.reason) == (None, reason)


def test_a_class_that_is_only_predicted_keeps_what_scikit_learn_defines(tmp_path: Path) -> None:
    truth, guess = ["a", "a", "b", "b"], ["a", "c", "b", "a"]

    result = assessed(parquet(tmp_path, y=truth, p=guess), label="y", prediction="p")

    assert value(result, "macro_f1") == pytest.approx(sklearn.f1_score(truth, guess, average="macro"), rel=1e-12)
    with pytest.warns(UserWarning, match="y_pred contains classes not in y_true"):
        assert value(result, "balanced_accuracy") == sklearn.balanced_accuracy_score(truth, guess)


THREE = {"a": "pa", "b": "pb"}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("a,0.2,0.8\nb,0.5,0.6\n", "line 3: the probabilities of a row do not add up to 1, found 1 such rows"),
        ("a,0.2,0.8\nb,-0.5,1.5\n", "line 3, column “pa”: a probability lies outside 0 to 1"),
        ("a,0.2,0.8\nb,inf,0.5\n", "line 3, column “pa”: a score is no finite number"),
        ("a,0.2,0.8\nb,,0.5\n", "line 3, column “pa”: a score is no finite number"),
        ("a,0.2,0.8\n,0.5,0.5\n", "line 3, column “y”: a label or prediction is missing"),
        ("a,0.2,0.8\nc,0.5,0.5\n", "a class has no probability column, found c"),
        ("", "the file has no rows"),
    ],
)
def test_probabilities_that_are_none_are_refused_with_their_line(tmp_path: Path, rows: str, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        class_counts(csv(tmp_path, "y,pa,pb\n" + rows), label="y", prediction=None, probabilities=THREE)

    assert words in str(refused.value)


def test_more_than_a_hundred_classes_are_a_quantity(tmp_path: Path) -> None:
    path = parquet(tmp_path, y=list(range(10_000)), p=list(range(10_000)))

    with pytest.raises(Unreadable, match="too many classes, found 10000, expected at most 100; is it a quantity"):
        class_counts(path, label="y", prediction="p")


def test_a_hundred_classes_are_assessed_and_survive_storage(tmp_path: Path) -> None:
    generator = np.random.default_rng(8)
    truth = np.r_[np.arange(100), generator.integers(0, 100, 4900)]
    guess = np.where(generator.random(5000) < 0.7, truth, generator.integers(0, 100, 5000))
    path = parquet(tmp_path, y=pd.array(truth, dtype="Int64"), p=pd.array(guess.astype(str), dtype="category"))

    result = assessed(path, label="y", prediction="p")

    assert value(result, "macro_f1") == pytest.approx(sklearn.f1_score(truth, guess, average="macro"), rel=1e-12)
    adapter = TypeAdapter(PerformanceResult)
    assert adapter.validate_json(adapter.dump_json(result)) == result


def test_a_model_that_always_says_the_most_frequent_class_has_its_baseline_s_accuracy(tmp_path: Path) -> None:
    result = assessed(csv(tmp_path, "y,p\na,a\na,a\nb,a\nc,a\n"), label="y", prediction="p")

    baselines = {figure.metric: figure.value for figure in result.baselines}
    assert value(result, "accuracy") == baselines["accuracy"] == 0.5
    assert value(result, "balanced_accuracy") == pytest.approx(baselines["balanced_accuracy"])


def test_a_perfect_model_has_no_interval_that_pretends_to_be_sure(tmp_path: Path) -> None:
    result = assessed(csv(tmp_path, "y,p\n" + 4 * "a,a\nb,b\nc,c\n"), label="y", prediction="p")

    assert (value(result, "macro_f1"), result.figure("macro_f1").interval) == (1.0, None)
    assert result.figure("accuracy").interval is not None
