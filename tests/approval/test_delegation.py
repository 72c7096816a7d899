"""Delegation with dates: a vote in one's own name for another, never where they could not, and nobody twice."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.rules import EVERYWHERE, Actor, Reach, Role
from core.approval.rules import ChangeStatus, Choice
from core.approval.service import delegate_votes, withdraw_delegation
from core.errors import Refused
from core.inventory.moves import load_version, record_part
from core.inventory.rules import Duty
from core.inventory.tables import Model
from core.policy.rules import Function
from tests.approval.conftest import Case, Opener, codes
from tests.builders import NOON, REASON, a_person

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def delegates(
    case: Case, frm: Actor, to: Actor, *, days: tuple[float, float] = (-1, 5), reach: Reach = EVERYWHERE
) -> int:
    return delegate_votes(
        case.store, case.ledger, delegate=to.id, reason=REASON, starts_at=NOON + timedelta(days=days[0]),
        ends_at=NOON + timedelta(days=days[1]), reach=reach, actor=frm, at=NOON - timedelta(days=2),
    )  # fmt: skip


def votes_for(case: Case, actor: Actor, other: Actor) -> ChangeStatus:
    case.answer_all(actor)
    return case.vote(actor, on_behalf_of=other.id)


def refused_for(case: Case, actor: Actor, other: Actor) -> set[str]:
    with pytest.raises(Refused) as refused:
        votes_for(case, actor, other)
    return codes(refused)


def test_a_delegated_vote_is_cast_in_the_delegates_name_and_speaks_for_the_others_functions(opened: Opener) -> None:
    case = opened(tier=1)
    people = case.cast
    case.speaks(people.approver, Function.LEGAL)
    case.speaks(people.second_approver, Function.COMPLIANCE)
    delegates(case, people.approver, people.second_approver)

    votes_for(case, people.second_approver, people.approver)

    (vote,) = case.page(people.auditor).votes
    assert (vote.person, vote.on_behalf_of) == (people.second_approver.id, people.approver.id)
    assert vote.functions == {Function.LEGAL}
    assert vote.meaning.endswith(f"; for {people.approver.id}, who delegated their vote to me")


@pytest.mark.parametrize("days", [(1, 5), (-1, 0), None], ids=["not begun", "ended", "never given"])
def test_without_a_standing_delegation_nobody_votes_for_another(
    opened: Opener, days: tuple[float, float] | None
) -> None:
    case = opened(tier=1)
    if days is not None:
        delegates(case, case.cast.approver, case.cast.second_approver, days=days)

    assert refused_for(case, case.cast.second_approver, case.cast.approver) == {"not-delegated"}


def test_a_delegation_for_business_lines_covers_their_models_alone(opened: Opener) -> None:
    case = opened(tier=1)
    people = case.cast
    with case.store.reading() as session:
        line = session.exec(select(Model.business_line)).first() or ""

    delegates(case, people.approver, people.second_approver, reach=Reach(frozenset({f"not {line}"})))
    elsewhere = refused_for(case, people.second_approver, people.approver)
    offered = case.page(people.second_approver).may_represent
    delegates(case, people.approver, people.second_approver, reach=Reach(frozenset({line})))

    assert (elsewhere, offered) == ({"not-delegated"}, ())
    assert case.page(people.second_approver).may_represent == (people.approver.id,)
    votes_for(case, people.second_approver, people.approver)


def test_a_delegation_is_not_passed_on(opened: Opener) -> None:
    case = opened(tier=1)
    third = a_person(case.store, Role.APPROVER)
    delegates(case, case.cast.approver, case.cast.second_approver)
    delegates(case, case.cast.second_approver, third)

    assert refused_for(case, third, case.cast.approver) == {"not-delegated"}


def test_a_delegation_that_was_taken_back_gives_nothing(opened: Opener) -> None:
    case = opened(tier=1)
    number = delegates(case, case.cast.approver, case.cast.second_approver)
    with pytest.raises(Refused):
        withdraw_delegation(case.store, case.ledger, delegation=number, actor=case.cast.second_approver, at=NOON)

    withdraw_delegation(case.store, case.ledger, delegation=number, actor=case.cast.approver, at=NOON)

    assert refused_for(case, case.cast.second_approver, case.cast.approver) == {"not-delegated"}


def test_neither_the_delegate_nor_the_other_counts_a_second_time(opened: Opener) -> None:
    case = opened(tier=1)
    people = case.cast
    delegates(case, people.approver, people.second_approver)
    votes_for(case, people.second_approver, people.approver)

    for person in (people.approver, people.second_approver):
        with pytest.raises(Refused) as refused:
            case.vote(person)
        assert "voted" in codes(refused)
    assert case.page(people.auditor).approvals == 1


def test_who_has_voted_is_not_voted_for(opened: Opener) -> None:
    case = opened(tier=1)
    people = case.cast
    delegates(case, people.approver, people.second_approver)
    case.approve(people.approver)

    assert refused_for(case, people.second_approver, people.approver) == {"for-voted"}


def took_part(case: Case, person: Actor, duty: Duty) -> None:
    with case.store.transaction() as tx:
        record_part(tx, load_version(tx.session, case.model, case.version)[1], person, duty, NOON)


@pytest.mark.parametrize(("duty", "code"), [(Duty.DEVELOPMENT, "development"), (Duty.VALIDATION, "validation")])
def test_a_delegation_does_not_bypass_segregation_of_duties(opened: Opener, duty: Duty, code: str) -> None:
    case = opened(tier=1)
    people = case.cast
    delegates(case, people.approver, people.second_approver)
    took_part(case, people.approver, duty)

    assert refused_for(case, people.second_approver, people.approver) == {f"for-duty-{code}"}


def test_a_delegate_who_took_part_votes_for_nobody(opened: Opener) -> None:
    case = opened(tier=1)
    people = case.cast
    delegates(case, people.approver, people.second_approver)
    took_part(case, people.second_approver, Duty.VALIDATION)

    with pytest.raises(Refused) as refused:
        case.vote(people.second_approver, Choice.REJECT, on_behalf_of=people.approver.id)
    assert codes(refused) == {"duty-validation"}


def test_a_person_who_is_no_approver_any_more_is_not_voted_for(opened: Opener) -> None:
    case = opened(tier=1)
    developer = Actor(case.cast.developer.id, frozenset({Role.APPROVER}))
    delegates(case, developer, case.cast.second_approver)

    assert "for-permission" in refused_for(case, case.cast.second_approver, developer)


@pytest.mark.parametrize(
    ("to", "days", "code"),
    [("self", (0, 5), "self"), ("developer", (0, 5), "delegate-permission"), ("second_approver", (5, 0), "ended"),
     ("second_approver", (0, 93), "too-long")],
)  # fmt: skip
def test_a_delegation_that_makes_no_sense_is_refused(
    opened: Opener, to: str, days: tuple[float, float], code: str
) -> None:
    case = opened(tier=1)
    other = case.cast.approver if to == "self" else getattr(case.cast, to)

    with pytest.raises(Refused) as refused:
        delegates(case, case.cast.approver, other, days=days)

    assert codes(refused) == {code}
