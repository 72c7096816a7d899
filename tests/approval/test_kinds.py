"""Every kind of change: what it is asked for, who decides it, and that its version stays where it is."""

from datetime import timedelta

import pytest

from core.access.rules import Role
from core.approval.rules import Answer, ChangeStatus, Choice
from core.approval.service import Changed, dissent, request_change, resume_change, return_change
from core.errors import Refused
from core.inventory.rules import Stage
from core.ledger.service import Ledger
from core.policy.rules import ChangeKind, Function
from core.policy.service import default_policy_text
from core.store import Store
from tests.approval.conftest import Case, Opener, asks, codes
from tests.builders import NOON, REASON, Cast, a_cast, a_person, a_policy, a_version, signed_in

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # the queries here are the same on both
PATHS = """
[[path]]
clause = "9.1"
change = "first use"
quorum = 2
functions = ["compliance", "legal"]

[[path]]
clause = "9.2"
change = "retirement"
quorum = 1
"""


def test_first_use_and_new_version_are_told_from_the_record(opened: Opener) -> None:
    first = opened(tier=2)
    assert first.page(first.cast.auditor).kind is ChangeKind.FIRST_USE
    first.approve(first.cast.approver)
    first.execute()

    second = opened(tier=2, cast=first.cast, model=first.model, version="1.1.0")

    assert second.page(second.cast.auditor).kind is ChangeKind.NEW_VERSION


