"""`countersign assess fairness`: the figures as JSON and as a table, and an exit code for every outcome."""

import json
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from app.cli.main import main
from tests.metrics.published import COMPAS, DATA, ROOT

COMPAS_COLUMNS = ("--label", "label_value", "--prediction", "score")
BERKELEY = (
    str(DATA / "datasets_UCBAdmissions.csv"),
    "--prediction",
    "Admit",
    "--positive",
    "Admitted",
    "--count",
    "Freq",
)
EMPLOYMENT = (str(ROOT / "app/example/data/employment_ma_2015.parquet"), "--label", "employed")
COLUMNS = ("--label", "y", "--prediction", "p", "--sensitive", "g")
EVEN = "y,p,g\n" + "1,1,a\n0,0,a\n1,1,b\n0,0,b\n" * 50
UNEVEN = "y,p,g\n" + "1,1,a\n0,0,a\n" * 50 + "1,1,b\n0,0,b\n1,0,b\n0,0,b\n" * 30


def written(tmp_path: Path, text: str, name: str = "rows.csv") -> str:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return str(path)


def assess(*words: str) -> int:
    return main(["assess", "fairness", *words])


def document(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    assess(*words, "--format", "json")
    return json.loads(capsys.readouterr().out)


def test_compas_by_race_and_sex_fails_with_the_published_figures(capsys: pytest.CaptureFixture[str]) -> None:
    code = assess(str(COMPAS), *COMPAS_COLUMNS, "--sensitive", "race", "--sensitive", "sex", "--format", "json")

    found = json.loads(capsys.readouterr().out)
    assert code == 1
    assert (found["rows"], found["unknown"]) == (7214, {"race": 0, "sex": 0})
    assert [len(group["attributes"]) for group in found["groups"]] == [1] * 8 + [2] * 12
    black = found["groups"][0]
    assert black["attributes"] == {"race": "African-American"}
    assert (black["n"], black["selected"], black["test"]) == (3696, 2174, None)
    assert black["selection_rate"] == 2174 / 3696
    assert black["false_positive_rate"] == pytest.approx(0.448468, abs=5e-7)
    assert found["reference"] == {
        "race": {"race": "African-American"},
        "sex": {"sex": "Male"},
        "race × sex": {"race": "African-American", "sex": "Male"},
    }
    assert [verdict["verdict"] for verdict in found["verdicts"]] == ["fail", "pass", "fail"]


def test_every_key_of_the_contract_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, written(tmp_path, UNEVEN), *COLUMNS)

    assert {"rows", "unknown", "groups", "reference", "ties", "verdicts"} <= set(found)
    assert {
        "attributes",
        "n",
        "selected",
        "selection_rate",
        "selection_rate_interval",
        "true_positive_rate",
        "false_positive_rate",
        "accuracy",
        "impact_ratio",
        "impact_ratio_interval",
        "p_value",
        "test",
        "unavailable",
        "small_sample",
    } <= set(found["groups"][1])
    assert set(found["verdicts"][0]) >= {"metric", "value", "threshold", "verdict", "reason"}
    assert found["groups"][1]["test"] == "z"
    assert found["verdicts"][0] | {"reason": ""} == {
        "metric": "impact_ratio",
        "attributes": ["g"],
        "value": 0.5,
        "threshold": 0.8,
        "verdict": "fail",
        "reason": "",
    }


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (EVEN, (), 0),
        (UNEVEN, (), 1),
        (UNEVEN, ("--threshold", "0.5"), 0),
        (UNEVEN, ("--favourable", "0"), 1),
        (UNEVEN, ("--reference", "b"), 0),
        (UNEVEN, ("--reference", "overall"), 1),
        (EVEN, ("--minimum-group", "101"), 3),
        ("y,p,g\n" + "1,1,a\n0,0,a\n" * 50, (), 3),
        ("y,p,g\n" + "1,0,a\n0,0,b\n" * 50, (), 3),
        (EVEN + "1,1,\n" * 20, (), 0),
        ("y;p;g\n" + "1;1;a\n0;0;a\n1;1;b\n0;0;b\n" * 50, (), 0),
        (EVEN.replace("1,1", "yes,yes").replace("0,0", "no,no"), ("--positive", "yes"), 0),
    ],
)
def test_the_exit_code_says_pass_fail_or_insufficient_evidence(
    tmp_path: Path, text: str, options: tuple[str, ...], code: int
) -> None:
    assert assess(written(tmp_path, text), *COLUMNS, *options) == code


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (EVEN, ("--positive", "yes"), "column “y or p”: the positive label is not in the data"),
        (EVEN, ("--favourable", "2"), "the favourable outcome is not in the data, found 2, expected 1 or 0"),
        (EVEN, ("--reference", "z"), "no such reference group, found z"),
        (EVEN, ("--reference", "g=z"), "column “g”: no such reference group, found z, expected one of a, b"),
        (EVEN, ("--sensitive", "sex"), "column “sex”"),
        (
            EVEN.replace("1,1", "yes,yes").replace("0,0", "no,no"),
            (),
            "the positive label is not obvious, found no, yes",
        ),
        (EVEN + "1,1,a,b\n", (), "line 202"),
        (EVEN + ",1,a\n", (), "line 202, column “y”"),
        (EVEN + "maybe,1,a\n", ("--positive", "1"), "found 3 labels"),
        ("", (), "empty"),
        ("y,p,p\n1,1,1\n", (), "line 1"),
        ("<html></html>", (), "rows.csv: "),
    ],
)
def test_an_unreadable_file_exits_with_two_and_says_where_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, options: tuple[str, ...], words: str
) -> None:
    code = assess(written(tmp_path, text), *COLUMNS, *options)

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert words in err


