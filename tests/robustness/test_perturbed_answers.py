"""Perturbed answers joined row by row in the engine are pandas' figures on the joined rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from core.errors import Unreadable
from core.frames.roles import Roles, Task
from core.frames.stressing import stress_file
from core.metrics.robustness import RobustnessResult, ScenarioResult
from tests.explanation.builders import EMPLOYMENT, written

ROLES = Roles(label="y", prediction="p", score="s", positive="yes", row_id="id")
STORED = TypeAdapter(RobustnessResult)
COLUMNS = ["case_id", "employed", "prediction", "predicted_probability"]


def rows(tmp_path: Path) -> Path:
    frame = pd.DataFrame(
        {"id": [1, 2, 3, 4], "y": ["yes", "yes", "no", "no"], "p": ["yes", "no", "no", "no"], "s": [0.9, 0.4, 0.2, 0.1]}
    )
    return written(frame, tmp_path / "rows.parquet")


def answers(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return path


def only(found: RobustnessResult) -> ScenarioResult:
    (one,) = found.scenarios
    return one


def test_four_rows_by_hand(tmp_path: Path) -> None:
    # 1: yes → no (lost); 2: no → yes (gained); 3: no → no; 4 was not perturbed; 9 is unknown
    path = answers(
        tmp_path, "row_id,scenario,prediction,score\n1,blur,no,0.3\n2,blur,yes,0.5\n3,blur,no,0.2\n9,blur,no,0\n"
    )

    found = stress_file(rows(tmp_path), ROLES, perturbations=path)

    one = only(found)
    assert (one.n, one.flips, one.lost, one.gained, one.before, one.after) == (3, 2, 1, 1, 2 / 3, 2 / 3)
    assert one.score_change == pytest.approx((0.6 + 0.1 + 0) / 3)
    assert found.unmatched == 1
    assert found.figure("prediction_flip_rate").value == 2 / 3
    assert found.figure("performance_drop").value == 0


def test_real_predictions_equal_pandas_whatever_the_order(tmp_path: Path) -> None:
    frame = pd.read_parquet(EMPLOYMENT, columns=COLUMNS)[:5_000]
    draw = np.random.default_rng(3)
    parts = []
    for name, share in (("typo", 0.05), ("blur", 0.2)):
        part = frame[["case_id", "prediction", "predicted_probability"]].assign(scenario=name)
        part["prediction"] = np.where(draw.random(len(part)) < share, 1 - part["prediction"], part["prediction"])
        part["predicted_probability"] *= draw.random(len(part))
        parts.append(part[: 4_000 if name == "typo" else None])
    disturbed = pd.concat(parts)
    roles = Roles("employed", "prediction", "predicted_probability", "1", row_id="case_id")

    found = [
        stress_file(
            written(frame, tmp_path / f"r{seed}.parquet", seed=seed),
            roles,
            perturbations=written(disturbed, tmp_path / f"p{seed}.{kind}", seed=seed),
        )
        for seed, kind in ((1, "parquet"), (2, "parquet"), (2, "csv"))
    ]

    assert found[0] == found[1] == found[2]
    assert STORED.validate_json(STORED.dump_json(found[0])) == found[0]
    joined = disturbed.merge(frame, on="case_id", suffixes=("_after", ""))
    for one in found[0].scenarios:
        own = joined[joined["scenario"] == one.name]
        change = (own["predicted_probability_after"] - own["predicted_probability"]).abs()
        assert one.n == len(own)
        assert one.flips == (own["prediction_after"] != own["prediction"]).sum()
        assert one.before == pytest.approx((own["prediction"] == own["employed"]).mean())
        assert one.after == pytest.approx((own["prediction_after"] == own["employed"]).mean())
        assert one.score_change == pytest.approx(change.mean(), rel=1e-12)
        half = 1.959963984540054 * change.std() / np.sqrt(len(own))
        assert one.score_change_interval == (
            pytest.approx(change.mean() - half, rel=1e-9),
            pytest.approx(change.mean() + half, rel=1e-9),
        )
    assert found[0].figure("prediction_flip_rate").subject == "blur"


def test_numbers_are_held_against_each_other(tmp_path: Path) -> None:
    draw = np.random.default_rng(4)
    frame = pd.DataFrame({"id": range(300), "y": draw.normal(size=300), "p": draw.normal(size=300)})
    disturbed = pd.DataFrame({"id": range(300), "scenario": "shift", "p": frame["p"] * 3})
    roles = Roles(label="y", prediction="p", task=Task.REGRESSION, row_id="id")

    one = only(
        stress_file(
            written(frame, tmp_path / "r.parquet"), roles, perturbations=written(disturbed, tmp_path / "p.csv", seed=1)
        )
    )

    before, after = (frame["y"] - frame["p"]).abs(), (frame["y"] - 3 * frame["p"]).abs()
    assert (one.before, one.after) == (pytest.approx(before.mean()), pytest.approx(after.mean()))
    assert one.drop == pytest.approx(after.mean() / before.mean() - 1)
    ratio = after.mean() / before.mean()
    error = (after - ratio * before).std() / np.sqrt(300) / before.mean()
    assert one.drop_interval is not None
    assert one.drop_interval.high == pytest.approx(ratio - 1 + 1.959963984540054 * error, rel=1e-9)
    assert one.score_change == pytest.approx((2 * frame["p"]).abs().mean())


def test_scores_alone_are_cut_at_one_half(tmp_path: Path) -> None:
    path = answers(tmp_path, "id,scenario,score\n1,blur,0.49\n2,blur,0.5\n3,blur,0.1\n4,blur,0.9\n")

    one = only(stress_file(rows(tmp_path), Roles("y", None, "s", "yes", row_id="id"), perturbations=path))

    assert (one.flips, one.lost, one.gained, one.before, one.after) == (3, 2, 1, 0.75, 0.5)


def test_labels_are_one_however_they_are_written(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["1", "2"], "y": [1, 0], "p": [1.0, 0.0]})
    path = answers(tmp_path, "row_id,scenario,prediction\n1,a,+1e0\n2,a,0.0\n")

    one = only(stress_file(written(frame, tmp_path / "r.parquet"), Roles("y", "p", row_id="id"), perturbations=path))

    assert (one.flips, one.before, one.after) == (0, 1.0, 1.0)


def test_predictions_on_one_side_only_have_a_reason(tmp_path: Path) -> None:
    path = answers(tmp_path, "row_id,scenario,score\n1,a,0.5\n")

    found = stress_file(rows(tmp_path), Roles("y", "p", row_id="id"), perturbations=path)

    assert only(found).unavailable["flip_rate"] == "There are no predictions on both sides"
    assert found.figure("prediction_flip_rate").reason == "There are no predictions on both sides"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "row_id,scenario,score\n1,a,high\n",
            "line 2, column “score”: perturbed predictions: a value is no finite number",
        ),
        (
            "row_id,scenario,prediction\n1,a,\n",
            "line 2, column “prediction”: perturbed predictions: a label or prediction is",
        ),
        (
            "row_id,scenario,score\n1,a,1\n1,a,1\n",
            "line 3, column “row_id”: perturbed predictions: a row id stands twice in",
        ),
        ("row_id,scenario,score\n,a,1\n", "line 2, column “row_id”: perturbed predictions: a row id is missing"),
        ("row_id,scenario,score\n1,,1\n", "line 2, column “scenario”: perturbed predictions: a scenario has no name"),
        (
            "row_id,scenario,score\n77,a,1\n",
            "column “row_id”: perturbed predictions: no row id of the file occurs among",
        ),
        ("row_id,scenario\n1,a\n", "column “prediction or score”: perturbed predictions: a column is missing"),
        ("case,score\n1,2\n", "column “row_id”: perturbed predictions: a column is missing"),
        ("row_id,scenario,score\n", "line 1: perturbed predictions: the file has no rows"),
    ],
)
def test_wrong_answers_are_refused_with_their_place(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(Unreadable) as error:
        stress_file(rows(tmp_path), ROLES, perturbations=answers(tmp_path, content))

    assert str(error.value.problems[0]).startswith(said)


def test_without_a_row_id_nothing_can_be_joined(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="have no row id"):
        stress_file(
            rows(tmp_path), Roles("y", "p"), perturbations=answers(tmp_path, "row_id,scenario,prediction\n1,a,yes\n")
        )
