"""`countersign assess bias-audit`: the contract of its JSON, its exit codes, and what it refuses."""

import json
from pathlib import Path

import pytest

from app.cli.main import main
from tests.bias_audit.rule import SCORING, SELECTION, TABLES, written

ATTRIBUTES = ("--sex", "sex", "--race", "race_ethnicity")
SUPPLIED = (*ATTRIBUTES, "--n", "n_applicants", "--selected", "n_selected_or_above_median", "--per", "example")
PRINTED = ("--published", "--rate", "printed_rate", "--impact-ratio", "printed_impact_ratio")
EXCLUDED = ("--exclude-below", "0.02", "--because", "Too few people")


def assess(*words: str) -> int:
    return main(["assess", "bias-audit", *words])


def document(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    assess(*words, "--format", "json")
    return json.loads(capsys.readouterr().out)


def test_every_key_of_the_contract_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, str(SELECTION), *ATTRIBUTES, "--selected", "selected", *EXCLUDED)

    assert {"sex", "race_ethnicity", "intersectional", "unknown", "median", "reference", "ties", "warnings"} <= set(
        found
    )
    assert found["sex"][1] == {
        "category": "Female",
        "n": 1181,
        "selected": 555,
        "rate": 555 / 1181,
        "impact_ratio": (555 * 1390) / (1181 * 667),
        "excluded": False,
        "reason": "",
    }
    left_out = next(row for row in found["race_ethnicity"] if row["excluded"])
    assert (left_out["category"], left_out["n"], left_out["impact_ratio"]) == (
        "Native American or Alaska Native",
        41,
        None,
    )
    assert left_out["reason"].endswith("Too few people")
    assert found["intersectional"][0]["race_ethnicity"] == "Hispanic or Latino"
    assert found["unknown"] == {"sex": 0, "race_ethnicity": 0, "intersectional": 0}
    assert found["reference"] == {"sex": "Male", "race_ethnicity": "White", "intersectional": "White × Male"}
    assert found["ties"] == {"sex": [], "race_ethnicity": [], "intersectional": []}
    assert (found["median"], found["warnings"]) == (None, [])


def test_a_scoring_tool_has_a_median_and_names_its_tie(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, str(SCORING), *ATTRIBUTES, "--score", "above_median")

    assert (found["output"], found["median"]) == ("scoring", 0.5)
    assert found["ties"]["intersectional"] == ["Native Hawaiian or Pacific Islander × Male"]


def test_with_classifications_every_row_and_reference_names_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, str(TABLES), *SUPPLIED)

    assert [row["classification"] for row in found["sex"]] == ["scoring", "scoring", "selection", "selection"]
    assert found["reference"]["race_ethnicity"] == {"scoring": "Hispanic or Latino", "selection": "White"}
    assert len(found["warnings"]) == 1


def test_an_axis_that_was_not_asked_for_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, str(SELECTION), "--sex", "sex", "--selected", "selected")

    assert (found["race_ethnicity"], found["intersectional"]) == (None, None)
    assert found["warnings"][0].startswith("Not computed")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 0),
        (("--threshold", "0.789"), 0),
        (("--threshold", "0.8"), 1),
        (EXCLUDED, 0),
        ((*EXCLUDED, "--threshold", "0.8"), 0),
        (("--exclude-below", "0.02"), 2),
        (("--exclude-below", "0.05", "--because", "few"), 2),
        (("--because", "few"), 2),
    ],
)
def test_the_exit_code_rests_on_a_screen_of_ones_own_alone(words: tuple[str, ...], code: int) -> None:
    assert assess(str(SELECTION), *ATTRIBUTES, "--selected", "selected", *words) == code


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        ("sex,s\nMale,1\nMale,0\n", (), 3),
        ("sex,s\nMale,0\nFemale,0\n", (), 3),
        ("sex,s\n,1\n,0\n", (), 3),
        ("sex,s\nMale,0\nFemale,0\n", ("--threshold", "0.8"), 3),
        ("sex,s\nMale,1\nFemale,x\n", (), 2),
        ("sex,s\n", (), 2),
        ("sex,s\nMale,1\nFemale,1\n", (), 0),
        ("sex;s\nMale;1\nFemale;1\n", (), 0),
    ],
)
def test_an_axis_that_cannot_be_compared_is_insufficient_evidence(
    tmp_path: Path, text: str, words: tuple[str, ...], code: int
) -> None:
    assert assess(str(written(tmp_path, text)), "--sex", "sex", "--selected", "s", *words) == code


def test_what_is_refused_names_the_clause(capsys: pytest.CaptureFixture[str]) -> None:
    code = assess(str(SELECTION), *ATTRIBUTES, "--selected", "selected", "--exclude-below", "0.02")

    assert code == 2
    assert "without a justification (6 RCNY 5-301(d)). Say why they are left out." in capsys.readouterr().err


def test_a_count_that_cannot_be_is_said_with_file_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "sex,n,k\nMale,4,2\nFemale,-4,2\n", "counts.csv")

    assert assess(str(path), "--sex", "sex", "--n", "n", "--selected", "k") == 2
    expected = "counts.csv: line 3, column “n”: not a whole number of people, found -4"
    assert capsys.readouterr().err.splitlines() == [expected]


def test_the_table_fits_the_terminal_and_says_that_the_law_has_no_threshold(capsys: pytest.CaptureFixture[str]) -> None:
    assess(str(TABLES), *SUPPLIED)

    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 96
    assert "Local Law 144 sets no threshold for the impact ratio." in lines


def test_the_summary_comes_as_markdown_and_as_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    words = (str(SELECTION), *ATTRIBUTES, "--selected", "selected", "--audit-date", "2026-03-01", "--tool", "Screener")

    assert assess(*words, "--format", "summary") == 0
    assert capsys.readouterr().out.startswith("# Bias audit of Screener: summary of results\n")
    assert assess(*words, "--format", "html") == 0
    assert "<td>1,390</td>" in capsys.readouterr().out


def test_the_checker_reports_91_of_92_and_fails_on_the_truncated_one(capsys: pytest.CaptureFixture[str]) -> None:
    words = (str(TABLES), *SUPPLIED, *PRINTED)

    assert assess(*words) == 1
    assert capsys.readouterr().out.splitlines() == [
        "91 of 92 printed figures follow from the rule's formula, rounded half up",
        "scoring: race_ethnicity: Hispanic or Latino, rate 64.2%: truncated (18 of 28 is 64.286 %).",
    ]
    found = document(capsys, *words)
    assert (found["printed"], found["follow"], len(found["findings"])) == (92, 91, 1)


@pytest.mark.parametrize(("rate", "code"), [("48%", 0), ("49%", 1), ("", 3)])
def test_the_checkers_exit_code_says_whether_every_figure_follows(tmp_path: Path, rate: str, code: int) -> None:
    ratio = "1.00" if rate else ""
    path = written(tmp_path, f"category,n,selected,rate,impact_ratio\nMale,1390,667,{rate},{ratio}\n")

    assert assess(str(path), "--published", "--selected", "selected") == code
