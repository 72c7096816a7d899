"""`countersign assess drift`: the agreed JSON, a table that fits, and an exit code for every outcome."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.cli.assess.drift_output import as_table
from app.cli.main import main
from core.metrics.drift import ColumnDrift, Kind, Method, concluded, method_named
from tests.drift.builders import MA_2015, MA_2016, parquet

KEYS = {"column", "type", "method", "score", "threshold", "drifted", "p_value", "null_rate"}


def assess(*words: object) -> int:
    return main(["assess", "drift", *map(str, words)])


def document(capsys: pytest.CaptureFixture[str], *words: object) -> dict:
    assess(*words, "--format", "json")
    return json.loads(capsys.readouterr().out)


def shifted(tmp_path: Path, by: float) -> Path:
    return parquet(tmp_path / f"{by}.parquet", {"x": np.random.default_rng(3).normal(size=500) + by})


def test_employment_of_2016_has_every_key_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, MA_2015, MA_2016, "--method", "age=kolmogorov_smirnov")

    columns = {column["column"]: column for column in found["columns"]}
    assert {"columns", "share", "verdict"} <= set(found)
    assert all(set(column) >= KEYS for column in columns.values())
    assert (columns["sex"]["type"], columns["sex"]["method"]) == ("categorical", "chi_square")
    assert columns["age"]["p_value"] == columns["age"]["score"]
    assert columns["schooling"]["null_rate"] == [0.0, 0.0]
    assert found["share"] == sum(column["drifted"] for column in columns.values()) / len(columns)
    assert found["verdict"] == "pass"


def test_a_shift_fails_with_exit_code_1_and_none_passes_with_0(tmp_path: Path, capsys) -> None:
    same, moved = shifted(tmp_path, 0.0), shifted(tmp_path, 1.0)

    codes = assess(same, same), assess(same, moved)

    assert codes == (0, 1)
    assert "Verdict: fail" in capsys.readouterr().out


def test_too_few_rows_are_insufficient_evidence_with_exit_code_3(tmp_path: Path, capsys) -> None:
    few = parquet(tmp_path / "few.parquet", {"x": [1.0, 2.0, 3.0]})

    code = assess(few, few, "--format", "json")

    found = json.loads(capsys.readouterr().out)
    assert (code, found["verdict"], found["share"]) == (3, "insufficient evidence", None)
    assert "fewer than the 30" in found["columns"][0]["unavailable"]


def test_both_unreadable_files_are_named_with_exit_code_2(tmp_path: Path, capsys) -> None:
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("a,b\n1,2,3\n", encoding="utf-8")

    code = assess(ragged, tmp_path / "gone.csv")

    said = capsys.readouterr().err
    assert code == 2
    assert "ragged.csv: line 2" in said
    assert "gone.csv: there is no such file" in said


@pytest.mark.parametrize(
    "words",
    [
        ("--method", "x=guess"),
        ("--method", "x"),
        ("--type", "x=ordinal"),
        ("--threshold", "x=-1"),
        ("--threshold", "x=nan"),
        ("--method", "y=ks"),
        ("--column", "y"),
        ("--prediction", "y"),
    ],
)
def test_an_option_that_means_nothing_is_refused(tmp_path: Path, capsys, words: tuple[str, str]) -> None:
    path = shifted(tmp_path, 0.0)

    code = assess(path, path, *words)

    assert code == 2
    assert words[1].split("=")[0] in capsys.readouterr().err


def test_thresholds_are_of_a_method_or_of_a_column(tmp_path: Path, capsys) -> None:
    same, moved = shifted(tmp_path, 0.0), shifted(tmp_path, 0.15)

    of_method = document(capsys, same, moved, "--threshold", "wasserstein=0.5")["columns"][0]
    of_column = document(capsys, same, moved, "--threshold", "x=0.12", "--threshold", "wasserstein=0.5")["columns"][0]

    assert (of_method["threshold"], of_method["drifted"]) == (0.5, False)
    assert (of_column["threshold"], of_column["drifted"]) == (0.12, True)


def test_usual_short_names_of_methods_are_understood() -> None:
    words = ("ks", "KS", "kolmogorov-smirnov", "js", "jensen-shannon", "chi2", "chi-square", "psi", "t_test")

    found = [method_named(word) for word in words]

    assert found == [Method.KOLMOGOROV_SMIRNOV] * 3 + [Method.JENSEN_SHANNON] * 2 + [Method.CHI_SQUARE] * 2 + [
        Method.PSI,
        None,
    ]


def test_the_table_fits_a_terminal_whatever_the_columns_are_called(tmp_path: Path, capsys) -> None:
    columns = {"n" * 120: ["a", "b"] * 40, "d": ["2024-01-01", "2024-01-02"] * 40}
    path = parquet(tmp_path / "rows.parquet", columns)

    assess(path, path)

    said = capsys.readouterr().out
    assert max(len(line) for line in said.splitlines()) <= 96
    assert "d: Dates and times move on" in said


def test_no_name_of_a_column_commands_the_terminal() -> None:
    hostile = ColumnDrift("\x1b[31mred", Kind.NUMERIC, Method.PSI, 0.1, 0.0, False, (40, 40), (0.0, 0.0))

    said = as_table(concluded([hostile], rows=(40, 40)))

    assert "red" in said
    assert "\x1b" not in said


def test_a_csv_file_is_compared_with_a_parquet_file(tmp_path: Path, capsys) -> None:
    rows = np.random.default_rng(5).normal(size=300)
    csv = tmp_path / "rows.csv"
    csv.write_text("x,c\n" + "".join(f"{value!r},{'ab'[at % 2]}\n" for at, value in enumerate(rows.tolist())))
    table = parquet(tmp_path / "rows.parquet", {"x": rows, "c": ["a", "b"] * 150})

    found = document(capsys, csv, table)

    assert [(column["score"], column["drifted"]) for column in found["columns"]] == [(0.0, False), (1.0, False)]
