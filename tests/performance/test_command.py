"""`countersign assess performance`: figures, tables, verdicts and an exit code for every outcome."""

import json
from pathlib import Path

import pytest

from app.cli.main import main
from tests.metrics.published import COMPAS
from tests.performance.files import EMPLOYMENT, SHARED, csv

TWO = "y,p,s\n" + "1,1,0.9\n0,0,0.2\n1,0,0.4\n0,1,0.6\n1,1,0.7\n" * 20
QUANTITY = "y,p\n" + "".join(f"{at + 0.5},{at + (at % 3) - 1}\n" for at in range(1, 60))


def assess(*words: str) -> int:
    return main(["assess", "performance", *words])


def document(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    assess(*words, "--format", "json")
    return json.loads(capsys.readouterr().out)


def figures(found: dict) -> dict:
    return {one["metric"]: one["value"] for one in found["figures"]}


def test_compas_has_the_published_errors(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, str(COMPAS), "--label", "label_value", "--prediction", "score")

    # the sums of Aequitas' published counts: TP 2035, FP 1282, FN 1216, TN 2681
    assert (found["task"], found["rows"]) == ("binary", 7214)
    assert found["result"]["confusion"] == {
        "true_positives": 2035,
        "false_positives": 1282,
        "false_negatives": 1216,
        "true_negatives": 2681,
    }
    assert figures(found)["accuracy"] == (2035 + 2681) / 7214
    assert {one["metric"] for one in found["baselines"]} >= {"accuracy", "balanced_accuracy", "precision"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 0),
        (("--require", "accuracy>=0.5"), 0),
        (("--require", "accuracy>=0.5", "--require", "brier_score<=0.01"), 1),
        (("--require", "accuracy>=0.5", "--minimum-rows", "101"), 3),
        (("--require", "accuracy>=0.5", "--require", "r_squared>=0"), 3),
        (("--require", "accuracy_change>=0"), 3),
    ],
)
def test_the_exit_code_is_the_worst_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    assert assess(str(csv(tmp_path, TWO)), "--label", "y", "--prediction", "p", "--score", "s", *words) == code


def test_the_threshold_decides_where_there_are_scores_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, str(csv(tmp_path, TWO)), "--label", "y", "--score", "s", "--threshold", "0.65")

    assert found["result"]["confusion"] | {"true_negatives": 40} == {
        "true_positives": 40,
        "false_positives": 0,
        "false_negatives": 20,
        "true_negatives": 40,
    }


@pytest.mark.parametrize(
    ("rows", "task"),
    [
        ("1,1\n0,0\n", "binary"),
        ("a,a\nb,c\nc,c\n", "multiclass"),
        ("1,1\n2,3\n3,3\n", "multiclass"),
        ("1.5,1\n2,3\n3,3\n", "regression"),
        ("1,1.5\n2,3\n3,3\n", "regression"),
    ],
)
def test_a_clear_task_need_not_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str, task: str
) -> None:
    assert document(capsys, str(csv(tmp_path, "y,p\n" + rows)), "--label", "y", "--prediction", "p")["task"] == task


@pytest.mark.parametrize("rows", ["1,1\n2,4\n3,3\n", "".join(f"{at},{at}\n" for at in range(30)), "1,1\n2,2\nx,x\n"])
def test_a_task_that_is_not_clear_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str) -> None:
    code = assess(str(csv(tmp_path, "y,p\n" + rows)), "--label", "y", "--prediction", "p")

    assert code == 2
    assert "the task is not obvious" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [
        ("y,p\nyes,yes\nno,no\n", (), "the positive label is not obvious, found no, yes, expected --positive"),
        ("y,p\n1,1\n0,\n", (), "line 3, column “p”"),
        ("y,p\n1,1\n0,x\n", ("--task", "regression"), "line 3, column “p”"),
        ("y,p\n1,1\n0,0\n", ("--probability", "1"), "probabilities"),
        ("y,q\n1,1\n0,0\n", (), "no such column"),
    ],
)
def test_what_cannot_be_assessed_is_refused_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: tuple[str, ...], reason: str
) -> None:
    code = assess(str(csv(tmp_path, text)), "--label", "y", "--prediction", "p", *words)

    assert code == 2
    assert reason in capsys.readouterr().err


def test_probabilities_of_several_classes_are_read_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = csv(tmp_path, "y,a,b,c\n" + 5 * "a,0.8,0.1,0.1\nb,0.3,0.6,0.1\nc,0.5,0.2,0.3\n")
    words = [word for name in "abc" for word in ("--probability", f"{name}={name}")]

    found = document(capsys, str(path), "--label", "y", *words)

    assert (found["task"], found["result"]["classes"]) == ("multiclass", ["a", "b", "c"])
    assert figures(found)["accuracy"] == pytest.approx(2 / 3)
    assert figures(found)["log_loss"] is not None


def test_a_baseline_is_compared_row_by_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    current = csv(tmp_path, "id,y,p\n" + "".join(f"{at},{at % 2},{at % 2}\n" for at in range(40)))
    baseline = csv(tmp_path, "id,y,p\n" + "".join(f"{at},{at % 2},{int(at < 20)}\n" for at in range(40)), "old.csv")
    words = (str(current), "--label", "y", "--prediction", "p", "--baseline", str(baseline), "--row-id", "id")

    found = document(capsys, *words)

    change = next(one for one in found["comparison"]["changes"] if one["metric"] == "accuracy")
    assert found["comparison"]["paired"] == 40
    assert (change["current"], change["other"], change["change"]["subject"]) == (1.0, 0.5, "baseline")
    assert change["p_value"] == pytest.approx(2 * 0.5**20)
    assert assess(*words, "--require", "accuracy_change>=0.1") == 0
    assert assess(*words, "--require", "accuracy_change>=0.6") == 1


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_tables_fit_96_columns_and_say_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], task: str
) -> None:
    path = csv(tmp_path, {"binary": TWO, "multiclass": "y,p\na,a\nb,c\nc,c\n", "regression": QUANTITY}[task])
    words = ("--label", "y", "--prediction", "p", "--baseline", str(path), "--require", "accuracy>=0.5")

    assess(str(path), *words)

    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 96
    assert "Against the baseline, as two samples" in out
    assert ("Not available: " in out) is (task != "regression")
    assert "No skill is " in out


def test_the_table_of_employment_shows_calibration_beside_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    code = assess(str(EMPLOYMENT), "--label", "employed", "--score", "predicted_probability")

    out = capsys.readouterr().out
    assert code == 0
    assert "0.9 to 1.0" in out
    assert "expected_calibration_error" in out
    assert max(len(line) for line in out.splitlines()) <= 96


@pytest.mark.skipif(not (SHARED / "bike_sharing").is_dir(), reason="the bike sharing data are not at hand")
def test_daily_bike_rentals_are_judged_as_a_quantity(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(SHARED / "bike_sharing" / "day.csv")

    found = document(capsys, path, "--label", "cnt", "--prediction", "registered", "--task", "regression")

    # cnt = casual + registered, so the error is minus the casual rentals: 620,017 in 731 days
    assert figures(found)["bias"] == pytest.approx(-620_017 / 731, rel=1e-12)
    assert figures(found)["mean_absolute_error"] == pytest.approx(620_017 / 731, rel=1e-12)
