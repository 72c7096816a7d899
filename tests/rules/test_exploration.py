"""Everything that can happen to a version in a world of four people, up to the last reachable state."""

import time
from collections.abc import Callable

import pytest

from tests.rules.loading import Rules
from tests.rules.review_world import explore_review
from tests.rules.test_inventory_rules import cycle
from tests.rules.world import Exploration, explore

# what a vote leads to, by quorum; a rejection by one approver is enough
VOTES = {
    1: {("VOTE_APPROVE", "APPROVED"), ("VOTE_REJECT", "NOT_VALIDATED")},
    2: {("VOTE_APPROVE", "IN_APPROVAL"), ("VOTE_APPROVE", "APPROVED"), ("VOTE_REJECT", "NOT_VALIDATED")},
}
BY_VOTE = {"VOTE_APPROVE", "VOTE_REJECT", "APPROVE", "REJECT"}


def expected_moves(quorum: int) -> set[tuple[str, str, str]]:
    by_people = {move for move in cycle() if move[1] not in BY_VOTE}
    votes = {("IN_APPROVAL", action, target) for action, target in VOTES[quorum]}
    return by_people | votes | {("IN_VALIDATION", "FINISH", "IN_VALIDATION")}


def check_exploration(rules: Rules, quorum: int) -> Exploration:
    """No invariant is broken, and exactly the moves of the cycle happen."""
    found = explore(rules, quorum)
    assert found.moves == expected_moves(quorum)
    return found


@pytest.mark.row("exhaustive exploration, access matrix")
@pytest.mark.parametrize("quorum", [1, 2], ids=["tiers 2 to 4", "tier 1"])
def test_no_sequence_of_acts_breaks_an_invariant(
    rules: Rules, quorum: int, record_property: Callable[[str, object], None]
) -> None:
    begun = time.thread_time()

    found = check_exploration(rules, quorum)

    took = time.thread_time() - begun
    assert found.depth >= 7
    assert found.states > 500
    assert took < 10
    record_property("seen", f"quorum {quorum}: {found.states:,} states, depth {found.depth}, {took:.1f} s")


@pytest.mark.row("exhaustive exploration, access matrix")
def test_nobody_counts_twice_and_nothing_passes_without_its_functions_however_votes_are_delegated(rules: Rules) -> None:
    states, ends = explore_review(rules)

    assert ends == {"REQUESTED", "IN_REVIEW", "APPROVED", "REJECTED", "WITHDRAWN"}
    assert states > 50
