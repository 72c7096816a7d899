"""Everything that can happen to a version in a world of four people, up to the last reachable state."""

import pytest

from tests.rules.loading import Rules
from tests.rules.world import Exploration, explore

# action: the stages it leads from and to, as the cycle is described to reviewers; "=" stays where it is
LEADS = {
    "UPLOAD_EVIDENCE": {
        "DRAFT": "=", "IN_VALIDATION": "=", "VALIDATED": "IN_VALIDATION", "NOT_VALIDATED": "IN_VALIDATION",
        "IN_APPROVAL": "IN_VALIDATION",
    },
    "START_VALIDATION": {"DRAFT": "IN_VALIDATION", "IN_VALIDATION": "="},
    "ASK": {"IN_VALIDATION": "=", "VALIDATED": "=", "IN_APPROVAL": "="},
    "ANSWER": {"IN_VALIDATION": "=", "VALIDATED": "=", "NOT_VALIDATED": "=", "IN_APPROVAL": "="},
    "RAISE_FINDING": {
        "IN_VALIDATION": "=", "VALIDATED": "=", "IN_APPROVAL": "=", "APPROVED": "=", "IN_PRODUCTION": "=",
    },
    "REMEDIATE_FINDING": {
        "IN_VALIDATION": "=", "VALIDATED": "=", "NOT_VALIDATED": "=", "IN_APPROVAL": "=", "APPROVED": "=",
        "IN_PRODUCTION": "=",
    },
    "CLOSE_FINDING": {
        "IN_VALIDATION": "=", "VALIDATED": "=", "NOT_VALIDATED": "=", "IN_APPROVAL": "=", "APPROVED": "=",
        "IN_PRODUCTION": "=",
    },
    "CONCLUDE_VALIDATED": {"IN_VALIDATION": "VALIDATED"},
    "CONCLUDE_NOT_VALIDATED": {"IN_VALIDATION": "NOT_VALIDATED"},
    "REQUEST_CHANGE": {"VALIDATED": "IN_APPROVAL"},
    "RESUME_CHANGE": {"VALIDATED": "IN_APPROVAL"},
    "WITHDRAW_CHANGE": {"IN_APPROVAL": "VALIDATED", "IN_VALIDATION": "=", "VALIDATED": "=", "NOT_VALIDATED": "="},
    "ANSWER_ITEM": {"IN_APPROVAL": "="},
    "VOTE_REJECT": {"IN_APPROVAL": "NOT_VALIDATED"},
    "EXECUTE": {"APPROVED": "IN_PRODUCTION"},
    "SUPERSEDE": {"IN_PRODUCTION": "SUPERSEDED"},
    "FINISH": {"IN_VALIDATION": "="},
}  # fmt: skip
VOTES = {1: {"APPROVED"}, 2: {"APPROVED", "IN_APPROVAL"}}


def expected_moves(quorum: int) -> set[tuple[str, str, str]]:
    plain = {
        (source, action, source if target == "=" else target)
        for action, leads in LEADS.items()
        for source, target in leads.items()
    }
    return plain | {("IN_APPROVAL", "VOTE_APPROVE", target) for target in VOTES[quorum]}


def check_exploration(rules: Rules, quorum: int) -> Exploration:
    """No invariant is broken, and exactly the moves of the cycle happen."""
    found = explore(rules, quorum)
    assert found.moves == expected_moves(quorum)
    return found


@pytest.mark.parametrize("quorum", [1, 2], ids=["tiers 2 to 4", "tier 1"])
def test_no_sequence_of_acts_breaks_an_invariant(rules: Rules, quorum: int) -> None:
    found = check_exploration(rules, quorum)

    assert found.depth >= 7
    assert found.states > 500
