"""Execution: steps and their hold, the way back, environments, and whose review of the code counts."""

from datetime import timedelta
from typing import Any

from core.policy.rules import Phase, RolloutStep
from tests.rules.loading import Rules
from tests.rules.rollout_world import NOON, explore
from tests.rules.test_access_rules import codes

ACTS = {
    "BEGIN": {None},
    "ADVANCE": {"UNDER_WAY"},
    "HALT": {"UNDER_WAY"},
    "RESUME": {"HALTED"},
    "ABORT": {"UNDER_WAY", "HALTED"},
    "RELEASE": {"UNDER_WAY", "HALTED"},
}
MOVES = {
    (None, "BEGIN", "UNDER_WAY"),
    ("UNDER_WAY", "ADVANCE", "UNDER_WAY"),
    ("UNDER_WAY", "ADVANCE", None),
    ("UNDER_WAY", "HALT", "HALTED"),
    ("HALTED", "RESUME", "UNDER_WAY"),
    ("UNDER_WAY", "ABORT", None),
    ("HALTED", "ABORT", None),
    (None, "RETURN", None),
}


def actor(rules: Rules, *roles: str) -> Any:
    return rules.access.Actor("P0001", frozenset(rules.access.Role[role] for role in roles or ("OWNER",)))


def change(rules: Rules, **changed: object) -> Any:
    approval, inventory = rules.approval, rules.inventory
    values: dict[str, object] = {
        "version": inventory.VersionFacts(inventory.Stage.APPROVED),
        "status": approval.ChangeStatus.APPROVED,
        "evidence_digest": "now",
        "concluded_digest": "now",
        "approved_digest": "now",
    }
    return approval.ChangeFacts(**values | changed)


def facts(rules: Rules, status: str | None = "UNDER_WAY", **changed: object) -> Any:
    rollout = rules.rollout
    values: dict[str, object] = {
        "change": change(rules),
        "status": rollout.RolloutStatus[status] if status else None,
        "at": NOON,
        "hold_until": NOON,
        "step_words": "canary 10 %",
    }
    return rollout.RolloutFacts(**values | changed)


def reasons(rules: Rules, act: str, about: Any, who: Any = None, **said: str) -> list[str]:
    rollout = rules.rollout
    return codes(rollout.rollout_refusals(about, rollout.Act[act], who or actor(rules), **said))


def test_no_sequence_of_acts_breaks_an_invariant_of_execution(rules: Rules) -> None:
    states, moves = explore(rules)

    assert moves == MOVES
    assert states > 50


def breach(rules: Rules, act: str = "RELEASE") -> dict[str, Any]:
    """What a release starts from, and no other act."""
    return {"held": rules.rollout.Breach("recall", "CH0007", "canary_hold")} if act == "RELEASE" else {}


def test_each_act_starts_where_it_can(rules: Rules) -> None:
    for act, starts in ACTS.items():
        for status in (None, *(one.name for one in rules.rollout.RolloutStatus)):
            expected = [] if status in starts else ["rollout-status"]
            assert reasons(rules, act, facts(rules, status, **breach(rules, act))) == expected, (act, status)


def test_a_breach_stops_the_next_step_until_a_person_releases_it(rules: Rules) -> None:
    (reason,) = rules.rollout.rollout_refusals(facts(rules, **breach(rules)), rules.rollout.Act.ADVANCE, actor(rules))

    assert (reason.code, reason.clause, "recall" in reason.message) == ("breach-held", "canary_hold", True)
    for act in ("HALT", "ABORT"):
        assert reasons(rules, act, facts(rules, **breach(rules))) == [], act
    assert reasons(rules, "RESUME", facts(rules, "HALTED", **breach(rules))) == []
    assert reasons(rules, "RELEASE", facts(rules)) == ["not-held"]
    assert reasons(rules, "RELEASE", facts(rules, **breach(rules)), reason="no") == ["reason"]
    assert reasons(rules, "RELEASE", facts(rules, **breach(rules)), reason="The labels were late.") == []


