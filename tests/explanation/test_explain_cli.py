"""`countersign assess explain`: figures as JSON and as tables, and an exit code for every outcome."""

import json
from pathlib import Path

import pytest

from app.cli.main import main
from tests.explanation.builders import attributions, planted, written


def assess(*words: object) -> int:
    return main(["assess", "explain", *map(str, words)])


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return written(planted(400), tmp_path / "rows.csv")


def test_attributions_are_printed_as_tables_of_96_columns(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now, before = written(attributions(), tmp_path / "now.csv"), written(attributions(seed=2), tmp_path / "then.json")

    code = assess(rows, "--attributions", now, "--previous", before, "--sensitive", "sex", "--row-id", "row_id")

    printed = capsys.readouterr().out
    assert code == 0
    assert max(map(len, printed.splitlines())) <= 96
    for words in ("Importance of 3 features, attributions", "Reasons by sex", "Spearman 1", "top_feature_share (b)"):
        assert words in printed


def test_a_surrogate_is_marked_and_judged(rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--score", "score", "--features", "income", "--features", "tenure", "--features", "postcode")
    demands = ("--require", "surrogate_fidelity>=0.6", "--require", "sensitive_attribute_auc<=0.8")

    code = assess(rows, *options, "--sensitive", "sex", *demands, "--format", "json")

    found = json.loads(capsys.readouterr().out)
    assert code == 1
    assert (found["surrogate"], found["source"]) == (True, "surrogate")
    assert [one["verdict"] for one in found["verdicts"]] == ["pass", "fail"]
    assert found["result"]["screens"][0]["proxies"][0]["feature"] == "postcode"


def test_nothing_to_explain_is_insufficient_evidence(rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert assess(rows, "--score", "score") == 3
    assert "No features are named" in capsys.readouterr().out


def test_a_demand_on_a_figure_that_is_missing_is_insufficient_evidence(rows: Path) -> None:
    assert assess(rows, "--score", "score", "--require", "top_feature_share<=0.5") == 3


def test_a_wrong_file_names_file_and_place(rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.json").write_text('[{"a": 1},\n {"a": 1, "a": 2}]', encoding="utf-8")

    code = assess(rows, "--attributions", tmp_path / "bad.json")

    assert code == 2
    assert "line 2: attributions: the key “a” stands twice" in capsys.readouterr().err
