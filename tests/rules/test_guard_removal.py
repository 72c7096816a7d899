"""Each guard and each row of the tables is taken away in turn: some proof must notice.

None is redundant. A guard that no proof misses is taken out of the rules, or gets the test that it lacks.
"""

import inspect
from collections.abc import Callable

import pytest

from tests.rules import (
    test_access_rules,
    test_approval_rules,
    test_change_rules,
    test_grant_rules,
    test_inventory_rules,
    test_policy_life,
    test_reach_rules,
    test_requiring,
    test_rollout_rules,
    test_validation_rules,
)
from tests.rules.loading import GRANTS, Rules, load_rules
from tests.rules.mutants import Mutant, mutants
from tests.rules.review_world import explore_review
from tests.rules.test_exploration import check_exploration
from tests.rules.world import Violation

MODULES = (
    test_inventory_rules,
    test_validation_rules,
    test_approval_rules,
    test_change_rules,
    test_access_rules,
    test_policy_life,
    test_reach_rules,
    test_requiring,
    test_rollout_rules,
    test_grant_rules,
)
EVERY = tuple(mutants())
LONG = (test_access_rules.test_each_act_takes_its_permission_at_every_stage_from_every_set_of_roles,)


def proofs() -> list[Callable[[Rules], object]]:
    """The named tests that take nothing but the rules, then those that take long, and last the exploration."""
    named = [
        function
        for module in MODULES
        for name, function in vars(module).items()
        if name.startswith("test_") and list(inspect.signature(function).parameters) == ["rules"]
    ]
    named.sort(key=LONG.__contains__)
    return [*named, lambda rules: check_exploration(rules, 2), lambda rules: check_exploration(rules, 1)]


PROOFS = proofs()
OF_GRANTS = tuple(name.removeprefix("core.") for name in GRANTS)


def noticed(mutant: Mutant) -> str | None:
    """The proof that fails without this guard."""
    rules = mutant.load()
    of_grants = mutant.name.startswith(OF_GRANTS)
    for proof in sorted(PROOFS, key=lambda one: (one.__module__ == test_grant_rules.__name__) is not of_grants):
        try:
            proof(rules)
        except Exception:  # noqa: BLE001  a proof fails by whatever it raises
            return getattr(proof, "__name__", "exploration")
    return None


def test_every_proof_holds_for_the_rules_that_ship() -> None:
    rules = load_rules()

    for proof in PROOFS[:-2]:
        proof(rules)


@pytest.mark.row("each guard removed")
@pytest.mark.parametrize("mutant", EVERY, ids=lambda one: one.name)
def test_a_guard_that_is_gone_is_noticed(mutant: Mutant) -> None:
    assert noticed(mutant) is not None


@pytest.mark.parametrize(
    "guard",
    [
        "access.rules permission_refusals: always of “if permission in actor.permissions:",
        "access.rules permissions_on: never of “if Role.ADMINISTRATOR in self.roles",
        "access.rules permissions_on: never of “if Role.AUDITOR in self.roles",
        "inventory.rules.life move_refusals: part 3",
        "inventory.rules.life duty_refusals: always of “if duty not in",
        "validation.rules _conclude: all of “list(_upload(facts))",
        "validation.rules _conclude: never of “if not facts.run_is_current",
        "approval.rules.review _vote: never of “if actor.id in facts.voters",
        "approval.rules.review _vote_approve: never of “if facts.unanswered_items",
        "approval.rules.review _belongs: never of “if actor.id not in facts.parties",
        "approval.rules.ballots quorum_reached: yes",
        "moves: upload evidence from in approval, to draft",
        "moves: request approval from validated, no duty",
    ],
)
def test_the_exploration_by_itself_notices_what_matters_most(guard: str) -> None:
    (mutant,) = (one for one in EVERY if one.name.startswith(guard))

    with pytest.raises((Violation, AssertionError)):
        check_exploration(mutant.load(), 2)


@pytest.mark.parametrize(
    "guard",
    [
        "approval.rules.review _vote: never of “if actor.id in facts.voters",
        "approval.rules.review _review: never of “if facts.returned",
        "approval.rules.review _aside: never of “if actor.id == facts.requester",
        "approval.rules.ballots vote_refusals: part 4",
        "approval.rules.ballots quorum_reached: never of “if missing_functions",
        "approval.rules.ballots quorum_reached: yes",
    ],
)
def test_the_exploration_of_a_review_by_itself_notices_what_matters_most(guard: str) -> None:
    (mutant,) = (one for one in EVERY if one.name.startswith(guard))

    with pytest.raises((Violation, AssertionError)):
        explore_review(mutant.load())
