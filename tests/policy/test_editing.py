"""The form changes single clauses of a policy's text; everything else stays as it was written, comments included."""

import difflib
import tomllib
from dataclasses import replace

import pytest

from core.errors import NotFound, Unreadable
from core.policy.diffing import differences
from core.policy.editing import with_amounts, with_head, with_path, with_threshold, without_path, without_threshold
from core.policy.parse import parse_policy
from core.policy.rules import (
    ALL_TIERS,
    ChangeKind,
    CheckKind,
    DemandedFrom,
    Direction,
    Function,
    Path,
    Phase,
    Policy,
    RolloutStep,
    Task,
    Threshold,
)
from core.policy.service import default_policy_text
from core.policy.toml_text import literal, with_value, without_value

DEFAULT = default_policy_text()
POLICY = parse_policy(DEFAULT)
NEW = Threshold(
    "4.9", CheckKind.FAIRNESS, "equalized_odds_ratio", "Odds", Direction.AT_LEAST, 0.75, True, tiers=frozenset({1})
)
PATH = Path(
    "10.1",
    ChangeKind.NEW_VERSION,
    frozenset({1, 2}),
    3,
    frozenset({Function.LEGAL, Function.COMPLIANCE}),
    1,
    (RolloutStep(Phase.SHADOW, 0, 24), RolloutStep(Phase.CANARY, 10, 24), RolloutStep(Phase.FULL, 100, 0)),
)


def lines_changed(before: str, after: str) -> list[str]:
    found = difflib.ndiff(before.split("\n"), after.split("\n"))
    return [line for line in found if line[0] in "+-" and line[1:].strip()]


def with_thresholds(*changed: Threshold) -> Policy:
    by_clause = {one.clause: one for one in changed}
    return replace(POLICY, thresholds=tuple(by_clause.get(one.clause, one) for one in POLICY.thresholds))


@pytest.mark.parametrize("clause", [one.clause for one in POLICY.thresholds])
def test_one_number_of_any_clause_is_one_changed_line(clause: str) -> None:
    known = next(one for one in POLICY.thresholds if one.clause == clause)
    wanted = replace(known, value=known.value + 0.125)

    text = with_threshold(DEFAULT, wanted)

    assert parse_policy(text) == with_thresholds(wanted)
    assert len(lines_changed(DEFAULT, text)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"required": False},
        {"direction": Direction.AT_MOST},
        {"title": 'Called "so" \\ or – so'},
        {"tiers": frozenset({1, 2})},
        {"tasks": frozenset({Task.REGRESSION})},
        {"tasks": frozenset(Task)},
        {"metric": "demographic_parity_ratio", "value": 1.0, "tiers": frozenset({4}), "required": False},
    ],
)
def test_whatever_the_form_changes_the_text_says_it_and_nothing_else(changes: dict[str, object]) -> None:
    known = next(one for one in POLICY.thresholds if one.clause == "4.2")
    wanted = replace(known, **changes)  # type: ignore[arg-type]  # a test's own fields

    text = with_threshold(DEFAULT, wanted)

    assert parse_policy(text) == with_thresholds(wanted)
    assert text.count("#") == DEFAULT.count("#")


def test_a_clause_is_added_after_the_last_and_taken_out_again() -> None:
    text = with_threshold(DEFAULT, NEW)

    assert parse_policy(text) == replace(POLICY, thresholds=(*POLICY.thresholds, NEW))
    assert [line for line in lines_changed(DEFAULT, text) if line.startswith("-")] == []
    assert parse_policy(without_threshold(text, "4.9")) == POLICY
    assert without_threshold(text, "4.9").split() == DEFAULT.split()


def test_taking_a_clause_out_keeps_the_comments_around_it() -> None:
    text = without_threshold(DEFAULT, "3.10")

    assert "# ---- fairness" in text
    assert [one.clause for one in parse_policy(text).thresholds if one.clause.startswith("3.")][-1] == "3.9"
    with pytest.raises(NotFound, match="clause"):
        without_threshold(DEFAULT, "99")


def test_a_path_is_added_changed_and_taken_out() -> None:
    added = with_path(DEFAULT, PATH)
    wanted = replace(PATH, functions=frozenset(), code_reviews=0, quorum=2)
    changed = with_path(added, wanted)

    assert parse_policy(added).paths == (PATH,)
    assert parse_policy(changed).paths == (wanted,)
    assert parse_policy(without_path(changed, "10.1")) == POLICY
    with pytest.raises(NotFound):
        without_path(DEFAULT, "10.1")


