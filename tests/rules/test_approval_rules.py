"""What stands against a request, an answer, a vote, an execution, a withdrawal."""

from dataclasses import replace

from tests.rules.loading import Rules
from tests.rules.test_access_rules import codes


def facts(rules: Rules, stage: str = "IN_APPROVAL", **changed: object) -> object:
    """A change against which nothing stands, requested by P0002 on a model of P0003."""
    status = rules.approval.ChangeStatus.APPROVED if stage == "APPROVED" else rules.approval.ChangeStatus.REQUESTED
    sound = rules.approval.ChangeFacts(
        version=rules.inventory.VersionFacts(rules.inventory.Stage[stage]),
        status=status,
        evidence_digest="now",
        concluded_digest="now",
        approved_digest="now" if stage == "APPROVED" else None,
        parties=frozenset({"P0002", "P0003"}),
    )
    return replace(sound, **changed)


def actor(rules: Rules, role: str = "APPROVER", person: str = "P0001") -> object:
    return rules.access.Actor(person, frozenset({rules.access.Role[role]}))


def reasons(rules: Rules, action: str, about: object, who: object) -> list[str]:
    return codes(rules.approval.refusals(about, rules.inventory.Action[action], who))


def test_sound_facts_stand_against_nothing(rules: Rules) -> None:
    for action in ("ANSWER_ITEM", "VOTE_APPROVE", "VOTE_REJECT"):
        assert reasons(rules, action, facts(rules), actor(rules)) == []
    assert reasons(rules, "EXECUTE", facts(rules, "APPROVED"), actor(rules)) == []


def test_an_act_that_is_no_decision_is_judged_by_the_cycle_alone(rules: Rules) -> None:
    assert reasons(rules, "ASK", facts(rules), actor(rules, "VALIDATOR")) == []
    assert reasons(rules, "ASK", facts(rules), actor(rules)) == ["permission"]


def test_a_version_has_one_open_change(rules: Rules) -> None:
    version = rules.inventory.VersionFacts(rules.inventory.Stage.VALIDATED)
    developer = actor(rules, "DEVELOPER")

    assert rules.approval.request_refusals(version, None, developer) == ()
    assert codes(rules.approval.request_refusals(version, "CR0001", developer)) == ["change-open"]


def test_a_decided_change_takes_no_answer_and_no_vote(rules: Rules) -> None:
    for status in ("APPROVED", "REJECTED", "WITHDRAWN", "EXECUTED"):
        about = facts(rules, status=rules.approval.ChangeStatus[status])
        for action in ("ANSWER_ITEM", "VOTE_APPROVE", "VOTE_REJECT"):
            assert reasons(rules, action, about, actor(rules)) == ["change-closed"]


def test_who_voted_neither_votes_nor_answers_again(rules: Rules) -> None:
    about = facts(rules, voters=frozenset({"P0001"}))
    for action in ("ANSWER_ITEM", "VOTE_APPROVE", "VOTE_REJECT"):
        assert reasons(rules, action, about, actor(rules)) == ["voted"]
        assert reasons(rules, action, about, actor(rules, person="P0009")) == []


def test_nothing_is_approved_that_the_validation_was_not_concluded_on(rules: Rules) -> None:
    for concluded in (None, "before"):
        about = facts(rules, concluded_digest=concluded)
        assert reasons(rules, "VOTE_APPROVE", about, actor(rules)) == ["not-concluded"]
        assert reasons(rules, "VOTE_REJECT", about, actor(rules)) == []


def test_an_approval_is_stopped_by_findings_and_checklist_with_every_reason(rules: Rules) -> None:
    about = facts(rules, blocking_findings=("F0001",), unanswered_items=("A", "B"), unmet_items=("C", "D"))

    assert reasons(rules, "VOTE_APPROVE", about, actor(rules)) == [
        "blocking-finding", "checklist-open", "checklist-unmet", "checklist-unmet",
    ]  # fmt: skip
    assert reasons(rules, "VOTE_REJECT", about, actor(rules)) == []


def test_code_reviews_that_policy_demands_before_approval_stop_the_approval_alone(rules: Rules) -> None:
    about = facts(rules, code_reviews=1)
    assert reasons(rules, "VOTE_APPROVE", about, actor(rules)) == ["no-code"]
    assert reasons(rules, "VOTE_REJECT", about, actor(rules)) == []
    review = rules.code.Review("ada", rules.code.ReviewState.APPROVED)
    commit = rules.code.CommitFacts("org/repo", "9f2c1e7", author="ben", reviews=(review,))
    assert reasons(rules, "VOTE_APPROVE", replace(about, commits=(commit,)), actor(rules)) == []


def test_unanswered_items_are_counted_in_plain_words(rules: Rules) -> None:
    action = rules.inventory.Action.VOTE_APPROVE
    (one,) = rules.approval.refusals(facts(rules, unanswered_items=("A",)), action, actor(rules))
    (two,) = rules.approval.refusals(facts(rules, unanswered_items=("A", "B")), action, actor(rules))

    assert (one.message, two.message) == ("1 checklist item has no answer", "2 checklist items have no answer")