def test_bringing_a_version_further_takes_all_that_an_execution_takes_and_stopping_does_not(rules: Rules) -> None:
    about = {"change": change(rules, blocking_findings=("F0001",), approved_digest="before")}
    for act, starts in ACTS.items():
        for status in starts:
            expected = [] if act in ("HALT", "ABORT") else ["evidence-changed", "blocking-finding"]
            assert reasons(rules, act, facts(rules, status, **about, **breach(rules, act))) == expected, act


def test_every_act_takes_its_permission(rules: Rules) -> None:
    for act, starts in ACTS.items():
        for status in starts:
            about = facts(rules, status, **breach(rules, act))
            assert reasons(rules, act, about, actor(rules, "VALIDATOR")) == ["permission"], act


def test_a_token_halts_aborts_and_goes_back_but_never_brings_a_version_further(rules: Rules) -> None:
    access = rules.access
    token = access.Actor("P0001", frozenset({access.Role.OWNER}), token="T0001", scopes=frozenset(access.Permission))
    for act, starts in ACTS.items():
        for status in starts:
            expected = [] if act in ("HALT", "ABORT") else ["token-scope"]
            assert reasons(rules, act, facts(rules, status, **breach(rules, act)), token) == expected, act

    assert codes(rules.rollout.return_refusals(way_back(rules), token)) == []
    assert codes(rules.rollout.return_refusals(way_back(rules, version=None), token)) == []


def test_a_step_holds_to_the_minute_and_says_until_when(rules: Rules) -> None:
    early = facts(rules, hold_until=NOON + timedelta(microseconds=1))
    (reason,) = rules.rollout.rollout_refusals(early, rules.rollout.Act.ADVANCE, actor(rules))

    assert (reason.code, "canary 10 % holds until 2026-11-20 12:00 UTC" in reason.message) == ("hold", True)
    assert reasons(rules, "ADVANCE", facts(rules, hold_until=NOON)) == []
    assert reasons(rules, "ADVANCE", facts(rules, hold_until=None)) == []
    assert reasons(rules, "RESUME", facts(rules, "HALTED", hold_until=NOON + timedelta(hours=1))) == []


def test_another_rollout_of_the_model_stops_a_beginning_and_nothing_else(rules: Rules) -> None:
    for act, starts in ACTS.items():
        for status in starts:
            expected = ["rollout-open"] if act == "BEGIN" else []
            assert reasons(rules, act, facts(rules, status, other="CR0009", **breach(rules, act))) == expected, act


def test_halting_and_aborting_say_why(rules: Rules) -> None:
    for act, status in (("HALT", "UNDER_WAY"), ("ABORT", "HALTED")):
        assert reasons(rules, act, facts(rules, status), reason="no") == ["reason"]
        assert reasons(rules, act, facts(rules, status), reason="Errors doubled in the canary.") == []
    assert reasons(rules, "RESUME", facts(rules, "HALTED"), reason="") == []


def test_policy_can_demand_code_reviews_before_each_step(rules: Rules) -> None:
    for act in ("BEGIN", "ADVANCE", "RESUME"):
        (status,) = ACTS[act]
        assert reasons(rules, act, facts(rules, status, code_reviews=1)) == ["no-code"], act
    assert reasons(rules, "ABORT", facts(rules, code_reviews=1)) == []


def way_back(rules: Rules, **changed: object) -> Any:
    inventory = rules.inventory
    values: dict[str, object] = {
        "current": "1.1.0",
        "former": "1.0.0",
        "version": inventory.VersionFacts(inventory.Stage.SUPERSEDED),
        "approval_stands": True,
    }
    return rules.rollout.ReturnFacts(**values | changed)


def returning(rules: Rules, about: Any, *roles: str, **said: str) -> list[str]:
    return codes(rules.rollout.return_refusals(about, actor(rules, *roles), **said))


def test_going_back_needs_no_vote_while_the_approval_stands(rules: Rules) -> None:
    assert returning(rules, way_back(rules)) == []
    assert returning(rules, way_back(rules, approval_stands=False)) == ["approval-gone"]
    assert returning(rules, way_back(rules, blocking_findings=("F1", "F2"))) == ["blocking-finding"] * 2


def test_there_is_no_way_back_to_nothing(rules: Rules) -> None:
    assert returning(rules, way_back(rules, current=None, former=None, version=None)) == ["nothing-stands"]
    assert returning(rules, way_back(rules, former=None, version=None)) == ["no-way-back"]


