"""What the columns of a file carry: counts, several labels, renamed groups, and the badges and notes of the rules."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from core.frames.fairness import Columns, assess_file
from core.frames.roles import Task
from core.metrics.cells import Normalisation
from core.metrics.fairness import FairnessResult, assess
from core.metrics.verdicts import Verdict
from tests.metrics.published import COMPAS, DATA, counted, selections

BERKELEY = DATA / "datasets_UCBAdmissions.csv"


def test_berkeley_turns_its_verdict_from_aggregate_rows() -> None:
    columns = Columns(("Gender",), prediction="Admit", positive="Admitted", controls=("Dept",), count="Freq")

    result = assess_file(BERKELEY, columns, repetitions=2)

    comparison = result.comparison("Gender")
    assert result.rows == 4526
    assert comparison.judge("impact_ratio", 0.8, "at least").verdict is Verdict.FAIL
    assert comparison.judge("conditional_impact_ratio", 0.8, "at least").verdict is Verdict.PASS
    assert "Simpson's paradox" in result.notes[0]


def test_one_of_several_labels_is_compared_against_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("y,p,g\n" + "high,high,a\nlow,high,a\nmiddle,low,a\nhigh,low,b\nlow,middle,b\nhigh,high,b\n" * 20)

    result = assess_file(path, Columns(("g",), "y", "p", positive="high", task=Task.MULTICLASS), repetitions=2)

    assert [group.selected for group in result.groups] == [40, 20]
    assert [group.positives for group in result.groups] == [20, 40]
    assert result.rest == ("low", "middle")
    assert result.notes == ("One against the rest: high is positive, and not positive are low, middle",)
    assert TypeAdapter(FairnessResult).validate_json(TypeAdapter(FairnessResult).dump_json(result)) == result


def test_renamed_groups_are_judged_together_and_named_as_shown() -> None:
    renamed = {"race": {"Asian": "Other", "Native American": "Other"}}
    columns = Columns(("race",), "label_value", "score", positive="1", renamed=renamed)

    result = assess_file(COMPAS, columns, reference={"race": "Other"}, repetitions=2)

    assert {group.name: group.n for group in result.groups}["Other"] == 377 + 32 + 18
    assert result.normalised == (Normalisation("race", renamed["race"]),)
    assert result.notes == ("Groups of race were renamed: Asian → Other, Native American → Other",)


def test_the_score_of_a_count_says_as_much_as_its_rows(tmp_path: Path) -> None:
    once, often = tmp_path / "once.csv", tmp_path / "often.csv"
    once.write_text("y,s,g,n\n1,0.9,a,30\n0,0.2,a,30\n1,0.7,b,30\n0,0.8,b,30\n")
    often.write_text("y,s,g\n" + "1,0.9,a\n0,0.2,a\n1,0.7,b\n0,0.8,b\n" * 30)

    first = assess_file(once, Columns(("g",), "y", score="s", positive="1", count="n"))
    second = assess_file(often, Columns(("g",), "y", score="s", positive="1"))

    assert first == second
    assert first.comparison("g").figure("roc_auc_difference").value == 1.0


@pytest.mark.parametrize(
    ("groups", "badge"),
    [
        ({"a": (50, 100), "b": (3, 20)}, "fewer than 30 rows"),
        ({"a": (4, 1000), "b": (1, 100)}, "an expected count below 5"),
        ({"a": (1, 100), "b": (0, 20)}, "fewer than 30 rows and an expected count below 5"),
        ({"a": (50, 100), "b": (40, 100)}, ""),
    ],
)
def test_a_small_group_wears_a_badge_that_says_why(groups: dict[str, tuple[int, int]], badge: str) -> None:
    result = assess(selections("g", **groups), reference={"g": "a"}, repetitions=2)

    small = result.groups[1]
    assert small.badge == badge
    assert small.small_sample is bool(badge)
    assert small.test == ("fisher" if badge else "z")


def test_rows_in_no_crossing_are_counted_and_noted() -> None:
    rows = [(None, at % 2 == 0, ("ab"[at % 3 % 2], None if at % 10 == 0 else "xy"[at % 7 % 2])) for at in range(1000)]

    result = assess(counted(rows, "first", "second", labelled=False), repetitions=2)

    assert [comparison.unknown for comparison in result.comparisons] == [0, 100, 100]
    assert "first × second: 100 rows miss one of the values and are in no group" in result.notes
    assert any("groups were tested at once" in note and "Holm" in note for note in result.notes)


def test_every_figure_says_how_its_interval_was_found() -> None:
    columns = Columns(("sex",), "label_value", "score", positive="1", controls=("age_cat",))

    figures = assess_file(COMPAS, columns, repetitions=50).comparison("sex").figures

    assert {figure.metric: figure.method for figure in figures if figure.interval} == {
        "impact_ratio": "Katz",
        "demographic_parity_ratio": "bootstrap",
        "demographic_parity_difference": "bootstrap",
        "true_positive_rate_difference": "bootstrap",
        "false_positive_rate_difference": "bootstrap",
        "equalized_odds_ratio": "bootstrap",
        "equalized_odds_difference": "bootstrap",
        "conditional_impact_ratio": "Greenland–Robins",
    }