def test_the_phase_of_code_reviews_and_the_time_of_rehearsals_are_written_and_told_apart() -> None:
    path = replace(PATH, code_reviews=1, code_reviews_from=DemandedFrom.APPROVAL)
    before = with_path(DEFAULT, replace(path, code_reviews_from=DemandedFrom.EXECUTION))
    text = with_amounts(with_path(before, path), "rehearsal_days", {"1": 30, "2": 180, "3": 365, "4": 365})
    after = parse_policy(text)

    assert (after.paths, after.rehearsal_days(1)) == ((path,), 30)
    said = " ".join(str(one) for one in differences(parse_policy(before), after))
    assert "1 code review before execution" in said
    assert "1 code review before approval" in said
    assert "Days a rehearsed return counts: tier 1: 90 → 30 days" in said
    assert parse_policy(with_path(text, replace(path, code_reviews=0, code_reviews_from=DemandedFrom.EXECUTION)))


def test_numbers_of_a_table_keep_their_comments() -> None:
    text = with_amounts(DEFAULT, "quorum", {"1": 3, "2": 2, "3": 1, "4": 1})

    assert parse_policy(text) == replace(POLICY, quorum_by_tier={1: 3, 2: 2, 3: 1, 4: 1})
    assert len(lines_changed(DEFAULT, text)) == 4
    assert "minimum_rows = 501             # clause 1.1" in with_amounts(DEFAULT, "scope", {"minimum_rows": 501})


def test_an_optional_table_that_is_not_there_is_added() -> None:
    without = DEFAULT[: DEFAULT.index("# ---- change control")]

    text = with_amounts(without, "exception", {"longest_days": 90})

    assert parse_policy(text).longest_exception_days == 90


def test_name_and_version_are_changed_in_place() -> None:
    text = with_head(DEFAULT, name="Model governance", version="2027.1")

    assert (parse_policy(text).version, len(lines_changed(DEFAULT, text))) == ("2027.1", 2)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("[t]\na = 1 # why\n", "[t]\na = 9 # why\n"),
        ("[t]\na = [1, # one\n  2] # two\nb = 3\n", "[t]\na = 9 # two\nb = 3\n"),
        ('[t]\na = "x # not a comment" # one\n', "[t]\na = 9 # one\n"),
        ('[t]\na = """\nlong\n[u]\n""" # one\n[u]\n', "[t]\na = 9 # one\n[u]\n"),
        ('[t]\na = "say \\"]\\" " \n', "[t]\na = 9 \n"),
        ("[t]\r\na = 1\r\n", "[t]\r\na = 9\r\n"),
        ("[t] # first\n\n[u]\nb = 2\n", "[t] # first\na = 9\n\n[u]\nb = 2\n"),
        ("[t]\nb = [\n 1,\n]\n# after\n[u]\n", "[t]\nb = [\n 1,\n]\na = 9\n# after\n[u]\n"),
    ],
)
def test_a_value_is_found_whatever_form_it_has(text: str, after: str) -> None:
    assert with_value(text, "t", "a", 9) == after
    assert tomllib.loads(after)["t"]["a"] == 9
    assert "a" not in tomllib.loads(without_value(after, "t", "a"))["t"]


def test_a_table_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(Unreadable, match=r"there is no \[t\]"):
        with_value("a = 1\n", "t", "b", 1)
    assert without_value("[t]\n", "t", "b") == "[t]\n"


@pytest.mark.parametrize("value", ["", 'a "b" \\ c', "é\t\n\x7f", True, False, 3, -0.5, 1e-9, [1, 2], ["a", "b"], []])
def test_a_value_is_written_as_toml_reads_it(value: str | bool | int | float | list[int] | list[str]) -> None:
    assert tomllib.loads(f"a = {literal(value)}") == {"a": value}


def test_all_tiers_are_said_by_saying_nothing() -> None:
    narrowed = with_threshold(DEFAULT, replace(POLICY.thresholds[0], tiers=frozenset({1})))

    assert parse_policy(narrowed).thresholds[0].tiers == {1}
    assert with_threshold(narrowed, replace(POLICY.thresholds[0], tiers=ALL_TIERS)) == DEFAULT
