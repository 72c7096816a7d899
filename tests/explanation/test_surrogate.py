"""A surrogate's words are scikit-learn's on the same fitted model, and the same whatever the order of rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import partial_dependence as sklearn_partial_dependence
from sklearn.inspection import permutation_importance
from sklearn.metrics import balanced_accuracy_score, r2_score

from core.frames.roles import Roles, Task
from core.frames.source import open_table
from core.frames.surrogate import Fitted, imitate, partial_dependence, permutation, sample_of
from core.frames.surrogate.fitting import SEED, one_thread
from core.metrics.explanation import importances
from tests.explanation.builders import EMPLOYMENT, planted, written

VARIED = ("income", "tenure", "noise", "postcode")
PLANTED = (*VARIED, "same")


def fitted(path: Path, roles: Roles, *, decisions: bool = False) -> Fitted:
    with open_table(path) as table:
        found = imitate(table, roles, decisions=decisions)
    assert isinstance(found, Fitted), found
    return found


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(planted(), tmp_path_factory.mktemp("planted") / "rows.parquet")


@pytest.fixture(scope="module")
def of_scores(rows: Path) -> Fitted:
    return fitted(rows, Roles(score="score", features=PLANTED))


@pytest.fixture(scope="module")
def of_decisions(rows: Path) -> Fitted:
    roles = Roles(label="label", prediction="prediction", positive="1", features=PLANTED)
    return fitted(rows, roles, decisions=True)


def test_a_sample_of_a_large_table_imitates_a_real_model() -> None:
    found = fitted(EMPLOYMENT, Roles(score="predicted_probability", features=("age", "schooling", "marital_status")))

    assert (len(found.sample), found.sample.rows) == (20_000, 68_785)
    assert found.training_rows + len(found.y) == 20_000
    assert len(found.y) == pytest.approx(6_000, abs=300)
    assert found.fidelity == pytest.approx(0.85, abs=0.02)


def test_fidelity_is_that_of_scikit_learn_on_the_held_out_rows(of_scores: Fitted, of_decisions: Fitted) -> None:
    assert of_scores.fidelity == pytest.approx(r2_score(of_scores.y, of_scores.predict(of_scores.x)), abs=1e-12)
    guessed = of_decisions.predict(of_decisions.x)
    assert of_decisions.fidelity == pytest.approx(balanced_accuracy_score(of_decisions.y, guessed), abs=1e-12)
    assert (of_scores.floor, of_decisions.floor) == (0.5, 0.75)


@pytest.mark.parametrize("scoring", ["r2", "balanced_accuracy"])
def test_permutation_importance_is_that_of_scikit_learn(scoring: str, of_scores: Fitted, of_decisions: Fitted) -> None:
    model = of_scores if scoring == "r2" else of_decisions

    found = permutation(model)

    with one_thread():
        expected = permutation_importance(
            model.estimator, model.x, model.y, scoring=scoring, n_repeats=10, random_state=SEED
        )
    assert [one.feature for one in found] == list(VARIED)
    assert [one.signed for one in found] == pytest.approx(list(expected.importances_mean), abs=1e-12)
    assert [one.variance for one in found] == pytest.approx(list(expected.importances_std**2 * 10 / 9), abs=1e-12)


def test_partial_dependence_is_that_of_scikit_learn(of_scores: Fitted) -> None:
    ordered = importances(permutation(of_scores))

    found = partial_dependence(of_scores, ordered, 0)

    assert {"income", "tenure"} <= {one.feature for one in found}
    for one in found:
        known = of_scores.features.categories.get(one.feature)
        numbers = [float(known.index(point.value)) if known else point.number for point in one.points]
        grid, column = np.array(numbers), VARIED.index(one.feature)
        with one_thread():
            expected = sklearn_partial_dependence(
                of_scores.estimator,
                of_scores.x[:1_000],
                [column],
                method="brute",
                kind="average",
                custom_values={column: grid},
            )
        assert len(grid) <= 20
        assert [point.mean for point in one.points] == pytest.approx(list(expected["average"][0]), abs=1e-12)


def test_the_same_rows_in_another_order_give_the_same_surrogate(tmp_path: Path) -> None:
    frame = planted()
    roles = Roles(label="label", score="score", prediction="prediction", features=PLANTED)

    found = [
        fitted(written(frame, tmp_path / f"{seed}.{kind}", seed=seed), roles)
        for seed, kind in ((1, "parquet"), (2, "parquet"), (1, "parquet"))
    ]

    words = [(one.fidelity, one.interval, permutation(one)) for one in found]
    assert words[0] == words[1] == words[2]
    assert np.array_equal(found[0].x, found[1].x, equal_nan=True)


def test_the_larger_table_is_sampled_by_content_alone(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": np.arange(500) % 100, "t": ["a", None] * 250})
    samples = []
    for seed in (1, 2):
        with open_table(written(frame, tmp_path / f"{seed}.parquet", seed=seed)) as table:
            samples.append(sample_of(table, {"x": "CAST(c0 AS DOUBLE)"}, {"t": "c1"}, most=200))

    first, second = samples
    assert (len(first), first.rows) == (200, 500)
    assert list(first.numbers["x"]) == list(second.numbers["x"])
    assert list(first.texts["t"]) == list(second.texts["t"])
    assert list(first.draw) == list(second.draw)
    # Equal rows take part one by one: of five equal ones some are chosen and some are not.
    counts = pd.Series(first.numbers["x"]).value_counts()
    assert {1, 2, 3} <= set(counts)
    assert 0 < first.holdout.mean() < 0.5


def test_a_surrogate_of_noise_is_not_faithful(tmp_path: Path) -> None:
    frame = planted()
    frame["score"] = np.random.default_rng(4).random(len(frame))

    found = fitted(written(frame, tmp_path / "rows.parquet"), Roles(score="score", features=PLANTED))

    assert not found.faithful
    assert found.fidelity < 0.1


def test_features_without_information_are_left_out(tmp_path: Path) -> None:
    frame = planted().assign(nothing=None)

    found = fitted(written(frame, tmp_path / "rows.parquet"), Roles(score="score", features=(*PLANTED, "nothing")))

    assert found.features.left_out == ("nothing: every value is missing", "same: every value is the same")


@pytest.mark.parametrize(
    ("rows", "changed", "reason"),
    [
        (60, {}, "60 rows are too few for a surrogate, which needs 100"),
        (1_500, {"score": 0.5}, "Every score is the same, so there is nothing to explain"),
        (
            1_500,
            dict.fromkeys(PLANTED, 1),
            "No feature differs between the rows",
        ),
    ],
)
def test_where_no_surrogate_can_be_there_is_a_reason(
    tmp_path: Path, rows: int, changed: dict[str, object], reason: str
) -> None:
    path = written(planted(rows).assign(**changed), tmp_path / "rows.parquet")

    with open_table(path) as table:
        assert imitate(table, Roles(score="score", features=PLANTED)) == reason


def test_several_classes_and_ten_thousand_categories_are_imitated(tmp_path: Path) -> None:
    frame = planted(3_000)
    frame["class"] = np.select([frame["income"] > 0.5, frame["income"] < -0.5], ["high", "low"], "middle")
    frame["serial"] = [f"s{at}" for at in range(len(frame))]
    roles = Roles(prediction="class", task=Task.MULTICLASS, features=("income", "serial"))

    found = fitted(written(frame, tmp_path / "rows.parquet"), roles)

    assert found.target.classes == ("high", "low", "middle")
    assert found.chance == pytest.approx(1 / 3)
    assert found.fidelity > 0.95
    assert importances(permutation(found))[0].feature == "income"