def test_a_vote_rests_on_a_rationale_and_on_the_evidence_at_hand(rules: Rules) -> None:
    def vote(choice: str, rationale: str, seen: str) -> list[str]:
        action = rules.approval.ACTION_OF[rules.approval.Choice(choice)]
        return codes(
            rules.approval.vote_refusals(facts(rules), action, actor(rules), rationale=rationale, seen_digest=seen)
        )

    for choice in ("approve", "reject"):
        assert vote(choice, "Read in full.", "now") == []
        assert vote(choice, "ok", "before") == ["reason", "evidence-changed"]


def test_a_vote_is_refused_for_what_stands_against_its_choice(rules: Rules) -> None:
    about = facts(rules, unmet_items=("Way back",))
    refused = {
        choice.value: codes(
            rules.approval.vote_refusals(
                about, rules.approval.ACTION_OF[choice], actor(rules), rationale="Read in full.", seen_digest="now"
            )
        )
        for choice in rules.approval.Choice
    }

    assert refused == {"approve": ["checklist-unmet"], "reject": []}


def test_an_answer_other_than_met_says_why(rules: Rules) -> None:
    approval = rules.approval
    for answer in approval.Answer:
        bare = approval.answer_refusals(facts(rules), actor(rules), answer=answer, reason="")
        said = approval.answer_refusals(facts(rules), actor(rules), answer=answer, reason="There is a way back.")
        assert codes(bare) == ([] if answer is approval.Answer.MET else ["reason"])
        assert said == ()


def test_an_answer_is_refused_for_all_that_stands_against_it(rules: Rules) -> None:
    closed = facts(rules, status=rules.approval.ChangeStatus.REJECTED)

    for answer, expected in (("MET", ["change-closed"]), ("NOT_MET", ["change-closed", "reason"])):
        found = rules.approval.answer_refusals(closed, actor(rules), answer=rules.approval.Answer[answer], reason="")
        assert codes(found) == expected


def test_only_what_was_approved_is_executed(rules: Rules) -> None:
    def execution(**changed: object) -> list[str]:
        return reasons(rules, "EXECUTE", facts(rules, "APPROVED", **changed), actor(rules, "OWNER"))

    assert execution(status=rules.approval.ChangeStatus.IN_REVIEW) == ["not-approved"]
    assert execution(approved_digest="before") == ["evidence-changed"]
    assert execution(approved_digest=None) == ["evidence-changed"]


def test_whatever_brings_a_version_into_use_needs_a_conclusion_and_no_open_finding(rules: Rules) -> None:
    kinds = type(rules.approval.ChangeFacts.__dataclass_fields__["kind"].default)
    for kind in (kinds.FIRST_USE, kinds.NEW_VERSION, kinds.ROLLBACK):
        stage = "IN_APPROVAL" if kind is not kinds.ROLLBACK else "APPROVED"
        about = facts(rules, stage, kind=kind, concluded_digest="before", blocking_findings=("F0001",))

        assert {"not-concluded", "blocking-finding"} <= set(reasons(rules, "VOTE_APPROVE", about, actor(rules))), kind
        assert "blocking-finding" in reasons(rules, "EXECUTE", about, actor(rules)), kind


def test_a_blocking_finding_raised_after_the_approval_stops_the_execution(rules: Rules) -> None:
    about = facts(rules, "APPROVED", blocking_findings=("F0001",))

    assert reasons(rules, "EXECUTE", about, actor(rules)) == ["blocking-finding"]


def test_a_request_is_withdrawn_or_resumed_by_its_requester_or_the_owner_only(rules: Rules) -> None:
    for action, stage in (("WITHDRAW_CHANGE", "IN_APPROVAL"), ("RESUME_CHANGE", "VALIDATED")):
        for person in ("P0002", "P0003"):
            assert reasons(rules, action, facts(rules, stage), actor(rules, "DEVELOPER", person)) == []
        assert reasons(rules, action, facts(rules, stage), actor(rules, "DEVELOPER")) == ["not-yours"]


def test_the_refusal_names_those_to_whom_the_request_belongs(rules: Rules) -> None:
    action = rules.inventory.Action.WITHDRAW_CHANGE
    (named,) = rules.approval.refusals(facts(rules), action, actor(rules, "OWNER"))
    (unknown,) = rules.approval.refusals(facts(rules, parties=frozenset()), action, actor(rules, "OWNER"))

    assert named.message == "The request belongs to P0002 and P0003"
    assert unknown.message == "The request belongs to nobody"


def test_a_decided_change_is_neither_withdrawn_nor_resumed(rules: Rules) -> None:
    for status in ("APPROVED", "REJECTED", "WITHDRAWN", "EXECUTED"):
        for action, stage in (("WITHDRAW_CHANGE", "VALIDATED"), ("RESUME_CHANGE", "VALIDATED")):
            about = facts(rules, stage, status=rules.approval.ChangeStatus[status])
            assert reasons(rules, action, about, actor(rules, "OWNER", "P0003")) == ["change-closed"]


def test_a_quorum_is_reached_by_enough_votes_and_never_below_one(rules: Rules) -> None:
    def reaches(votes: int, quorum: int) -> bool:
        return bool(rules.approval.quorum_reached([frozenset()] * votes, quorum))

    reached = [(votes, quorum) for votes in range(4) for quorum in range(-1, 4) if reaches(votes, quorum)]

    assert reached == [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3)]
