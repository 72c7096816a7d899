"""A problem in a policy names the line on which it stands."""

import pytest

from core.errors import Unreadable
from core.policy.parse import parse_policy
from core.policy.places import places_of
from core.policy.service import default_policy_text

DEFAULT = default_policy_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minimum_rows = 500", "minimum_rows = 0"),
        ("critical = 5", "critical = -5"),
        ('metric = "precision"', 'metric = "impact_ratio"'),
        ("value = 0.60", 'value = "0.60"'),
        ('direction = "at least"', 'direction = "above"'),
        ('code = "fallback"', 'code = ""'),
        ('item = "MRM-13"', 'item = "MRM-13"\nowner = "me"'),
        ("1 = 10", '"1" = "10"'),
    ],
)
def test_the_line_of_a_problem_is_that_of_the_wrong_word(old: str, new: str) -> None:
    text = DEFAULT.replace(old, new, 1)

    with pytest.raises(Unreadable) as caught:
        parse_policy(text)

    wrong = new.split("\n")[-1]
    assert [
        text.split("\n")[(problem.line or 0) - 1].partition("#")[0].strip() for problem in caught.value.problems
    ] == [wrong]


def test_what_is_missing_is_missing_from_its_table() -> None:
    text = DEFAULT.replace("minimum_group = 100", "")

    with pytest.raises(Unreadable) as caught:
        parse_policy(text)

    (problem,) = caught.value.problems
    assert text.split("\n")[(problem.line or 0) - 1] == "[scope]"


def test_tables_are_counted_and_long_texts_are_passed_over() -> None:
    text = 'name = """\n[scope]\nvalue = 1\n"""\n[scope]\n"rows" = 1\n[[t]]\nvalue = 1\n[[t]]\n# [[t]]\nvalue = 2\n'

    assert places_of(text) == {
        "name": 1,
        "scope": 5,
        "scope.rows": 6,
        "t 1": 7,
        "t 1.value": 8,
        "t 2": 9,
        "t 2.value": 11,
    }
