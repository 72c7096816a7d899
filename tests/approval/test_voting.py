"""Votes: who may cast them, on which evidence, and what the last one decides."""

import pytest

from core.access.rules import Actor, Role
from core.approval.rules import Answer, ChangeStatus, Choice
from core.approval.service import NewCondition, answer_item, vote
from core.errors import Refused, Unreadable
from core.inventory.rules import Stage
from core.validation.rules import Severity
from tests.approval.conftest import Opener
from tests.builders import NOON, REASON, a_finding, new_evidence, signed_in


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {refusal.code for refusal in refused.value.refusals}


def test_one_approval_of_a_tier_1_version_decides_nothing(opened: Opener) -> None:
    case = opened(tier=1)

    case.approve(case.cast.approver)

    assert (case.status, case.row.stage) == (ChangeStatus.IN_REVIEW, Stage.IN_APPROVAL)


def test_the_second_approval_of_a_tier_1_version_approves_it(opened: Opener) -> None:
    case = opened(tier=1)

    case.approve(case.cast.approver, case.cast.second_approver)

    assert (case.status, case.row.stage) == (ChangeStatus.APPROVED, Stage.APPROVED)
    assert case.page(case.cast.auditor).approved_digest == case.row.evidence_digest


def test_one_rejection_closes_the_change_and_sends_the_version_back(opened: Opener) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)

    case.vote(case.cast.second_approver, Choice.REJECT)

    assert (case.status, case.row.stage) == (ChangeStatus.REJECTED, Stage.NOT_VALIDATED)


def test_nobody_votes_twice(opened: Opener) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)

    with pytest.raises(Refused) as refused:
        case.vote(case.cast.approver)

    assert codes(refused) == {"voted"}


def test_a_developer_who_is_also_approver_cannot_approve_their_own_version(opened: Opener) -> None:
    case = opened()
    both = Actor(case.cast.developer.id, frozenset({Role.DEVELOPER, Role.APPROVER}))

    with pytest.raises(Refused) as refused:
        case.vote(both)

    assert codes(refused) == {"duty-development", "checklist-open"}


def test_the_validator_cannot_approve_what_they_validated(opened: Opener) -> None:
    case = opened()
    both = Actor(case.cast.validator.id, frozenset({Role.VALIDATOR, Role.APPROVER}))

    with pytest.raises(Refused) as refused:
        case.vote(both, Choice.REJECT)

    assert codes(refused) == {"duty-validation"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.APPROVER])
def test_only_approvers_vote(opened: Opener, role: Role) -> None:
    case = opened()

    with pytest.raises(Refused) as refused:
        case.vote(Actor("P0777", frozenset({role})), Choice.REJECT)

    assert codes(refused) == {"permission"}


def test_an_approver_who_is_also_administrator_cannot_vote(opened: Opener) -> None:
    case = opened()

    with pytest.raises(Refused) as refused:
        case.vote(Actor("P0777", frozenset({Role.ADMINISTRATOR, Role.APPROVER})), Choice.REJECT)

    assert codes(refused) == {"permission"}


def test_a_vote_on_evidence_that_was_replaced_is_refused_with_every_reason(opened: Opener) -> None:
    case = opened()
    case.answer_all(case.cast.approver)
    seen = case.row.evidence_digest
    new_evidence(case.store, case.model, case.version, by=case.cast.developer)

    with pytest.raises(Refused) as refused:
        case.vote(case.cast.approver, seen=seen)

    assert codes(refused) == {"stage", "evidence-changed", "not-concluded"}


def test_an_open_blocking_finding_stops_an_approval_but_not_a_rejection(opened: Opener) -> None:
    case = opened()
    case.answer_all(case.cast.approver)
    a_finding(case.store, case.model, case.version, severity=Severity.CRITICAL)

    with pytest.raises(Refused) as refused:
        case.vote(case.cast.approver)
    case.vote(case.cast.approver, Choice.REJECT)

    assert codes(refused) == {"blocking-finding"}
    assert case.status is ChangeStatus.REJECTED


def test_a_vote_without_a_rationale_is_refused(opened: Opener) -> None:
    case = opened()

    with pytest.raises(Refused) as refused:
        vote(
            case.store,
            case.ledger,
            change=case.change,
            choice=Choice.REJECT,
            rationale="  no  ",
            seen_digest=case.row.evidence_digest,
            session_id=signed_in(case.store, case.cast.approver),
            actor=case.cast.approver,
            at=NOON,
        )

    assert codes(refused) == {"reason"}


