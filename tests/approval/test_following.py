"""What follows: conditions as tasks with done and verified, reminders and escalations that are said once."""

from datetime import timedelta

import pytest

from core.access.rules import Actor
from core.approval.queries import condition_tasks, notices
from core.approval.rules import Choice, ConditionAct, NoticeKind
from core.approval.service import NewCondition, notify_waiting, report_condition, verify_condition, vote
from core.errors import Refused
from core.policy.rules import Function
from tests.approval.conftest import Case, Opener, codes
from tests.builders import NOON, REASON, signed_in

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
DUE = NOON + timedelta(days=30)


def with_a_condition(opened: Opener) -> tuple[Case, int]:
    case = opened(tier=2)
    case.answer_all(case.cast.approver)
    vote(
        case.store, case.ledger, change=case.change, choice=Choice.APPROVE, rationale=REASON,
        conditions=[NewCondition("Retrain by March.", case.cast.developer.id, DUE)],
        seen_digest=case.row.evidence_digest, session_id=signed_in(case.store, case.cast.approver),
        actor=case.cast.approver, at=NOON,
    )  # fmt: skip
    return case, case.page(case.cast.auditor).conditions[0].id


def tasks(case: Case, actor: Actor) -> list[ConditionAct]:
    with case.store.reading() as session:
        return [task.act for task in condition_tasks(session, actor)]


def report(case: Case, condition: int, by: Actor) -> None:
    report_condition(case.store, case.ledger, condition=condition, evidence="Run R0009 of March.", actor=by, at=NOON)


def verify(case: Case, condition: int, by: Actor, *, met: bool = True) -> None:
    verify_condition(case.store, case.ledger, condition=condition, note=REASON, met=met, actor=by, at=NOON)


def test_a_condition_is_a_task_of_its_owner_then_of_approvers_then_of_nobody(opened: Opener) -> None:
    case, condition = with_a_condition(opened)
    owner, approver = case.cast.developer, case.cast.approver
    assert (tasks(case, owner), tasks(case, approver)) == ([ConditionAct.REPORT], [])

    report(case, condition, owner)
    assert (tasks(case, owner), tasks(case, approver)) == ([], [ConditionAct.VERIFY])

    verify(case, condition, approver)
    assert (tasks(case, owner), tasks(case, approver)) == ([], [])
    assert case.page(approver).conditions[0].state(NOON) == "Verified"


def test_a_condition_that_was_sent_back_is_its_owners_again(opened: Opener) -> None:
    case, condition = with_a_condition(opened)
    report(case, condition, case.cast.developer)

    verify(case, condition, case.cast.approver, met=False)

    (row,) = case.page(case.cast.auditor).conditions
    assert (row.state(NOON), row.note) == ("Open", REASON)
    assert tasks(case, case.cast.developer) == [ConditionAct.REPORT]


def test_only_its_owner_reports_and_only_an_approver_without_a_part_verifies(opened: Opener) -> None:
    case, condition = with_a_condition(opened)
    with pytest.raises(Refused) as refused:
        report(case, condition, case.cast.validator)
    assert codes(refused) == {"not-yours"}
    with pytest.raises(Refused) as refused:
        verify(case, condition, case.cast.approver)
    assert codes(refused) == {"not-done"}
    report(case, condition, case.cast.developer)
    with pytest.raises(Refused) as refused:
        verify(case, condition, case.cast.developer)
    assert {"permission", "own-work"} <= codes(refused)


def test_a_condition_is_overdue_once_its_day_has_passed(opened: Opener) -> None:
    case, _ = with_a_condition(opened)

    (row,) = case.page(case.cast.auditor).conditions

    assert (row.state(DUE), row.state(DUE + timedelta(seconds=1))) == ("Open", "Overdue")


def notified(case: Case, days: float) -> int:
    return notify_waiting(case.store, case.ledger, at=NOON + timedelta(days=days))


def told(case: Case, person: Actor) -> list[NoticeKind]:
    with case.store.reading() as session:
        return [row.kind for row in notices(session, person.id)]


def test_who_may_vote_is_reminded_once_and_the_others_at_the_escalation(opened: Opener) -> None:
    case = opened(tier=1)  # due after 10 days; reminded 2 days before, escalated 1 day after
    people = case.cast
    case.approve(people.approver)
    assert notified(case, 7.9) == 0

    assert (notified(case, 8), notified(case, 8.5)) == (1, 0)
    assert (told(case, people.approver), told(case, people.second_approver)) == ([], [NoticeKind.REMINDER])

    assert (notified(case, 11), notified(case, 12)) == (3, 0)
    assert told(case, people.developer) == told(case, people.owner) == [NoticeKind.ESCALATION]


def test_nobody_is_told_about_a_change_that_was_decided(opened: Opener) -> None:
    case = opened(tier=2)
    case.approve(case.cast.approver)

    assert notified(case, 20) == 0
    assert told(case, case.cast.owner) == []


def test_a_function_is_granted_with_reason_and_end_and_never_to_oneself(opened: Opener) -> None:
    case = opened()
    case.speaks(case.cast.approver, Function.LEGAL)
    for person, expected in ((case.cast.approver, {"held"}), (case.cast.administrator, {"own-grant"})):
        with pytest.raises(Refused) as refused:
            case.speaks(person, Function.LEGAL)
        assert codes(refused) == expected