def test_going_back_takes_the_permission_the_stage_and_one_reason(rules: Rules) -> None:
    retired = rules.inventory.VersionFacts(rules.inventory.Stage.RETIRED)

    assert returning(rules, way_back(rules), "VALIDATOR") == ["permission"]
    assert returning(rules, way_back(rules, version=None), "VALIDATOR") == ["permission"]
    assert returning(rules, way_back(rules, version=None)) == []
    assert returning(rules, way_back(rules, version=retired)) == ["stage"]
    assert returning(rules, way_back(rules), reason="no") == ["reason"]
    assert returning(rules, way_back(rules), reason="Wrong decisions since noon.") == []


def test_the_system_goes_back_under_a_clause_of_policy_by_the_same_rules_but_without_a_role(rules: Rules) -> None:
    retired = rules.inventory.VersionFacts(rules.inventory.Stage.RETIRED)

    def by_itself(about: Any) -> list[str]:
        return codes(rules.rollout.return_refusals(about, rules.access.SYSTEM))

    assert by_itself(way_back(rules)) == by_itself(way_back(rules, version=None)) == []
    assert by_itself(way_back(rules, version=retired)) == ["stage"]
    assert by_itself(way_back(rules, approval_stands=False)) == ["approval-gone"]
    assert by_itself(way_back(rules, blocking_findings=("F1",))) == ["blocking-finding"]
    assert by_itself(way_back(rules, former=None, version=None)) == ["no-way-back"]


def test_a_return_that_was_decided_on_another_state_does_not_happen(rules: Rules) -> None:
    seen = rules.rollout.seen_refusals

    assert seen(way_back(rules), None) == seen(way_back(rules), "1.1.0") == ()
    assert codes(seen(way_back(rules), "1.2.0")) == ["pointer-moved"]
    assert "No version stands" in seen(way_back(rules, current=None), "1.2.0")[0].message


def test_an_environment_takes_what_is_validated_and_one_that_serves_what_is_approved(rules: Rules) -> None:
    stages = {stage.name for stage in rules.inventory.Stage}
    for serves, taken in (
        (False, {"VALIDATED", "IN_APPROVAL", "APPROVED", "IN_PRODUCTION", "SUPERSEDED"}),
        (True, {"APPROVED", "IN_PRODUCTION", "SUPERSEDED"}),
    ):
        for name in stages:
            stage = rules.inventory.Stage[name]
            found = codes(rules.rollout.place_refusals(stage, serves=serves, takes_turns=False, actor=actor(rules)))
            assert found == ([] if name in taken else ["place-stage"]), (serves, name)


def test_placing_takes_the_permission_and_leaves_the_places_of_a_blue_green_rollout_alone(rules: Rules) -> None:
    stage, place = rules.inventory.Stage.APPROVED, rules.rollout.place_refusals

    assert codes(place(stage, serves=True, takes_turns=False, actor=actor(rules, "DEVELOPER"))) == ["permission"]
    assert codes(place(stage, serves=True, takes_turns=True, actor=actor(rules))) == ["place-slot"]
    assert codes(place(stage, serves=True, takes_turns=False, stands=True, actor=actor(rules))) == ["place-same"]


def test_the_way_out_of_a_wrong_stage_is_the_next_step(rules: Rules) -> None:
    place, draft = rules.rollout.place_refusals, rules.inventory.Stage.DRAFT
    ways = [place(draft, serves=serves, takes_turns=False, actor=actor(rules))[0].way_out for serves in (True, False)]

    assert ways == ["Have it approved first.", "Have it validated first."]


def test_blue_green_takes_two_places(rules: Rules) -> None:
    slots = rules.rollout.slot_refusals

    assert codes(slots(("blue",))) == ["slots"]
    assert codes(slots(())) == ["slots"]
    assert slots(("blue", "green")) == ()


