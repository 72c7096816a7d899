"""Controls on streams, in the policy: read with their lines, tighter for higher tiers, changed by form and in words."""

from dataclasses import replace

import pytest

from core.errors import Unreadable
from core.policy.controls.editing import control_values, with_control, with_output_reviews, without_control
from core.policy.controls.patterns import pattern_problem
from core.policy.controls.rules import (
    Control,
    ControlAction,
    ControlKind,
    OutputReviews,
    Side,
    for_tier,
    looser_because,
    slackening,
)
from core.policy.controls.words import control_said
from core.policy.diffing import differences
from core.policy.parse import parse_policy
from core.policy.service import default_policy_text
from core.policy.toml_text import with_table

DEFAULT = default_policy_text()
AGE = Control(
    "22.1",
    "Age",
    Side.INPUTS,
    ControlKind.RANGE,
    ControlAction.REFUSE,
    ("age",),
    low=18.0,
    high=100.0,
    alert_above=0.01,
)


def test_the_policy_we_ship_controls_every_tier_and_the_highest_most() -> None:
    controls = parse_policy(DEFAULT).controls

    assert not list(slackening(controls))
    assert {tier: len(for_tier(controls, tier)) for tier in (1, 2, 3, 4)} == {1: 4, 2: 3, 3: 3, 4: 3}
    (first,) = [one for one in for_tier(controls, 1) if one.kind is ControlKind.SAMPLE]
    assert first.share == 0.001


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "length"', 'kind = "size"', "“kind” is not known, found 'size'"),
        ("longest = 20000 ", "longest = 0 ", "“longest” is missing or out of range, found 0"),
        ("share = 0.001", "share = 1.5", "“share” is out of range, found 1.5"),
        ("alert_above = 0.001", "alert_above = -1", "“alert_above” is out of range, found -1"),
        ('severity = "low"', 'severity = "dire"', "“severity” is not known, found dire"),
        ('values = ["e-mail address"', 'values = ["fingerprint"', "this kind of personal data is not known"),
        ('of = "outputs"\nkind = "sample"', 'of = "inputs"\nkind = "sample"', "a sample is of outputs"),
        ("two_person_tiers = [1]", "two_person_tiers = [7]", "“two_person_tiers” is missing or out of range"),
        ("most_per_batch = 50", "most_per_batch = 0", "“most_per_batch” is missing or out of range"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_policy(DEFAULT.replace(old, new, 1))

    assert any(said in str(one) and one.line for one in refused.value.problems)


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ('kind = "range"\naction = "count"', "“range” needs “columns”"),
        ('kind = "range"\ncolumns = ["age"]\naction = "count"', "a range needs “low”, “high” or both"),
        ('kind = "range"\ncolumns = ["age"]\nlow = 3\nhigh = 2\naction = "count"', "“low” lies above “high”"),
        ('kind = "range"\ncolumns = ["age"]\nlow = 3\naction = "mask"', "what “range” finds cannot be masked"),
        ('kind = "words"\nvalues = ["guarantee"]\naction = "flag for review"', "people review outputs, not inputs"),
        ('kind = "pattern"\npattern = "(?=a)b"\nmust_match = true\naction = "count"', "look-around"),
        ('kind = "pattern"\npattern = "(a)\\\\1"\nmust_match = true\naction = "count"', "backreferences"),
        ('kind = "pattern"\npattern = "(a{999}){999}"\nmust_match = true\naction = "count"', "exceeds size limit"),
    ],
)
def test_a_control_that_does_not_fit_together_is_refused(clause: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_policy(f'{DEFAULT}\n[[control]]\nclause = "22.1"\ntitle = "A control"\nof = "inputs"\n{clause}\n')

    assert said in str(refused.value)


def test_a_pattern_that_would_take_a_backtracking_engine_ages_is_searched_for_in_linear_time() -> None:
    assert pattern_problem("(a+)+$") == ""  # 30 letters and no match: 2^30 steps where an engine goes back


def test_a_higher_tier_may_not_be_controlled_less_than_a_lower_one() -> None:
    lower = replace(AGE, tiers=frozenset({3, 4}))

    assert [why for _, why in slackening([lower])] == [
        "holds for tier 4, and tier 1 is controlled less: nothing holds there"
    ]
    assert not list(slackening([lower, replace(AGE, clause="22.2", low=21.0, tiers=frozenset({1, 2}))]))
    wider = replace(AGE, clause="22.2", low=0.0, tiers=frozenset({1, 2}))
    assert [why for _, why in slackening([lower, wider])] == [
        "holds for tier 4, and tier 1 is controlled less: its range is wider"
    ]
    with pytest.raises(Unreadable, match="controls tighten with the tier"):
        parse_policy(with_table(DEFAULT, "control", control_values(lower)))


@pytest.mark.parametrize(
    ("one", "than", "why"),
    [
        (replace(AGE, action=ControlAction.COUNT), AGE, "its action is “count” instead of “refuse row”"),
        (replace(AGE, alert_above=None), AGE, "it raises an alert above no share instead of 1 % of the rows"),
        (replace(AGE, high=None), AGE, "its range is wider"),
        (replace(AGE, kind=ControlKind.SCORE_BAND, low=20.0), replace(AGE, kind=ControlKind.SCORE_BAND),
         "its band is narrower"),
        (replace(AGE, kind=ControlKind.WORDS, values=("a",)), replace(AGE, kind=ControlKind.WORDS, values=("a", "b")),
         "it looks for less"),
        (replace(AGE, longest=20), replace(AGE, longest=10), "it lets 20 characters pass instead of 10"),
        (replace(AGE, share=0.01), replace(AGE, share=0.1), "it takes 1 % of the rows instead of 10 % of the rows"),
    ],
)  # fmt: skip
def test_it_is_said_why_a_control_is_looser(one: Control, than: Control, why: str) -> None:
    assert looser_because(one, than) == (why,)
    assert looser_because(than, one) == ()


def test_the_form_changes_one_control_and_leaves_the_rest() -> None:
    added = with_control(DEFAULT, AGE)

    assert parse_policy(added).controls[-1] == AGE
    (said,) = differences(parse_policy(DEFAULT), parse_policy(added))
    assert (said.section, said.clause, said.change, said.said) == ("Controls", "22.1", "added", control_said(AGE))
    changed = with_control(added, replace(AGE, low=21.0))
    assert "low = 21" in changed
    assert len(changed.splitlines()) == len(added.splitlines())
    assert without_control(added, "22.1").rstrip() == DEFAULT.rstrip()


def test_the_form_changes_how_outputs_are_reviewed() -> None:
    wanted = OutputReviews({1: 1, 2: 5, 3: 10, 4: 20}, frozenset({1, 2}), 20)

    edited = with_output_reviews(DEFAULT, wanted)

    assert parse_policy(edited).output_reviews == wanted
    (said,) = [one.said for one in differences(*map(parse_policy, (DEFAULT, edited)))]
    assert "Two people decide for: tier 1 → tier 1, tier 2" in said
