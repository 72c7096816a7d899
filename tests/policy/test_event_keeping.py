"""How events are kept, in the policy: read with its line, changed by form, and said in words."""

import pytest

from core.errors import Unreadable
from core.policy.diffing import differences
from core.policy.editing import with_event_keeping
from core.policy.keeping.rules import EventKeeping, KeptInput
from core.policy.parse import parse_policy
from core.policy.service import default_policy_text

DEFAULT = default_policy_text()
WITHOUT = DEFAULT[: DEFAULT.index("# ---- events")]


def test_a_policy_that_says_nothing_keeps_events_a_year_as_commitments() -> None:
    assert parse_policy(WITHOUT).events == parse_policy(DEFAULT).events == EventKeeping()
    assert EventKeeping().inputs(2) is EventKeeping().inputs(None) is KeptInput.COMMITMENT


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("keep_days = 366", "keep_days = 183", "[events] “keep_days” is missing or out of range, found 183"),
        ("keep_days = 366", 'keep_days = "a year"', "[events] “keep_days” is missing or out of range"),
        ("keep_days = 366", "keep_days = 366\nflush = 1", "[events] “flush” is not known here"),
        ('2 = "commitment"', '2 = "plain"', "[event_inputs] “2” is not known, found 'plain'"),
        ('otherwise = "commitment"', "", "[event_inputs] “otherwise” is not known, found None"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_policy(DEFAULT.replace(old, new, 1))

    (problem,) = [one for one in refused.value.problems if said in str(one)]
    assert problem.line


@pytest.mark.parametrize("text", [DEFAULT, WITHOUT])
def test_the_form_changes_what_it_says_and_nothing_else(text: str) -> None:
    forms = {1: KeptInput.COMMITMENT, 2: KeptInput.MASKED, 3: KeptInput.NONE, 4: KeptInput.NONE}
    wanted = EventKeeping(200, forms, KeptInput.NONE)

    edited = with_event_keeping(text, wanted)

    assert parse_policy(edited).events == wanted
    assert with_event_keeping(edited, wanted) == edited
    assert [(one.section, one.said) for one in differences(parse_policy(text), parse_policy(edited))] == [
        ("Quorum and deadlines", "kept: 366 → 200 days"),
        (
            "Events",
            "tier 2: commitment → masked; tier 3: commitment → none; tier 4: commitment → none; "
            "models that the inventory does not know: commitment → none",
        ),
    ]
