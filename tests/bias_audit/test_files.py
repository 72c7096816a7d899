"""Files of people and of supplied tables: what is read, and what is refused with its line and column."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import median as middle_of

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import Unreadable
from core.frames.bias_audit import audit_file
from core.frames.bias_audit import median as median_module
from core.metrics.bias_audit import Axis, Output
from tests.bias_audit.rule import written

ROWS = "sex,race,hired\n" + "Male,White,yes\nMale,White,no\nFemale,Asian,no\nFemale,Asian,no\nFemale,White,yes\n"
COUNTS = "sex,race,people,chosen\nMale,White,30,15\nFemale,White,20,5\n"
ABOVE_NEEDS = "counts above the median need a column of people and one of those above the median"
UNSIGNED = pa.array([1, 0, 1], pa.uint8())
SUPPLIED = {"sex": "sex", "race": "race", "n": "people", "selected": "chosen"}


def refused(path: Path, **options: object) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(Unreadable) as error:
        audit_file(path, **options)  # type: ignore[arg-type]
    return [(problem.line, problem.column, problem.reason) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("words", "positive"),
    [
        (("1", "0"), None),
        (("1.0", "0"), None),
        (("true", "false"), None),
        (("Yes", "No"), None),
        (("yes", "no"), "yes"),
        (("invited", "rejected"), "invited"),
    ],
)
def test_who_was_selected_is_read_from_the_usual_words_or_from_the_one_given(
    tmp_path: Path, words: tuple[str, str], positive: str | None
) -> None:
    path = written(tmp_path, ROWS.replace("yes", words[0]).replace(",no", f",{words[1]}"))

    result = audit_file(path, sex="sex", selected="hired", positive=positive)

    assert [(row.category, row.n, row.selected) for row in result.table("sex").rows] == [
        ("Male", 2, 1),
        ("Female", 3, 1),
    ]


def test_nobody_selected_is_a_result_and_not_an_error(tmp_path: Path) -> None:
    result = audit_file(written(tmp_path, "sex,hired\nMale,0\nFemale,0\n"), sex="sex", selected="hired")

    assert [row.rate for row in result.table("sex").rows] == [0.0, 0.0]
    assert result.table("sex").reason == "Nobody was selected, so the highest rate is 0"


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (ROWS, {"selected": "hired", "positive": "YES"}, (None, "hired", "the positive label is not in the data")),
        (ROWS.replace("no\n", "later\n", 1), {"selected": "hired"}, (None, "hired", "who was selected is not obvious")),
        (
            ROWS.replace("no\n", "later\n", 1),
            {"selected": "hired", "positive": "yes"},
            (None, "hired", "selections need two values"),
        ),
        (
            ROWS.replace("White,no", "White,", 1),
            {"selected": "hired"},
            (3, "hired", "whether the person was selected is missing"),
        ),
        (ROWS, {"score": "hired"}, (2, "hired", "a score is no finite number")),
        ("sex,s\nMale,1\nFemale,\n", {"score": "s"}, (3, "s", "a score is no finite number")),
        ("sex,s\nMale,1\nFemale,inf\n", {"score": "s"}, (3, "s", "a score is no finite number")),
        (ROWS, {"selected": "chosen"}, (None, "chosen", "no such column")),
        ("sex,hired\n", {"selected": "hired"}, (1, None, "the file has no rows")),
        (ROWS, {}, (None, None, "no column of selections, scores or classifications is named")),
        (ROWS, {"selected": "sex"}, (None, None, "column “sex” has two meanings")),
        (ROWS, {"selected": "hired", "scored": True}, (None, None, ABOVE_NEEDS)),
    ],
)  # fmt: skip
def test_people_that_cannot_be_counted_are_refused_with_their_place(
    tmp_path: Path, text: str, options: dict[str, object], expected: tuple[int | None, str | None, str]
) -> None:
    assert expected in refused(written(tmp_path, text), sex="sex", **options)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Male,Asian,-3,1", (4, "people", "not a whole number of people")),
        ("Male,Asian,2.5,1", (4, "people", "not a whole number of people")),
        ("Male,Asian,,1", (4, "people", "a count is missing")),
        ("Male,Asian,3,many", (4, "chosen", "not a whole number of people")),
        ("Male,Asian,3,1e99", (4, "chosen", "not a whole number of people")),
        ("Male,Asian,3,NaN", (4, "chosen", "not a whole number of people")),
        ("Male,Asian,3,4", (4, "chosen", "more selected than people")),
    ],
)
def test_counts_that_cannot_be_are_refused_with_their_place(
    tmp_path: Path, line: str, expected: tuple[int, str, str]
) -> None:
    assert refused(written(tmp_path, COUNTS + line + "\n"), **SUPPLIED) == [expected]


def test_every_wrong_count_is_said_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, COUNTS + "Male,Asian,-3,1\nFemale,Asian,3,\n")

    assert [line for line, _, _ in refused(path, **SUPPLIED)] == [4, 5]


def test_a_category_in_several_lines_is_added_up_with_a_warning(tmp_path: Path) -> None:
    result = audit_file(written(tmp_path, COUNTS + "Male,White,10,1\n"), **SUPPLIED)

    assert result.table(Axis.INTERSECTIONAL).row("White × Male").n == 40
    assert "Male, White: 2 lines were added up" in result.warnings


def test_a_blank_in_supplied_counts_may_be_said_to_mean_unknown(tmp_path: Path) -> None:
    path = written(tmp_path, COUNTS + "Male,,4,4\n")

    margin, unknown = audit_file(path, **SUPPLIED), audit_file(path, **SUPPLIED, blank_is_unknown=True)

    assert margin.table("sex").row("Male").n == 4
    assert unknown.table("sex").row("Male").n == 34
    assert unknown.table("race_ethnicity").unknown == 4


def test_counts_above_the_median_make_a_scoring_audit(tmp_path: Path) -> None:
    result = audit_file(written(tmp_path, COUNTS), **SUPPLIED, scored=True)

    assert (result.output, result.median) == (Output.SCORING, None)


def test_the_median_is_that_of_the_full_sample_people_of_unknown_category_included(tmp_path: Path) -> None:
    scores = {"Male": [1, 2, 3], "Female": [4, 5], "": [9, 9, 9, 9]}
    rows = [f"{sex},{score}" for sex, values in scores.items() for score in values]
    path = written(tmp_path, "\n".join(["sex,score", *rows]) + "\n")

    result = audit_file(path, sex="sex", score="score")

    assert result.median == middle_of([1, 2, 3, 4, 5, 9, 9, 9, 9]) == 5
    assert [row.selected for row in result.table("sex").rows] == [0, 0]
    assert result.table("sex").unknown == 4


def test_a_score_on_the_median_is_not_above_it(tmp_path: Path) -> None:
    path = written(tmp_path, "sex,score\nMale,1\nMale,2\nFemale,2\nFemale,3\n")

    result = audit_file(path, sex="sex", score="score")

    assert result.median == 2
    assert [(row.category, row.selected) for row in result.table("sex").rows] == [("Male", 0), ("Female", 1)]


def test_between_two_neighbouring_numbers_the_upper_is_above_the_median(tmp_path: Path) -> None:
    low = 1.0
    high = float(np.nextafter(low, 2))
    path = written(tmp_path, f"sex,score\nMale,{low!r}\nFemale,{high!r}\n")

    result = audit_file(path, sex="sex", score="score")

    assert [(row.category, row.selected) for row in result.table("sex").rows] == [("Male", 0), ("Female", 1)]


@pytest.mark.parametrize("seed", range(4))
def test_the_median_of_many_scores_is_found_without_sorting_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = np.random.default_rng(seed)
    scores = [
        random.normal(size=999),
        random.integers(0, 3, 1000) * 1.0,
        random.standard_cauchy(1001) * 1e300,
        np.ones(50),
    ]
    values = [float(value) for value in scores[seed]]
    path = tmp_path / "rows.parquet"
    pq.write_table(
        pa.table({"sex": ["Male", "Female"] * (len(values) // 2) + ["Male"] * (len(values) % 2), "s": values}), path
    )
    monkeypatch.setattr(median_module, "MANY", 10)

    result = audit_file(path, sex="sex", score="s")

    exact = middle_of(Fraction(value) for value in values)
    assert result.median == float(exact)
    assert sum(row.selected for row in result.table("sex").rows) == sum(value > exact for value in values)


def test_tables_within_each_classification_leave_out_people_without_one(tmp_path: Path) -> None:
    text = "sex,job,hired\nMale,clerk,1\nMale,clerk,0\nFemale,clerk,0\nFemale,cook,1\nMale,cook,1\nMale,,1\n"

    result = audit_file(written(tmp_path, text), sex="sex", selected="hired", per="job")

    assert result.classifications == ("clerk", "cook")
    assert result.table("sex", "clerk").row("Male").rate == 0.5
    assert result.rows == 6
    assert "Without a classification, in no table: 1 person" in result.warnings


def test_the_assignment_itself_is_audited_where_only_a_classification_is_named(tmp_path: Path) -> None:
    text = "sex,style\nMale,coach\nMale,pilot\nFemale,coach\nFemale,coach\nFemale,\n"

    result = audit_file(written(tmp_path, text), sex="sex", per="style")

    assert result.output is Output.CLASSIFICATION
    assert [(row.n, row.selected) for row in result.table("sex", "coach").rows] == [(2, 1), (3, 2)]
    assert [(row.n, row.selected) for row in result.table("sex", "pilot").rows] == [(2, 1), (3, 0)]


def test_supplied_counts_of_assignments_are_held_against_all_alike(tmp_path: Path) -> None:
    text = "sex,style,people\nMale,coach,30\nMale,,10\nFemale,coach,10\nFemale,pilot,10\n"

    result = audit_file(written(tmp_path, text), sex="sex", n="people", per="style")

    assert [(row.n, row.selected) for row in result.table("sex", "coach").rows] == [(40, 30), (20, 10)]
    assert [(row.n, row.selected) for row in result.table("sex", "pilot").rows] == [(40, 0), (20, 10)]
    assert result.rows == 60
    assert "Without a classification, counted as assigned to none: 10 people" in result.warnings


@pytest.mark.parametrize(
    "frame",
    [
        pa.table({"sex": ["Male", "Female", None], "hired": pa.array([True, False, True])}),
        pa.table({"sex": pa.array(["Male", "Female", None]).dictionary_encode(), "hired": UNSIGNED}),
        pa.table({"sex": pa.array(["Male", "Female", " "], pa.large_string()), "hired": pa.array([1.0, 0.0, 1.0])}),
        pa.table({"sex": ["Male", "Female", None], "hired": pa.array([Decimal("1"), Decimal("0"), Decimal("1")])}),
        pa.Table.from_pandas(
            pd.DataFrame({"sex": pd.array(["Male", "Female", pd.NA], "string"), "hired": pd.array([1, 0, 1], "Int64")})
        ),
    ],
    ids=["boolean", "dictionary and unsigned", "blank and double", "decimal", "nullable"],
)  # fmt: skip
def test_a_column_of_any_type_counts_the_same(tmp_path: Path, frame: pa.Table) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(frame, path)

    result = audit_file(path, sex="sex", selected="hired")

    assert [(row.category, row.n, row.selected) for row in result.table("sex").rows] == [
        ("Male", 1, 1),
        ("Female", 1, 0),
    ]
    assert result.table("sex").unknown == 1


def test_ten_thousand_categories_are_each_a_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"race": [f"group {at}" for at in range(10_000)] * 2, "hired": [1, 0] * 10_000}), path)

    result = audit_file(path, race="race", selected="hired")

    assert len(result.table("race_ethnicity").rows) == 10_000
    assert result.table("race_ethnicity").people == 20_000


def test_more_groups_than_a_table_can_show_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"race": [f"group {at}" for at in range(60_000)], "hired": [1] * 60_000}), path)

    assert (None, None, "too many groups") in refused(path, race="race", selected="hired")
