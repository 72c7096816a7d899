"""A policy that requires a stress test is not met without one that passed lately."""

from datetime import timedelta

import pytest

from core.policy.parse import parse_policy
from core.policy.service import default_policy_text
from core.validation.rules import MissingClause
from core.validation.stress.rules import age_in_days, missing_stress
from tests.builders import NOON

TEXT = default_policy_text() + '\n[[required_stress]]\nclause = "13.9"\ntiers = [1, 2]\ndays = 90\n'


def lacks(tier: int, days: float | None) -> list[MissingClause]:
    passed = None if days is None else NOON - timedelta(days=days)
    return list(missing_stress(parse_policy(TEXT).stress.required, tier, age_in_days(passed, NOON)))


@pytest.mark.parametrize(("tier", "days", "missing"), [(1, None, 1), (1, 91, 1), (2, 90, 0), (1, 0, 0), (3, None, 0)])
def test_only_a_recent_pass_meets_it(tier: int, days: float | None, missing: int) -> None:
    assert len(lacks(tier, days)) == missing


def test_it_says_which_clause_and_how_long_ago() -> None:
    assert "the last passed 120 days ago" in lacks(1, 120)[0].what
    assert "none passed" in lacks(1, None)[0].what
    assert lacks(1, None)[0].clause == "13.9"
