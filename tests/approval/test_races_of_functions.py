"""Votes with functions and for others at the same moment: nobody counts twice and no last vote is missed, 60 of 60."""

import re
from datetime import timedelta

import pytest

from core.access.rules import Actor, Role
from core.approval.rules import ChangeStatus
from core.approval.service import delegate_votes
from core.errors import Refused
from core.policy.rules import Function
from core.policy.service import default_policy_text
from core.store import Store
from tests.approval.conftest import Case, Opener
from tests.approval.test_races import together
from tests.builders import NOON, REASON, Cast, a_person, a_policy

ROUNDS = 60
ONE_ITEM = re.sub(r"(?s)(\[\[item\]\].*?)\[\[item\]\].*?(?=# ---- change control)", r"\1", default_policy_text())
PATH = """
[[path]]
clause = "9.1"
change = "first use"
quorum = 2
functions = ["compliance", "legal"]
"""


def delegates(case: Case, frm: Actor, to: Actor) -> None:
    delegate_votes(
        case.store, case.ledger, delegate=to.id, reason=REASON, starts_at=NOON - timedelta(days=1),
        ends_at=NOON + timedelta(days=5), actor=frm, at=NOON - timedelta(days=2),
    )  # fmt: skip


@pytest.fixture
def first(opened: Opener, store: Store) -> Case:
    """A change that needs compliance and legal, which the cast's approvers speak for; each may vote for the other."""
    a_policy(store)
    a_policy(store, ONE_ITEM + PATH)
    case = opened(tier=4)
    people = case.cast
    case.speaks(people.approver, Function.COMPLIANCE)
    case.speaks(people.second_approver, Function.LEGAL)
    delegates(case, people.approver, people.second_approver)
    delegates(case, people.second_approver, people.approver)
    return case


def again(opened: Opener, first: Case, number: int) -> Case:
    case = first if number == 0 else opened(tier=4, cast=first.cast)
    for person in (first.cast.approver, first.cast.second_approver):
        case.answer_all(person)
    return case


def both_vote(case: Case, people: Cast) -> None:
    """Compliance and legal, each for themselves: together they are enough."""
    together(lambda: case.vote(people.approver), lambda: case.vote(people.second_approver))

    assert case.status is ChangeStatus.APPROVED
    assert case.page(people.auditor).missing == frozenset()


def one_and_their_delegate(case: Case, people: Cast) -> None:
    """Compliance and, in the place of compliance, their delegate: one of the two is too late."""
    results = together(
        lambda: case.vote(people.approver),
        lambda: case.vote(people.second_approver, on_behalf_of=people.approver.id),
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert (case.status, case.page(people.auditor).approvals) == (ChangeStatus.IN_REVIEW, 1)


def test_sixty_races_of_votes_neither_miss_a_function_nor_count_a_person_twice(opened: Opener, first: Case) -> None:
    for number in range(ROUNDS):
        race = both_vote if number % 2 else one_and_their_delegate
        race(again(opened, first, number), first.cast)


def test_a_third_approver_beside_them_decides_nothing_without_the_functions(opened: Opener, first: Case) -> None:
    third = a_person(first.store, Role.APPROVER)
    case = again(opened, first, 0)
    case.answer_all(third)

    together(lambda: case.vote(third), lambda: case.vote(first.cast.approver))

    assert (case.status, case.page(third).missing) == (ChangeStatus.IN_REVIEW, {Function.LEGAL})