def test_a_request_of_the_wrong_kind_is_refused(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_version(store, cast, stage=Stage.VALIDATED)

    with pytest.raises(Refused) as refused:
        asks(store, ledger, cast, model, version, ChangeKind.NEW_VERSION)

    assert codes(refused) == {"kind"}


@pytest.mark.parametrize("kind", [ChangeKind.RESTRICTED_USE, ChangeKind.ROLLBACK, ChangeKind.RETIREMENT])
def test_a_change_beside_the_life_cycle_needs_a_version_that_suits_it(
    store: Store, ledger: Ledger, kind: ChangeKind
) -> None:
    cast = a_cast(store)
    model, version = a_version(store, cast, stage=Stage.VALIDATED)

    with pytest.raises(Refused) as refused:
        asks(store, ledger, cast, model, version, kind)

    assert codes(refused) == {"stage"}


def in_production(opened: Opener) -> Case:
    case = opened(tier=2)
    case.approve(case.cast.approver)
    case.execute()
    return case


def test_a_retirement_is_decided_while_the_version_serves(opened: Opener) -> None:
    case = in_production(opened)
    asked = case.asks(ChangeKind.RETIREMENT)

    asked.approve(asked.cast.approver)

    assert (asked.status, asked.row.stage) == (ChangeStatus.APPROVED, Stage.IN_PRODUCTION)
    asked.execute()
    assert asked.row.stage is Stage.RETIRED


def test_who_asks_for_a_change_beside_the_life_cycle_does_not_vote_on_it(opened: Opener) -> None:
    case = in_production(opened)
    both = a_person(case.store, Role.OWNER, Role.APPROVER)
    asked = case.asks(ChangeKind.RETIREMENT, by=both)

    with pytest.raises(Refused) as refused:
        asked.vote(both, Choice.REJECT)

    assert codes(refused) == {"own-request"}


def test_a_rejected_retirement_leaves_the_version_where_it_is(opened: Opener) -> None:
    case = in_production(opened)
    asked = case.asks(ChangeKind.RETIREMENT)

    asked.vote(asked.cast.approver, Choice.REJECT)

    assert (asked.status, asked.row.stage) == (ChangeStatus.REJECTED, Stage.IN_PRODUCTION)


def test_a_restricted_use_says_within_what(opened: Opener) -> None:
    case = in_production(opened)

    with pytest.raises(Refused) as refused:
        case.asks(ChangeKind.RESTRICTED_USE, restriction="")

    assert codes(refused) == {"reason"}
    asked = case.asks(ChangeKind.RESTRICTED_USE, restriction="Only for loans below 10,000.")
    assert asked.page(asked.cast.auditor).restriction == "Only for loans below 10,000."


def test_a_second_retirement_of_the_same_version_is_refused_while_the_first_is_open(opened: Opener) -> None:
    case = in_production(opened)
    case.asks(ChangeKind.RETIREMENT)

    with pytest.raises(Refused) as refused:
        case.asks(ChangeKind.RETIREMENT)

    assert codes(refused) == {"change-open"}


def with_functions(opened: Opener, store: Store) -> Case:
    a_policy(store)  # in force until the next, published at the same moment
    a_policy(store, default_policy_text() + PATHS)
    return opened(tier=2)


def test_the_path_is_kept_as_it_was_asked(opened: Opener, store: Store) -> None:
    case = with_functions(opened, store)
    a_policy(store, default_policy_text() + PATHS.replace("quorum = 2", "quorum = 1"), at=NOON + timedelta(hours=1))

    page = case.page(case.cast.auditor)

    assert (page.quorum, page.required) == (2, {Function.COMPLIANCE, Function.LEGAL})
    assert page.missing == page.required


def test_a_quorum_without_a_required_function_does_not_approve(opened: Opener, store: Store) -> None:
    case = with_functions(opened, store)
    case.speaks(case.cast.approver, Function.COMPLIANCE)
    third = a_person(store, Role.APPROVER)
    case.speaks(third, Function.LEGAL)

    case.approve(case.cast.approver, case.cast.second_approver)
    assert (case.status, case.page(third).missing) == (ChangeStatus.IN_REVIEW, {Function.LEGAL})

    case.approve(third)
    assert (case.status, case.row.stage) == (ChangeStatus.APPROVED, Stage.APPROVED)


def test_a_vote_speaks_for_the_functions_held_when_it_was_cast(opened: Opener, store: Store) -> None:
    case = with_functions(opened, store)
    case.speaks(case.cast.approver, Function.COMPLIANCE, ends_at=NOON + timedelta(hours=1))
    case.approve(case.cast.approver)

    (vote,) = case.page(case.cast.auditor, at=NOON + timedelta(days=1)).votes

    assert vote.functions == {Function.COMPLIANCE}
    assert vote.meaning.startswith(
        f"I approve v{case.version} of {case.model} for first use in production, on evidence"
    )


def returned(case: Case, *, to_validation: bool = False) -> Changed:
    return return_change(
        case.store, case.ledger, change=case.change, reason=REASON, to_validation=to_validation,
        actor=case.cast.second_approver, at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(("to_validation", "stage"), [(False, Stage.VALIDATED), (True, Stage.IN_VALIDATION)])
def test_a_returned_change_lies_with_its_requester_and_its_votes_are_void(
    opened: Opener, to_validation: bool, stage: Stage
) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)

    returned(case, to_validation=to_validation)

    page = case.page(case.cast.approver)
    assert (case.row.stage, page.approvals, page.return_reason) == (stage, 0, REASON)
    assert not page.votes[0].stands


def test_a_returned_retirement_takes_no_vote_until_it_is_resumed(opened: Opener) -> None:
    asked = in_production(opened).asks(ChangeKind.RETIREMENT)
    returned(asked)

    with pytest.raises(Refused) as refused:
        asked.vote(asked.cast.approver, Choice.REJECT)
    assert codes(refused) == {"returned"}

    resume_change(asked.store, asked.ledger, change=asked.change, actor=asked.cast.developer, at=NOON)
    asked.vote(asked.cast.approver, Choice.REJECT)
    assert asked.status is ChangeStatus.REJECTED


def dissents(case: Case, cast: Cast) -> Changed:
    return dissent(
        case.store, case.ledger, change=case.change, text=REASON, seen_digest=case.row.evidence_digest,
        session_id=signed_in(case.store, cast.second_approver), actor=cast.second_approver, at=NOON,
    )  # fmt: skip


def test_a_dissent_stands_beside_the_approval_and_stops_nothing(opened: Opener) -> None:
    case = opened(tier=2)
    dissents(case, case.cast)

    case.approve(case.cast.approver)

    page = case.page(case.cast.auditor)
    assert (case.status, page.dissents[0].text, page.dissents[0].stands) == (ChangeStatus.APPROVED, REASON, True)


def test_who_dissents_does_not_vote_as_well(opened: Opener) -> None:
    case = opened(tier=2)
    dissents(case, case.cast)

    with pytest.raises(Refused) as refused:
        case.vote(case.cast.second_approver, Choice.REJECT)

    assert codes(refused) == {"voted"}


def test_a_vote_is_signed_with_a_recent_authentication_of_the_same_person(opened: Opener) -> None:
    case = opened(tier=2)
    hour_ago = signed_in(case.store, case.cast.approver, at=NOON - timedelta(minutes=5))
    of_another = signed_in(case.store, case.cast.second_approver)

    for session_id in ("", "unknown", hour_ago, of_another):
        with pytest.raises(Refused) as refused:
            case.vote(case.cast.approver, Choice.REJECT, session_id=session_id)
        assert codes(refused) == {"authentication"}


def test_an_item_with_a_check_is_filled_and_may_be_overruled_with_a_reason(opened: Opener) -> None:
    case = opened(tier=2)
    item = next(one for one in case.page(case.cast.approver).checklist if one.code == "failed-checks")
    assert item.filled is not None

    with pytest.raises(Refused) as refused:
        case.answer(case.cast.approver, "failed-checks", Answer.NOT_MET)
    assert codes(refused) == {"reason"}
    case.answer(case.cast.approver, "failed-checks", Answer.NOT_MET, reason="A check is wanting.")

    again = next(one for one in case.page(case.cast.approver).checklist if one.code == "failed-checks")
    assert again.overruled


def test_the_request_names_its_kind_and_path_in_the_ledger(opened: Opener, store: Store) -> None:
    case = with_functions(opened, store)

    assert case.payload("change.requested")["kind"] == "first use"
    assert case.payload("change.requested")["functions"] == "compliance legal"


def test_a_kind_that_is_told_may_be_named(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_version(store, cast, stage=Stage.VALIDATED)

    done = request_change(
        store, ledger, model=model, version=version, rationale=REASON, kind=ChangeKind.FIRST_USE,
        actor=cast.developer, at=NOON,
    )  # fmt: skip

    assert done.status is ChangeStatus.REQUESTED
