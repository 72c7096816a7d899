"""How long production data are kept, in the policy: read with its line, changed by form, and said in words."""

import pytest

from core.errors import Unreadable
from core.policy.diffing import differences
from core.policy.keeping.reading import with_data_keeping
from core.policy.keeping.rules import DataClass, DataKeeping
from core.policy.parse import parse_policy
from core.policy.service import default_policy_text

TEXT = default_policy_text() + "\n[data_keeping]\npersonal = 400  # a year and a bit\nattributes = 30\n"


def test_a_policy_that_says_nothing_ends_nothing() -> None:
    assert parse_policy(default_policy_text()).data == DataKeeping()
    assert parse_policy(TEXT).data == DataKeeping({DataClass.PERSONAL: 400}, 30)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("personal = 400", "personal = 183", "[data_keeping] “personal” is missing or out of range, found 183"),
        ("attributes = 30", "attributes = 0", "[data_keeping] “attributes” is missing or out of range"),
        ("attributes = 30", "secret = 300", "[data_keeping] “secret” is not known here"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_policy(TEXT.replace(old, new, 1))

    (problem,) = [one for one in refused.value.problems if said in str(one)]
    assert problem.line


@pytest.mark.parametrize("text", [TEXT, default_policy_text()])
def test_the_form_changes_what_it_says_and_nothing_else(text: str) -> None:
    wanted = DataKeeping({DataClass.PERSONAL: 500, DataClass.SPECIAL: 200})
    before = parse_policy(text)

    edited = with_data_keeping(text, before.data, wanted)

    assert parse_policy(edited).data == wanted
    assert with_data_keeping(edited, wanted, wanted) == edited
    (found,) = differences(before, parse_policy(edited))
    assert found.section == "Production data"
    assert "special category: no end → 200 days" in found.said
