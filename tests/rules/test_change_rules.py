"""Kinds of change, returns, dissent, functions, delegation, exceptions, and what follows a decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.rules.loading import Rules
from tests.rules.test_access_rules import codes
from tests.rules.test_approval_rules import actor, facts, reasons

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SAID = "Read in full and convincing."
# the stages in which a version may stand for a change beside its life cycle
SUITS = {
    "RESTRICTED_USE": "IN_PRODUCTION",
    "ROLLBACK": "SUPERSEDED",
    "RETIREMENT": "APPROVED IN_PRODUCTION SUPERSEDED",
    "POLICY_EXCEPTION": "IN_VALIDATION VALIDATED NOT_VALIDATED IN_APPROVAL APPROVED IN_PRODUCTION",
}


def kind(rules: Rules, name: str) -> Any:
    return rules.approval.ChangeFacts.__dataclass_fields__["kind"].default.__class__[name]


def aside(rules: Rules, name: str, stage: str = "IN_PRODUCTION", **changed: object) -> Any:
    """A change beside the life cycle of its version, asked for by P0002, against which nothing stands."""
    sound = facts(rules, stage, kind=kind(rules, name), requester="P0002")
    return replace(sound, **{"status": rules.approval.ChangeStatus.REQUESTED, "approved_digest": None, **changed})


def asking(rules: Rules, name: str, stage: str, *, person: str = "P0001", **more: Any) -> list[str]:
    version = rules.inventory.VersionFacts(rules.inventory.Stage[stage])
    who = actor(rules, "DEVELOPER", person)
    return codes(rules.approval.request_refusals(version, None, who, kind=kind(rules, name), **more))


def test_first_use_and_new_version_follow_from_whether_the_model_was_used(rules: Rules) -> None:
    for used in (True, False):
        told = "NEW_VERSION" if used else "FIRST_USE"
        assert rules.approval.told_kind(used_before=used) is kind(rules, told)
        for name in ("FIRST_USE", "NEW_VERSION"):
            wrong = [] if name == told else ["kind"]
            assert asking(rules, name, "VALIDATED", used_before=used) == wrong
            assert asking(rules, name, "DRAFT", used_before=used) == ["stage", *wrong]


def test_the_refusal_of_a_kind_says_what_was_and_what_to_ask_for(rules: Rules) -> None:
    version = rules.inventory.VersionFacts(rules.inventory.Stage.VALIDATED)
    for used, word, told in ((True, "before", "new version"), (False, "never", "first use")):
        wrong = kind(rules, "FIRST_USE" if used else "NEW_VERSION")
        (one,) = rules.approval.request_refusals(version, None, actor(rules, "DEVELOPER"), kind=wrong, used_before=used)
        assert word in one.message
        assert told in one.way_out


def test_a_change_beside_the_life_cycle_is_asked_for_where_its_version_suits_it(rules: Rules) -> None:
    for name, stages in SUITS.items():
        for stage in rules.inventory.Stage:
            expected = [] if stage.name in stages.split() else ["stage"]
            assert asking(rules, name, stage.name) == expected, (name, stage)


def test_a_request_takes_the_permission_whatever_its_kind(rules: Rules) -> None:
    version = rules.inventory.VersionFacts(rules.inventory.Stage.IN_PRODUCTION)
    for name in ("RETIREMENT", "POLICY_EXCEPTION"):
        refused = rules.approval.request_refusals(version, "CR0001", actor(rules), kind=kind(rules, name))
        assert codes(refused) == ["permission", "change-open"]


def test_who_validated_or_voted_argues_for_no_exception(rules: Rules) -> None:
    stage = rules.inventory.Stage.IN_PRODUCTION
    version = rules.inventory.VersionFacts(stage, validators=frozenset({"P0001"}))
    who = actor(rules, "OWNER")

    for name, expected in (("POLICY_EXCEPTION", ["duty-validation"]), ("RETIREMENT", [])):
        assert codes(rules.approval.request_refusals(version, None, who, kind=kind(rules, name))) == expected


def test_a_change_beside_the_life_cycle_is_voted_on_while_its_version_suits_it(rules: Rules) -> None:
    for name, stages in SUITS.items():
        for stage in rules.inventory.Stage:
            about = aside(rules, name, stage.name)
            expected = [] if stage.name in stages.split() else ["stage"]
            assert reasons(rules, "VOTE_APPROVE", about, actor(rules)) == expected, (name, stage)
            assert reasons(rules, "ANSWER_ITEM", about, actor(rules)) == expected
            assert reasons(rules, "VOTE_REJECT", about, actor(rules)) == []
            assert reasons(rules, "RETURN_CHANGE", about, actor(rules)) == []
            assert reasons(rules, "WITHDRAW_CHANGE", about, actor(rules, "DEVELOPER", "P0002")) == []


def test_who_asks_votes_on_nothing_of_it_whatever_their_roles(rules: Rules) -> None:
    about = aside(rules, "RETIREMENT")
    for action in ("ANSWER_ITEM", "VOTE_APPROVE", "VOTE_REJECT", "RETURN_CHANGE"):
        assert reasons(rules, action, about, actor(rules, person="P0002")) == ["own-request"]
    assert reasons(rules, "WITHDRAW_CHANGE", about, actor(rules, "OWNER", "P0002")) == []


def test_the_permission_and_the_duties_bind_beside_the_life_cycle_too(rules: Rules) -> None:
    version = rules.inventory.VersionFacts(rules.inventory.Stage.IN_PRODUCTION, frozenset({"P0001"}))
    about = aside(rules, "RETIREMENT", version=version)

    assert reasons(rules, "VOTE_REJECT", about, actor(rules)) == ["duty-development"]
    assert reasons(rules, "VOTE_REJECT", aside(rules, "RETIREMENT"), actor(rules, "OWNER")) == ["permission"]
    assert reasons(rules, "EXECUTE", aside(rules, "RETIREMENT"), actor(rules, "DEVELOPER")) == [
        "permission", "not-approved", "evidence-changed",
    ]  # fmt: skip


def test_only_what_brings_a_version_into_production_rests_on_its_validation(rules: Rules) -> None:
    for name in SUITS:
        stage = SUITS[name].split()[0]
        about = aside(rules, name, stage, concluded_digest=None, blocking_findings=("F0001",))
        expected = ["not-concluded", "blocking-finding"] if name == "ROLLBACK" else []
        assert reasons(rules, "VOTE_APPROVE", about, actor(rules)) == expected, name
        approved = replace(about, status=rules.approval.ChangeStatus.APPROVED, approved_digest="now")
        found = reasons(rules, "EXECUTE", approved, actor(rules, "OWNER"))
        wanted = {"ROLLBACK": ["blocking-finding"], "POLICY_EXCEPTION": ["in-force"]}.get(name, [])
        assert found == wanted, name


def test_a_change_beside_the_life_cycle_goes_to_no_validation(rules: Rules) -> None:
    assert reasons(rules, "RETURN_TO_VALIDATION", aside(rules, "RETIREMENT"), actor(rules)) == ["kind"]
    assert reasons(rules, "RETURN_TO_VALIDATION", facts(rules), actor(rules)) == []


def test_a_returned_change_is_its_requesters_until_it_is_resumed(rules: Rules) -> None:
    about = aside(rules, "RETIREMENT", returned=True)
    for action in ("ANSWER_ITEM", "VOTE_APPROVE", "VOTE_REJECT", "RETURN_CHANGE"):
        assert reasons(rules, action, about, actor(rules)) == ["returned"]
    assert reasons(rules, "RESUME_CHANGE", about, actor(rules, "DEVELOPER", "P0002")) == []
    assert reasons(rules, "RESUME_CHANGE", aside(rules, "RETIREMENT"), actor(rules, "DEVELOPER", "P0002")) == [
        "not-returned"
    ]
    assert reasons(rules, "RESUME_CHANGE", about, actor(rules, "DEVELOPER")) == ["not-yours"]


def test_a_return_and_a_dissent_say_why(rules: Rules) -> None:
    approval, about = rules.approval, facts(rules)
    back = rules.inventory.Action.RETURN_CHANGE
    assert codes(approval.return_refusals(about, back, actor(rules), reason="no")) == ["reason"]
    assert approval.return_refusals(about, back, actor(rules), reason=SAID) == ()
    assert codes(approval.return_refusals(about, back, actor(rules, "OWNER"), reason=SAID)) == ["permission"]
    assert approval.dissent_refusals(about, actor(rules), text=SAID, seen_digest="now") == ()
    assert codes(approval.dissent_refusals(about, actor(rules, "OWNER"), text="no", seen_digest="before")) == [
        "permission", "reason", "evidence-changed",
    ]  # fmt: skip


def test_a_decided_change_is_not_returned(rules: Rules) -> None:
    about = facts(rules, status=rules.approval.ChangeStatus.REJECTED)
    for action in ("RETURN_CHANGE", "RETURN_TO_VALIDATION"):
        assert reasons(rules, action, about, actor(rules)) == ["change-closed"]


def test_an_exception_that_would_be_over_is_not_approved(rules: Rules) -> None:
    about = aside(rules, "POLICY_EXCEPTION", over=True)
    assert reasons(rules, "VOTE_APPROVE", about, actor(rules)) == ["over"]
    assert reasons(rules, "VOTE_REJECT", about, actor(rules)) == []


def test_whoever_overrules_a_check_says_why_and_whoever_confirms_it_need_not(rules: Rules) -> None:
    approval = rules.approval
    for filled in approval.Answer:
        for answer in approval.Answer:
            bare = approval.answer_refusals(facts(rules), actor(rules), answer=answer, reason="", filled=filled)
            assert codes(bare) == ([] if answer is filled else ["reason"])


def functions(rules: Rules, *names: str) -> frozenset[Any]:
    every = {one.name: one for one in rules.parts["core.approval.rules.ballots"].Function}
    return frozenset(every[name] for name in names)


def test_a_quorum_needs_a_vote_from_each_required_function(rules: Rules) -> None:
    approval = rules.approval
    legal, both, none = functions(rules, "LEGAL"), functions(rules, "LEGAL", "SECURITY"), functions(rules)
    required = both

    assert approval.missing_functions([none, legal], required) == functions(rules, "SECURITY")
    assert approval.missing_functions([], required) == required
    assert not approval.quorum_reached([none, legal], 2, required)
    assert not approval.quorum_reached([both], 2, required)
    assert approval.quorum_reached([none, both], 2, required)
    assert approval.quorum_reached([legal, functions(rules, "SECURITY")], 2, required)


def cast(rules: Rules, other: Any, *, delegated: bool = True, **changed: object) -> list[str]:
    represented = rules.approval.Represented(other, delegated)
    return codes(
        rules.approval.vote_refusals(
            facts(rules, **changed), rules.inventory.Action.VOTE_APPROVE, actor(rules, person="P0008"),
            rationale=SAID, seen_digest="now", represented=represented,
        )
    )  # fmt: skip


def test_a_vote_for_another_is_refused_where_the_other_could_not_vote(rules: Rules) -> None:
    stage = rules.inventory.Stage.IN_APPROVAL
    assert cast(rules, actor(rules)) == []
    assert cast(rules, actor(rules), delegated=False) == ["not-delegated"]
    assert cast(rules, actor(rules), voters=frozenset({"P0001"})) == ["for-voted"]
    assert cast(rules, actor(rules, "OWNER")) == ["for-permission"]
    for part, code in (("contributors", "development"), ("validators", "validation")):
        version = rules.inventory.VersionFacts(stage, **{part: frozenset({"P0001"})})
        assert cast(rules, actor(rules), version=version) == [f"for-duty-{code}"]
    own = aside(rules, "RETIREMENT")
    represented = rules.approval.Represented(actor(rules, person="P0002"), True)
    found = rules.approval.vote_refusals(
        own, rules.inventory.Action.VOTE_APPROVE, actor(rules), rationale=SAID, seen_digest="now",
        represented=represented,
    )  # fmt: skip
    assert codes(found) == ["for-own-request"]


def test_what_stands_against_the_change_is_said_once_and_not_for_each_of_two_people(rules: Rules) -> None:
    assert cast(rules, actor(rules), unmet_items=("Way back",)) == ["checklist-unmet"]


def delegation(rules: Rules, who: Any, to: Any, first: float, last: float) -> list[str]:
    day = timedelta(days=1)
    return codes(
        rules.approval.delegation_refusals(who, to, starts_at=NOON + first * day, ends_at=NOON + last * day, at=NOON)
    )


def test_approvers_delegate_to_approvers_for_a_period_that_ends(rules: Rules) -> None:
    one, other = actor(rules), actor(rules, person="P0009")
    assert delegation(rules, one, other, 0, 92) == []
    assert delegation(rules, one, other, -2, 1) == []
    assert delegation(rules, one, other, 0, 92.5) == ["too-long"]
    assert delegation(rules, one, other, 2, 2) == delegation(rules, one, other, -2, 0) == ["ended"]
    assert delegation(rules, one, one, 0, 1) == ["self"]
    assert delegation(rules, one, actor(rules, "OWNER", "P0009"), 0, 1) == ["delegate-permission"]
    assert delegation(rules, actor(rules, "OWNER"), other, 0, 1) == ["permission"]


def test_functions_are_granted_and_withdrawn_by_administrators_of_others(rules: Rules) -> None:
    approval, boss = rules.approval, actor(rules, "ADMINISTRATOR")
    (legal,) = functions(rules, "LEGAL")
    none, held = frozenset(), frozenset({legal})

    assert approval.function_grant_refusals(boss, "P0009", none, legal) == ()
    assert codes(approval.function_grant_refusals(boss, "P0001", held, legal)) == ["own-grant", "held"]
    assert codes(approval.function_grant_refusals(actor(rules), "P0009", none, legal)) == ["permission"]
    assert approval.function_withdrawal_refusals(boss, held, legal) == ()
    assert codes(approval.function_withdrawal_refusals(actor(rules), none, legal)) == ["permission", "not-held"]


def exempting(rules: Rules, **changed: object) -> list[str]:
    sound = rules.approval.Exemption(True, "A person reviews each refusal.", timedelta(days=90), 90)
    return codes(rules.approval.exemption_refusals(replace(sound, **changed)))


def test_an_exception_is_from_a_failed_clause_with_controls_for_a_bounded_time(rules: Rules) -> None:
    assert exempting(rules) == []
    assert exempting(rules, fails=False) == ["clause-met"]
    assert exempting(rules, controls="none") == ["reason"]
    assert exempting(rules, lasts=timedelta(0)) == ["ended"]
    assert exempting(rules, lasts=timedelta(days=90, microseconds=1)) == ["too-long"]


def test_a_restriction_is_lifted_wherever_its_version_has_come_to(rules: Rules) -> None:
    for stage in rules.inventory.Stage:
        expected = [] if stage.name in ("IN_PRODUCTION", "SUPERSEDED", "RETIRED") else ["stage"]
        assert asking(rules, "RESTRICTED_USE", stage.name, lifts=True) == expected, stage
        about = aside(rules, "RESTRICTED_USE", stage.name, lifts=True)
        assert reasons(rules, "VOTE_APPROVE", about, actor(rules)) == expected, stage


def test_only_a_restriction_that_stands_there_is_lifted(rules: Rules) -> None:
    assert codes(rules.approval.lifting_refusals(stands=False)) == ["not-restricted"]
    assert rules.approval.lifting_refusals(stands=True) == ()
    gone = aside(rules, "RESTRICTED_USE", "IN_PRODUCTION", lifts=True, lifted=True)
    assert reasons(rules, "VOTE_APPROVE", gone, actor(rules)) == ["lifted"]
    assert reasons(rules, "VOTE_REJECT", gone, actor(rules)) == []
    approved = replace(gone, status=rules.approval.ChangeStatus.APPROVED, approved_digest="now")
    assert reasons(rules, "EXECUTE", approved, actor(rules, "OWNER")) == ["lifted"]
    assert reasons(rules, "EXECUTE", replace(approved, lifted=False), actor(rules, "OWNER")) == []


def test_a_restriction_says_within_what(rules: Rules) -> None:
    assert codes(rules.approval.restriction_refusals("none")) == ["reason"]
    assert rules.approval.restriction_refusals("Only for loans below 10,000.") == ()


def test_an_exception_is_ended_by_those_it_belongs_to_while_it_stands(rules: Rules) -> None:
    parties = frozenset({"P0001"})
    end = rules.approval.ending_refusals
    assert end(actor(rules, "OWNER"), stands=True, parties=parties) == ()
    assert codes(end(actor(rules, "OWNER", "P0009"), stands=False, parties=parties)) == ["not-yours", "not-standing"]
    assert codes(end(actor(rules), stands=True, parties=parties)) == ["permission"]


def standing(rules: Rules, figure: float | None = 0.7, direction: str = "at least") -> Any:
    return rules.exceptions.Standing("PE0001", "4.2", direction, figure, NOON, NOON + timedelta(days=1))


def test_an_exception_stands_from_its_first_moment_until_just_before_its_last(rules: Rules) -> None:
    tick = timedelta(microseconds=1)
    moments = (NOON - tick, NOON, NOON + timedelta(days=1) - tick, NOON + timedelta(days=1))
    for at, expected in zip(moments, (False, True, True, False), strict=True):
        assert standing(rules).stands(at) is expected
        assert rules.exceptions.covers(standing(rules), clause="4.2", figure=0.7, at=at) is expected


def test_an_exception_covers_its_clause_and_nothing_worse_than_was_reviewed(rules: Rules) -> None:
    def covered(now: float | None, of: str = "4.2", **reviewed: Any) -> bool:
        return bool(rules.exceptions.covers(standing(rules, **reviewed), clause=of, figure=now, at=NOON))

    assert (covered(0.7), covered(0.75), covered(0.69)) == (True, True, False)
    at_most = {"direction": "at most"}
    assert (covered(0.7, **at_most), covered(0.69, **at_most), covered(0.71, **at_most)) == (True, True, False)
    assert not covered(0.7, of="4.3")
    nothing: dict[str, Any] = {"figure": None}
    assert (covered(None), covered(0.7, **nothing), covered(None, **nothing)) == (False, False, True)


def test_an_exception_from_a_requirement_covers_what_was_lacking_at_its_review_and_no_figure(rules: Rules) -> None:
    reviewed = replace(standing(rules, figure=None), lacking=frozenset({"attributions", "training data"}))

    def covered(*lacks: str, of: str = "4.2", at: datetime = NOON, exception: Any = reviewed) -> bool:
        return bool(rules.exceptions.covers_missing(exception, clause=of, lacks=set(lacks), at=at))

    assert (covered("attributions"), covered("attributions", "training data")) == (True, True)
    assert not covered("attributions", "reference data")
    assert not covered("attributions", of="4.3")
    assert not covered("attributions", at=NOON + timedelta(days=1))
    assert not covered("attributions", exception=standing(rules))
    assert not rules.exceptions.covers(reviewed, clause="4.2", figure=None, at=NOON)


def test_what_is_lacking_stops_what_brings_a_version_into_use_unless_an_exception_lifts_it(rules: Rules) -> None:
    lacking = rules.validation.MissingClause("9.1", "Attributions are not handed in", "Hand them in.")
    for found, expected in ((lacking, ["required-evidence"]), (replace(lacking, lifted_by="PE0001"), [])):
        about = facts(rules, missing_clauses=(found,))
        assert reasons(rules, "VOTE_APPROVE", about, actor(rules)) == expected
        approved = facts(rules, "APPROVED", missing_clauses=(found,))
        assert reasons(rules, "EXECUTE", approved, actor(rules, "OWNER")) == expected
        assert reasons(rules, "VOTE_APPROVE", aside(rules, "RETIREMENT", missing_clauses=(found,)), actor(rules)) == []


def condition(rules: Rules, act: str, who: Any, text: str = SAID, **changed: object) -> list[str]:
    sound = rules.approval.ConditionFacts(
        rules.approval.ChangeStatus.APPROVED,
        rules.inventory.VersionFacts(rules.inventory.Stage.APPROVED),
        frozenset({"P0002"}),
        None if act == "REPORT" else "P0002",
        False,
    )
    deed = rules.approval.ConditionAct[act]
    return codes(rules.approval.condition_refusals(replace(sound, **changed), deed, who, text=text))


def test_a_condition_is_reported_by_its_owner_and_verified_by_an_approver_without_a_part(rules: Rules) -> None:
    owner, approver = actor(rules, "DEVELOPER", "P0002"), actor(rules)
    assert condition(rules, "REPORT", owner) == []
    assert condition(rules, "REPORT", approver) == ["not-yours"]
    token = replace(owner, token="T0001", scopes=frozenset(rules.access.Permission))
    assert condition(rules, "REPORT", token) == ["not-yours"]
    for act in ("VERIFY", "SEND_BACK"):
        assert condition(rules, act, approver) == []
        assert condition(rules, act, approver, done_by=None) == ["not-done"]
        assert condition(rules, act, approver, done_by="P0001") == ["own-work"]
        assert condition(rules, act, actor(rules, "OWNER")) == ["permission"]
        version = rules.inventory.VersionFacts(rules.inventory.Stage.APPROVED, frozenset({"P0001"}))
        assert condition(rules, act, approver, version=version) == ["duty-development"]
    assert condition(rules, "REPORT", owner, text="ok") == ["reason"]


def test_nothing_is_due_before_the_approval_or_after_the_verification(rules: Rules) -> None:
    owner, status = actor(rules, "DEVELOPER", "P0002"), rules.approval.ChangeStatus
    for one in status:
        expected = [] if one.name in ("APPROVED", "EXECUTED") else ["not-in-effect"]
        assert condition(rules, "REPORT", owner, change=one) == expected
    assert condition(rules, "REPORT", owner, verified=True) == ["verified"]


def test_a_review_is_reminded_before_it_is_due_and_escalated_after(rules: Rules) -> None:
    kinds = rules.approval.NoticeKind
    day, tick = timedelta(days=1), timedelta(microseconds=1)

    def due(at: datetime) -> object:
        return rules.approval.notice_due(NOON, at, remind_days_before=2, escalate_days_after=1)

    assert due(NOON - 2 * day - tick) is None
    assert due(NOON - 2 * day) is due(NOON + day - tick) is kinds.REMINDER
    assert due(NOON + day) is due(NOON + 30 * day) is kinds.ESCALATION


def test_a_signature_takes_a_recent_authentication(rules: Rules) -> None:
    def against(ago: timedelta | None) -> list[str]:
        proved = None if ago is None else NOON - ago
        return codes(rules.access.recent_authentication_refusals(proved, NOON))

    tick = timedelta(microseconds=1)
    assert against(timedelta(0)) == against(timedelta(minutes=5) - tick) == []
    assert against(timedelta(minutes=5)) == against(-tick) == against(None) == ["authentication"]