def test_a_file_that_is_not_there_exits_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert assess(str(tmp_path / "none.csv"), *COLUMNS) == 2
    assert "none.csv: there is no such file" in capsys.readouterr().err


@pytest.mark.parametrize("option", [("--threshold", "0"), ("--threshold", "1.1"), ("--minimum-group", "0")])
def test_a_bound_that_makes_no_sense_is_refused(tmp_path: Path, option: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as refused:
        assess(written(tmp_path, EVEN), *COLUMNS, *option)

    assert refused.value.code == 2


def test_a_group_without_positives_is_null_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "y,p,g\n" + "1,1,a\n0,0,a\n" * 50 + "0,1,b\n0,0,b\n" * 50

    group = document(capsys, written(tmp_path, text), *COLUMNS)["groups"][1]

    assert group["true_positive_rate"] is None
    assert group["unavailable"]["true_positive_rate"] == "No row of the group has the positive label"


def test_parquet_gives_the_same_document_as_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pq.write_table(pyarrow.csv.read_csv(COMPAS), tmp_path / "compas.parquet")
    words = (*COMPAS_COLUMNS, "--sensitive", "race")

    assert document(capsys, str(tmp_path / "compas.parquet"), *words) == document(capsys, str(COMPAS), *words)


def test_ties_are_listed_by_attribute(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, written(tmp_path, EVEN), *COLUMNS)["ties"] == [{"g": "b"}]


def test_the_table_says_against_what_and_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assess(str(COMPAS), *COMPAS_COLUMNS, "--sensitive", "race", "--favourable", "0")

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "7,214 rows; favourable outcome 0 (the positive label is 1)"
    assert "race, against Other" in lines
    assert [line.split()[:3] for line in lines if line.startswith("Caucasian")] == [["Caucasian", "2,454", "0.652"]]
    assert all(len(line) <= 100 for line in lines)
    assert any(
        line.startswith("Impact ratio at least 0.8: fail. 0.521 (African-American against Other)") for line in lines
    )


def test_hostile_names_are_printed_without_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = assess(written(tmp_path, EVEN.replace(",b\n", ",b\x1b[2Jb\n")), *COLUMNS)

    out, err = capsys.readouterr()
    assert code in (0, 2)
    assert "\x1b" not in out + err


def test_berkeley_shows_both_verdicts_and_the_paradox(capsys: pytest.CaptureFixture[str]) -> None:
    code = assess(*BERKELEY, "--sensitive", "Gender", "--control", "Dept", "--require", "conditional_impact_ratio>=0.8")

    out = capsys.readouterr().out
    assert code == 1
    assert "Impact ratio at least 0.8: fail. 0.682 (Female against Male) is below 0.8." in out
    assert "At equal Dept, 6 values, against Female" in out
    assert "conditional_impact_ratio at least 0.8: pass. 0.945 (Male against Female) is not below 0.8." in out
    assert "Simpson's" in out
    assert all(len(line) <= 96 for line in out.splitlines())


def test_scores_are_compared_by_group_in_words_and_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    words = (*EMPLOYMENT, "--prediction", "prediction", "--score", "predicted_probability", "--sensitive", "sex")

    assert assess(*words) == 0
    out = capsys.readouterr().out
    found = document(capsys, *words)

    assert "The impact ratio is at least 0.8 at thresholds 0 to 0.76." in out
    assert "42 USC 2000e-2(l)" in " ".join(out.split())
    assert all(len(line) <= 96 for line in out.splitlines())
    assert [group["roc_auc"] for group in found["scores"][0]["groups"]] == pytest.approx([0.88338, 0.92039], abs=1e-5)
    assert len(found["sweep"][0]["points"]) == 101
    gap = next(figure for figure in found["figures"] if figure["metric"] == "roc_auc_difference")
    assert gap["value"] == pytest.approx(0.03701, abs=1e-5)
    assert (gap["method"], gap["between"]) == ("DeLong", ["Female", "Male"])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 0),
        (("--require", "roc_auc_difference<=0.05"), 0),
        (("--require", "roc_auc_difference<=0.02"), 1),
        (("--require", "conditional_impact_ratio>=0.8"), 3),
        (("--require", "parity>=0.8"), 2),
        (("--require", "mean_error_difference<=0.1"), 3),
    ],
)
def test_required_thresholds_are_judged_beside_the_screen(options: tuple[str, ...], code: int) -> None:
    assert assess(*EMPLOYMENT, "--score", "predicted_probability", "--sensitive", "sex", *options) == code


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 0),
        (("--minimum-group", "40000"), 3),
        (("--require", "mean_error_difference<=0.01"), 0),
        (("--require", "mean_prediction_difference<=0.01"), 1),
        (("--favourable", "1"), 2),
    ],
)
def test_numbers_are_compared_and_judged_where_a_threshold_is_given(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], code: int
) -> None:
    words = (*EMPLOYMENT, "--prediction", "predicted_probability", "--task", "regression", "--sensitive", "sex")

    assert assess(*words, *options) == code
    assert all(len(line) <= 96 for line in capsys.readouterr().out.splitlines())