def test_a_plan_ends_with_full_and_blue_green_holds_as_long_as_all_its_steps(rules: Rules) -> None:
    rollout = rules.rollout
    step, phase, strategy = RolloutStep, Phase, rollout.Strategy
    steps = (step(phase.SHADOW, 0, 24), step(phase.CANARY, 10, 48), step(phase.FULL, 100, 0))

    assert rollout.plan_of(steps, strategy.STEPWISE) == steps
    assert rollout.plan_of(steps[:2], strategy.STEPWISE) == steps
    assert rollout.plan_of(steps, strategy.BLUE_GREEN) == (step(phase.SHADOW, 0, 72), steps[2])
    assert rollout.plan_from(rollout.plan_text(steps)) == steps
    assert rollout.plan_text(steps) == "shadow 0 24\ncanary 10 48\nfull 100 0"


def test_steps_are_said_as_people_say_them(rules: Rules) -> None:
    rollout, step, phase = rules.rollout, RolloutStep, Phase

    assert rollout.step_words(step(phase.CANARY, 10, 1)) == "canary 10 %"
    assert rollout.step_words(step(phase.SHADOW, 0, 1)) == "shadow"


def test_a_status_is_named_in_the_reason(rules: Rules) -> None:
    rollout = rules.rollout
    (never,) = rollout.rollout_refusals(facts(rules, None), rollout.Act.HALT, actor(rules))
    (done,) = rollout.rollout_refusals(facts(rules, "COMPLETED"), rollout.Act.HALT, actor(rules))

    assert "has not begun" in never.message
    assert "is completed" in done.message


def test_a_rehearsal_counts_for_as_many_days_as_policy_says(rules: Rules) -> None:
    rollout = rules.rollout

    assert rollout.drill_due(90, NOON) == NOON + timedelta(days=90)
    assert rollout.drill_due(90, None) is None


def commit(rules: Rules, *reviews: tuple[str, str], **changed: object) -> Any:
    code = rules.code
    said = tuple(code.Review(who, code.ReviewState[state]) for who, state in reviews)
    values: dict[str, object] = {"repository": "bank/score", "revision": "ab" * 20, "author": "ada", "reviews": said}
    return code.CommitFacts(**values | changed)


def reviewing(rules: Rules, demanded: int, *commits: Any) -> list[str]:
    return codes(rules.code.code_refusals(demanded, commits))


def test_reviews_by_people_who_did_not_write_the_code_count_once_each(rules: Rules) -> None:
    twice = commit(rules, ("Grace", "APPROVED"), ("grace", "APPROVED"))
    own = commit(rules, ("Ada", "APPROVED"), ("Grace", "APPROVED"))
    bot = commit(rules, ("dependabot[bot]", "APPROVED"), ("Grace", "APPROVED"))
    said = commit(rules, ("Grace", "COMMENTED"), ("Joan", "DISMISSED"))

    assert [len(one.approvers) for one in (twice, own, bot, said)] == [1, 1, 1, 0]
    assert reviewing(rules, 2, own) == ["code-reviews"]
    assert reviewing(rules, 1, own) == []


def test_no_review_is_demanded_where_policy_demands_none(rules: Rules) -> None:
    assert reviewing(rules, 0) == []
    assert reviewing(rules, 0, commit(rules, failed_checks=("unit",))) == []
    assert reviewing(rules, 1) == ["no-code"]


def test_every_repository_behind_a_version_is_reviewed(rules: Rules) -> None:
    reviewed = commit(rules, ("Grace", "APPROVED"))

    assert reviewing(rules, 1, reviewed, commit(rules)) == ["code-reviews"]
    assert reviewing(rules, 1, reviewed, reviewed) == []


def test_an_objection_an_open_pull_request_and_a_failed_or_running_check_stand_against_it(rules: Rules) -> None:
    good = ("Grace", "APPROVED")

    assert reviewing(rules, 1, commit(rules, good, ("Joan", "CHANGES_REQUESTED"))) == ["code-objection"]
    assert reviewing(rules, 1, commit(rules, good, merged=False)) == ["code-not-merged"]
    assert reviewing(rules, 1, commit(rules, good, failed_checks=("a", "b"))) == ["code-check"] * 2
    assert reviewing(rules, 1, commit(rules, good, running_checks=("a",))) == ["code-check-running"]


def test_a_missing_review_is_counted_in_words(rules: Rules) -> None:
    said = [rules.code.code_refusals(demanded, ())[0].message for demanded in (1, 2)]

    assert ["1 code review," in said[0], "2 code reviews," in said[1]] == [True, True]