def cast_with(case_of: Opener, condition: NewCondition, choice: Choice = Choice.APPROVE) -> None:
    case = case_of(tier=2)
    case.answer_all(case.cast.approver)
    owner = condition.owner or case.cast.developer.id
    vote(
        case.store,
        case.ledger,
        change=case.change,
        choice=choice,
        rationale=REASON,
        conditions=[NewCondition(condition.text, owner, condition.due)],
        seen_digest=case.row.evidence_digest,
        session_id=signed_in(case.store, case.cast.approver),
        actor=case.cast.approver,
        at=NOON,
    )


LATER = NOON.replace(year=2027)


def test_a_rejection_carries_no_conditions(opened: Opener) -> None:
    with pytest.raises(Refused) as refused:
        cast_with(opened, NewCondition("Retrain by March.", "", LATER), Choice.REJECT)

    assert codes(refused) == {"rejection-with-conditions"}


@pytest.mark.parametrize(
    "condition",
    [
        NewCondition("", "", LATER),
        NewCondition("x" * 2001, "", LATER),
        NewCondition("Retrain\x00 by March.", "", LATER),
        NewCondition("Retrain by March.", "P9999", LATER),
        NewCondition("Retrain by March.", "", NOON),
    ],
    ids=["empty", "too long", "control character", "unknown owner", "due at once"],
)
def test_a_condition_that_nobody_could_follow_is_not_stored(opened: Opener, condition: NewCondition) -> None:
    with pytest.raises(Unreadable):
        cast_with(opened, condition)


def test_conditions_are_shown_with_the_vote_that_set_them(opened: Opener) -> None:
    case = opened(tier=2)
    case.answer_all(case.cast.approver)

    vote(
        case.store,
        case.ledger,
        change=case.change,
        choice=Choice.APPROVE,
        rationale=REASON,
        conditions=[NewCondition("Retrain by March.", case.cast.developer.id, LATER)],
        seen_digest=case.row.evidence_digest,
        session_id=signed_in(case.store, case.cast.approver),
        actor=case.cast.approver,
        at=NOON,
    )

    (condition,) = case.page(case.cast.auditor).conditions
    assert (condition.text, condition.owner, condition.due_at, condition.set_by) == (
        "Retrain by March.",
        case.cast.developer.id,
        LATER,
        case.cast.approver.id,
    )


def test_each_approver_answers_the_checklist_for_themselves(opened: Opener) -> None:
    case = opened(tier=1)
    case.answer_all(case.cast.approver)

    with pytest.raises(Refused) as refused:
        case.vote(case.cast.second_approver)

    assert codes(refused) == {"checklist-open"}


def test_answers_freeze_with_the_vote(opened: Opener) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)

    with pytest.raises(Refused) as refused:
        answer_item(
            case.store,
            case.ledger,
            change=case.change,
            code="fallback",
            answer=Answer.NOT_MET,
            reason="Changed my mind since.",
            actor=case.cast.approver,
            at=NOON,
        )

    assert codes(refused) == {"voted"}
    assert all(item.frozen and item.answer is Answer.MET for item in case.page(case.cast.approver).checklist)


@pytest.mark.parametrize("answer", [Answer.NOT_MET, Answer.NOT_APPLICABLE])
def test_an_answer_other_than_met_says_why(opened: Opener, answer: Answer) -> None:
    case = opened()

    with pytest.raises(Refused) as refused:
        answer_item(
            case.store,
            case.ledger,
            change=case.change,
            code="fallback",
            answer=answer,
            reason="",
            actor=case.cast.approver,
            at=NOON,
        )

    assert codes(refused) == {"reason"}


def test_a_required_item_that_is_not_met_stops_the_approval(opened: Opener) -> None:
    case = opened()
    case.answer_all(case.cast.approver)
    answer_item(
        case.store,
        case.ledger,
        change=case.change,
        code="fallback",
        answer=Answer.NOT_MET,
        reason="No earlier version is approved.",
        actor=case.cast.approver,
        at=NOON,
    )

    with pytest.raises(Refused) as refused:
        case.vote(case.cast.approver)

    assert codes(refused) == {"checklist-unmet"}