def test_one_of_several_labels_needs_the_task_to_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, EVEN + "2,1,a\n2,2,b\n" * 50)

    assert assess(path, *COLUMNS, "--positive", "1") == 2
    found = document(capsys, path, *COLUMNS, "--positive", "1", "--task", "multiclass")

    assert found["rest"] == ["0", "2"]
    assert found["notes"] == ["One against the rest: 1 is positive, and not positive are 0, 2"]


def test_groups_are_renamed_and_the_record_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, EVEN + "1,1,c=d\n0,0,c=d\n" * 50)

    found = document(capsys, path, *COLUMNS, "--rename", "g:c=d=b", "--reference", "b")

    assert [(group["attributes"]["g"], group["n"]) for group in found["groups"]] == [("a", 100), ("b", 200)]
    assert found["normalised"] == [{"attribute": "g", "shown": {"c=d": "b"}}]
    with pytest.raises(SystemExit):
        assess(path, *COLUMNS, "--rename", "g=b")


def test_a_count_that_is_no_number_exits_with_two_and_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assess(written(tmp_path, "y,p,g,n\n1,1,a,2\n0,0,b,two\n"), *COLUMNS, "--count", "n") == 2
    assert "line 3, column “n”: a count is no whole number of at least 0" in capsys.readouterr().err
