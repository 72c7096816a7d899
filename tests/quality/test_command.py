"""`countersign assess quality`: figures as JSON and tables, and an exit code for every outcome."""

import json
from pathlib import Path

import pytest

from app.cli.main import main
from tests.metrics.published import COMPAS
from tests.quality.files import EMPLOYMENT_2015, EMPLOYMENT_2016, csv_file
from tests.quality.test_schema import COMPAS_SCHEMA

COMPAS_COLUMNS = ("--label", "label_value", "--prediction", "score", "--row-id", "entity_id")
EVEN = "y,x\n" + "".join(f"{at % 2},{at}\n" for at in range(100))


def assess(*words: object) -> int:
    return main(["assess", "quality", *(str(word) for word in words)])


def document(capsys: pytest.CaptureFixture[str], *words: object) -> dict:
    assess(*words, "--format", "json")
    return json.loads(capsys.readouterr().out)


def test_compas_passes_the_default_policy_and_its_schema(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    schema = csv_file(tmp_path, COMPAS_SCHEMA, "schema.json")

    code = assess(COMPAS, *COMPAS_COLUMNS, "--schema", schema, "--format", "json")

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (found["rows"], found["positives"], found["labelled"]) == (7214, 3251, 7214)
    assert [(one["metric"], one["threshold"], one["verdict"]) for one in found["verdicts"]] == [
        ("missing_share", 0.05, "pass"),
        ("duplicate_row_share", 0.01, "pass"),
        ("rarest_label_share", 0.02, "pass"),
        ("schema_violations", 0, "pass"),
    ]
    assert {"race", "sex"} == {one["name"] for one in found["personal_data"]}


def test_leaking_rows_fail_once_training_data_is_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = csv_file(tmp_path, "y,x,z\n" + "".join(f"{at % 2},{at},{at % 7}\n" for at in range(100)))
    clean = csv_file(tmp_path, "y,x,z\n" + "".join(f"{at % 2},{at + 200},{at % 7}\n" for at in range(100)), "clean.csv")

    assert assess(test, "--label", "y", "--training", clean) == 0
    assert assess(test, "--label", "y", "--training", test) == 1
    assert "fail: leaked_row_share_beyond_chance at most 0.01. 1.000 is above 0.01." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 0),
        (("--require", "missing_share<=0"), 0),
        (("--require", "rarest_label_share>=0.6"), 1),
        (("--require", "leaked_row_share<=0.01"), 3),
        (("--require", "beauty>=1"), 3),
        (("--require", "missing_share<=0", "--minimum-rows", "101"), 3),
        (("--require", "target_leakage<=0.6", "--feature", "y"), 3),
        (("--require", "personal_data_columns<=0"), 0),
    ],
)
def test_the_exit_code_says_pass_fail_or_insufficient_evidence(
    tmp_path: Path, options: tuple[str, ...], code: int
) -> None:
    assert assess(csv_file(tmp_path, EVEN), "--label", "y", *options) == code


def test_a_file_without_a_label_or_with_a_quantity_is_not_asked_for_the_rarest_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = csv_file(tmp_path, EVEN)

    for words in ((), ("--label", "x")):
        found = document(capsys, path, *words)
        assert [one["metric"] for one in found["verdicts"]] == ["missing_share", "duplicate_row_share"]


def test_a_broken_schema_fails_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = csv_file(
        tmp_path,
        '{"columns": [{"name": "y", "type": "boolean"}, {"name": "x", "type": "integer", "maximum": 90}]}',
        "schema.json",
    )

    code = assess(csv_file(tmp_path, EVEN), "--schema", schema)

    assert code == 1
    assert "x: values out of range, 9 rows, first on line 93; declared: at most 90." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "option", "words"),
    [
        ("rows.csv", "a,b\n1\n", "", "rows.csv: line 2"),
        ("training.csv", "a,a\n1,2\n", "--training", "training.csv: line 1"),
        ("schema.json", "{", "--schema", "schema.json: line 1: the schema is no JSON"),
        ("gone.json", None, "--schema", "gone.json: there is no such file"),
    ],
)
def test_an_unreadable_file_exits_with_two_under_its_own_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str | None, option: str, words: str
) -> None:
    path = csv_file(tmp_path, text, name) if text is not None else tmp_path / name
    files = (csv_file(tmp_path, EVEN, "good.csv"), option, path) if option else (path,)

    code = assess(*files)

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert words in err


def test_a_column_that_is_not_there_exits_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert assess(csv_file(tmp_path, EVEN), "--label", "z") == 2
    assert "rows.csv: column “z”: no such column" in capsys.readouterr().err


def test_the_table_fits_a_terminal_and_says_what_the_json_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = csv_file(tmp_path, '{"columns": [{"name": "age", "type": "integer"}]}', "schema.json")
    words = ("--training", EMPLOYMENT_2015, "--schema", schema, "--label", "employed", "--row-id", "case_id")

    assess(EMPLOYMENT_2016, *words)

    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines) <= 96
    assert lines[0] == "69,126 rows, 9 columns, 7 of them features"
    assert "Label employed, two labels, 69,126 rows: 1 34,634, 0 34,492." in lines


def test_what_a_terminal_would_obey_is_not_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assess(csv_file(tmp_path, "y,\x1b[31mx\n1,2\n0,3\n"), "--label", "y")

    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
