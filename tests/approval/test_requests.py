"""A change is requested, withdrawn, resumed after new evidence, and executed; each act is on record."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from core.access.rules import Actor, Role
from core.approval import queries
from core.approval.rules import ChangeStatus, Choice
from core.approval.service import execute_change, request_change, resume_change, withdraw_change
from core.errors import NotFound, Refused, Unreadable
from core.inventory.rules import Action, Stage
from core.inventory.tables import ProductionPointer
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.store import Store
from core.validation.rules import Outcome
from tests.approval.conftest import Case, Opener
from tests.approval.test_voting import codes
from tests.builders import NOON, REASON, a_cast, a_finding, a_version, conclude, finish_run, new_evidence


def on_record(store: Store, entity: str) -> list[str]:
    with store.reading() as session:
        query = select(LogEntry.action).where(LogEntry.entity_id == entity).order_by(col(LogEntry.idx))
        return list(session.exec(query).all())


def validate_again(case: Case) -> None:
    new_evidence(case.store, case.model, case.version, by=case.cast.developer)
    finish_run(case.store, case.model, case.version, by=case.cast.developer)
    conclude(case.store, case.model, case.version, by=case.cast.validator)


def resume(case: Case, actor: Actor) -> None:
    resume_change(case.store, case.ledger, change=case.change, actor=actor, at=NOON)


def withdraw(case: Case, actor: Actor) -> None:
    withdraw_change(case.store, case.ledger, change=case.change, reason=REASON, actor=actor, at=NOON)


def execute(case: Case, actor: Actor) -> None:
    execute_change(case.store, case.ledger, change=case.change, actor=actor, at=NOON)


def test_a_request_takes_checklist_quorum_and_due_date_from_policy_and_tier(opened: Opener) -> None:
    # from core/policy/data/default.toml: tier 1 takes two votes in ten days, four own items and the items of its packs
    page = opened(tier=1, packs="gdpr").page(Actor("P0777"))

    assert (page.status, page.stage, page.quorum) == (ChangeStatus.REQUESTED, Stage.IN_APPROVAL, 2)
    assert page.due_at == NOON + timedelta(days=10)
    assert [item.code for item in page.checklist] == [
        "intended-use",
        "failed-checks",
        "limitations",
        "fallback",
        "GDPR-22a",
        "GDPR-9",
    ]


def test_a_tier_4_version_has_fewer_items_and_more_time(opened: Opener) -> None:
    page = opened(tier=4).page(Actor("P0777"))

    assert (page.quorum, page.due_at) == (1, NOON + timedelta(days=20))
    assert [item.code for item in page.checklist] == ["intended-use", "failed-checks", "limitations"]


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.VALIDATED])
def test_only_a_validated_version_goes_to_the_approvers(store: Store, ledger: Ledger, stage: Stage) -> None:
    cast = a_cast(store)
    model, version = a_version(store, cast, stage=stage)

    with pytest.raises(Refused) as refused:
        request_change(store, ledger, model=model, version=version, rationale=REASON, actor=cast.developer, at=NOON)

    assert codes(refused) == {"stage"}


def test_a_second_request_is_refused_while_one_is_open(opened: Opener) -> None:
    case = opened()
    validate_again(case)

    with pytest.raises(Refused) as refused:
        request_change(
            case.store,
            case.ledger,
            model=case.model,
            version=case.version,
            rationale=REASON,
            actor=case.cast.owner,
            at=NOON,
        )

    assert codes(refused) == {"change-open"}


def test_a_refused_request_leaves_nothing_but_its_refusal_on_record(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_version(store, cast, stage=Stage.VALIDATED)

    with pytest.raises(Refused):
        request_change(store, ledger, model=model, version=version, rationale="ok", actor=cast.auditor, at=NOON)

    assert on_record(store, f"{model} {version}") == ["act.refused"]
    with store.reading() as session:
        assert queries.changes(session, queries.ChangeFilter(), limit=5, offset=0).total == 0


def test_the_requester_counts_as_contributor_and_cannot_vote(opened: Opener) -> None:
    case = opened()
    withdraw(case, case.cast.owner)
    both = Actor(case.cast.owner.id, frozenset({Role.OWNER, Role.APPROVER}))
    again = request_change(
        case.store, case.ledger, model=case.model, version=case.version, rationale=REASON, actor=both, at=NOON
    ).change
    later = Case(case.store, case.ledger, case.cast, again, case.model, case.version)

    with pytest.raises(Refused) as refused:
        later.vote(both, Choice.REJECT)

    assert codes(refused) == {"duty-development"}


def test_the_validator_of_a_version_cannot_submit_it(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_version(store, cast, stage=Stage.VALIDATED)
    both = Actor(cast.validator.id, frozenset({Role.VALIDATOR, Role.OWNER}))

    with pytest.raises(Refused) as refused:
        request_change(store, ledger, model=model, version=version, rationale=REASON, actor=both, at=NOON)

    assert codes(refused) == {"duty-validation"}


def test_a_withdrawn_request_leaves_the_version_validated_and_its_votes_void(opened: Opener) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)

    withdraw(case, case.cast.developer)

    assert (case.status, case.row.stage) == (ChangeStatus.WITHDRAWN, Stage.VALIDATED)
    assert [vote.stands for vote in case.page(case.cast.auditor).votes] == [False]


def test_a_request_of_others_is_not_withdrawn(opened: Opener) -> None:
    case = opened()

    with pytest.raises(Refused) as refused:
        withdraw(case, Actor("P0777", frozenset({Role.DEVELOPER})))

    assert codes(refused) == {"not-yours"}


def test_a_request_can_be_withdrawn_while_its_version_is_validated_again(opened: Opener) -> None:
    case = opened()
    new_evidence(case.store, case.model, case.version, by=case.cast.developer)

    withdraw(case, case.cast.developer)

    assert (case.status, case.row.stage) == (ChangeStatus.WITHDRAWN, Stage.IN_VALIDATION)


def test_new_evidence_voids_votes_and_keeps_the_request_open(opened: Opener) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)

    new_evidence(case.store, case.model, case.version, by=case.cast.developer)

    page = case.page(case.cast.second_approver)
    assert (page.status, page.stage, page.approvals) == (ChangeStatus.IN_REVIEW, Stage.IN_VALIDATION, 0)
    assert [vote.stands for vote in page.votes] == [False]


def test_a_resumed_request_needs_all_its_votes_anew(opened: Opener) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)
    validate_again(case)

    resume(case, case.cast.developer)
    case.vote(case.cast.approver)

    assert (case.status, case.row.stage) == (ChangeStatus.IN_REVIEW, Stage.IN_APPROVAL)
    assert [vote.stands for vote in case.page(case.cast.auditor).votes] == [False, True]


def test_votes_do_not_rise_again_when_the_same_evidence_returns(opened: Opener) -> None:
    case = opened(tier=1)
    same = {"by": case.cast.developer, "digest": "a" * 64}
    place = (case.store, case.model, case.version)

    def validate_the_same() -> str:
        new_evidence(*place, **same)  # type: ignore[arg-type]
        finish_run(*place, **same)  # type: ignore[arg-type]
        conclude(*place, by=case.cast.validator)
        resume(case, case.cast.developer)
        return case.row.evidence_digest

    first = validate_the_same()
    case.approve(case.cast.approver)
    second = validate_the_same()

    assert first == second
    assert case.page(case.cast.auditor).approvals == 0
    assert case.vote(case.cast.approver) is ChangeStatus.IN_REVIEW


def test_a_resumed_request_unfreezes_the_answers(opened: Opener) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)
    validate_again(case)

    resume(case, case.cast.owner)

    assert not any(item.frozen for item in case.page(case.cast.approver).checklist)


def test_nothing_is_resumed_before_the_validation_is_concluded_again(opened: Opener) -> None:
    case = opened()
    new_evidence(case.store, case.model, case.version, by=case.cast.developer)
    finish_run(case.store, case.model, case.version, by=case.cast.developer)

    with pytest.raises(Refused) as refused:
        resume(case, case.cast.developer)

    assert codes(refused) == {"stage"}


def test_a_version_that_failed_its_new_validation_is_not_resumed_but_withdrawn(opened: Opener) -> None:
    case = opened()
    new_evidence(case.store, case.model, case.version, by=case.cast.developer)
    finish_run(case.store, case.model, case.version, by=case.cast.developer)
    conclude(case.store, case.model, case.version, Outcome.NOT_VALIDATED, by=case.cast.validator)

    with pytest.raises(Refused):
        resume(case, case.cast.developer)
    withdraw(case, case.cast.developer)

    assert (case.status, case.row.stage) == (ChangeStatus.WITHDRAWN, Stage.NOT_VALIDATED)


def test_an_executed_change_brings_its_version_into_production(opened: Opener) -> None:
    case = opened(tier=2)
    case.approve(case.cast.approver)

    execute(case, case.cast.owner)

    page = case.page(case.cast.auditor)
    assert (page.status, page.stage, page.executed_by) == (
        ChangeStatus.EXECUTED,
        Stage.IN_PRODUCTION,
        case.cast.owner.id,
    )
    with case.store.reading() as session:
        pointer = session.exec(select(ProductionPointer)).one()
        assert (pointer.version_id, pointer.since, pointer.moved_by) == (case.row.id, NOON, case.cast.owner.id)


def test_an_execution_supersedes_the_former_version_and_says_from_which_to_which(opened: Opener) -> None:
    first = opened(tier=2)
    first.approve(first.cast.approver)
    execute(first, first.cast.owner)
    second = opened(tier=2, cast=first.cast, model=first.model, version="1.1.0")
    second.approve(first.cast.approver)

    execute(second, first.cast.approver)

    assert (first.row.stage, second.row.stage) == (Stage.SUPERSEDED, Stage.IN_PRODUCTION)
    assert second.page(first.cast.auditor).replaces == "1.0.0"


@pytest.mark.parametrize("votes", [0, 1])
def test_nothing_is_executed_before_the_quorum(opened: Opener, votes: int) -> None:
    case = opened(tier=1)
    case.approve(*[case.cast.approver][:votes])

    with pytest.raises(Refused) as refused:
        execute(case, case.cast.owner)

    assert codes(refused) == {"stage", "not-approved", "evidence-changed"}


def test_a_finding_raised_after_the_approval_stops_the_execution(opened: Opener) -> None:
    case = opened(tier=2)
    case.approve(case.cast.approver)
    a_finding(case.store, case.model, case.version)

    with pytest.raises(Refused) as refused:
        execute(case, case.cast.owner)

    assert codes(refused) == {"blocking-finding"}


@pytest.mark.parametrize("role", [Role.DEVELOPER, Role.VALIDATOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_do_not_execute(opened: Opener, role: Role) -> None:
    case = opened(tier=2)
    case.approve(case.cast.approver)

    with pytest.raises(Refused) as refused:
        execute(case, Actor("P0777", frozenset({role})))

    assert codes(refused) == {"permission"}


def test_everything_that_happens_to_a_change_is_on_record(opened: Opener) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)
    validate_again(case)
    resume(case, case.cast.developer)
    for approver in (case.cast.approver, case.cast.second_approver):
        case.answer_all(approver)
        case.vote(approver)
    execute(case, case.cast.owner)

    acts = [act for act in on_record(case.store, case.change) if act != "checklist.answered"]
    assert acts == [
        "change.requested",
        "checklist.frozen",
        "vote.cast",
        "vote.voided",
        "change.returned",
        "checklist.frozen",
        "vote.cast",
        "checklist.frozen",
        "vote.cast",
        "change.approved",
        "change.executed",
    ]


def test_a_refused_vote_is_on_record_and_nothing_else_is(opened: Opener) -> None:
    case = opened()
    before = on_record(case.store, case.change)

    with pytest.raises(Refused):
        case.vote(case.cast.developer)

    assert on_record(case.store, case.change)[len(before) :] == ["act.refused"]
    assert case.page(case.cast.auditor).votes == ()


@pytest.mark.parametrize("text", ["x" * 4001, "hidden\x00 character"])
def test_a_rationale_that_cannot_be_kept_is_not_accepted(store: Store, ledger: Ledger, text: str) -> None:
    cast = a_cast(store)
    model, version = a_version(store, cast, stage=Stage.VALIDATED)

    with pytest.raises(Unreadable):
        request_change(store, ledger, model=model, version=version, rationale=text, actor=cast.developer, at=NOON)


def test_an_unknown_change_is_not_found(opened: Opener) -> None:
    case = opened()

    with pytest.raises(NotFound):
        withdraw_change(case.store, case.ledger, change="CR9999", reason=REASON, actor=case.cast.developer, at=NOON)


def test_the_page_refuses_exactly_what_the_use_case_refuses(opened: Opener) -> None:
    case = opened(tier=1)
    people = (case.cast.owner, case.cast.developer, case.cast.validator, case.cast.approver, case.cast.administrator)

    shown = {
        person: {action for action in case.page(person).refusals if case.page(person).may(action)} for person in people
    }

    assert shown == {
        case.cast.owner: {Action.WITHDRAW_CHANGE},
        case.cast.developer: {Action.WITHDRAW_CHANGE},
        case.cast.validator: set(),
        case.cast.approver: {
            Action.ANSWER_ITEM,
            Action.VOTE_REJECT,
            Action.RETURN_CHANGE,
            Action.RETURN_TO_VALIDATION,
        },
        case.cast.administrator: set(),
    }
