"""`countersign assess stress`: figures as JSON and as tables, and an exit code for every outcome."""

import json
from pathlib import Path

import pytest

from app.cli.main import main
from tests.explanation.builders import COMPAS, planted, written

COLUMNS = ("--label", "label_value", "--prediction", "score")


def assess(*words: object) -> int:
    return main(["assess", "stress", *map(str, words)])


def test_the_worst_slice_of_compas_is_printed_and_judged(capsys: pytest.CaptureFixture[str]) -> None:
    slices = ("--slice", "race", "--slice", "sex", "--slice", "age_cat")

    code = assess(COMPAS, *COLUMNS, *slices, "--require", "worst_slice_accuracy>=0.7")

    printed = capsys.readouterr().out
    assert code == 1
    assert max(map(len, printed.splitlines())) <= 96
    assert "Worst of" in printed
    assert "fail: worst_slice_accuracy" in printed


def test_answers_and_scenarios_are_told_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = planted(400)
    rows = written(frame, tmp_path / "rows.csv")
    answers = frame[["row_id", "prediction"]].assign(scenario="inverted", prediction=1 - frame["prediction"])
    perturbed = written(answers, tmp_path / "answers.csv", seed=1)
    scenarios = tmp_path / "scenarios.json"
    scenarios.write_text(
        '[{"name": "blank", "kind": "missing", "column": "noise"},'
        ' {"name": "women", "kind": "reweight", "column": "sex", "weights": {"Female": 3}}]'
    )
    options = ("--label", "label", "--prediction", "prediction", "--features", "income", "--features", "noise")

    code = assess(rows, *options, "--perturbed", perturbed, "--scenarios", scenarios, "--format", "json")

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert {one["metric"]: one["value"] for one in found["figures"]}["prediction_flip_rate"] == 1.0
    assert [one["origin"] for one in found["result"]["scenarios"]] == ["model", "surrogate"]
    assert found["result"]["reweightings"][0]["weights"] == {"Female": 3.0}


def test_the_table_tells_scenarios_and_what_if(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = written(planted(400), tmp_path / "rows.csv")
    scenarios = tmp_path / "scenarios.json"
    scenarios.write_text(
        '[{"name": "blank", "kind": "missing", "column": "noise"},'
        ' {"name": "more women", "kind": "reweight", "column": "sex", "weights": {"Female": 3}}]'
    )
    options = ("--label", "label", "--prediction", "prediction", "--features", "income", "--features", "noise")

    assert assess(rows, *options, "--scenarios", scenarios, "--slice", "sex") == 0

    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 96
    for words in ("A surrogate of fidelity", "What if: more women", "impact ratio by sex", "blank"):
        assert words in printed


def test_a_demand_on_what_was_not_handed_in_is_insufficient_evidence() -> None:
    assert assess(COMPAS, *COLUMNS, "--require", "prediction_flip_rate<=0.1") == 3


def test_a_wrong_scenario_file_is_refused_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "scenarios.json"
    path.write_text('[{"name": "a", "kind": "shift", "column": "race"}]')

    assert assess(COMPAS, *COLUMNS, "--scenarios", path) == 2

    assert "line 1, column “amount”: scenarios: the number is missing" in capsys.readouterr().err


def test_a_label_of_many_values_needs_a_task(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = written(planted(200), tmp_path / "rows.csv")

    assert assess(rows, "--label", "income", "--prediction", "score") == 2
    assert "the task is not obvious" in capsys.readouterr().err
    assert assess(rows, "--label", "income", "--prediction", "score", "--task", "regression", "--slice", "sex") == 0
