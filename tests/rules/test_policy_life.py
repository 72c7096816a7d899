"""The life of a policy: who drafts, submits, returns, publishes and withdraws it, and what its text must be by then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

from tests.rules.loading import Rules
from tests.rules.test_access_rules import codes, every_set_of_roles

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN = {"DRAFT", "SUBMITTED"}
WHEN = {
    "CHANGE": {"DRAFT"},
    "SIMULATE": OPEN,
    "SUBMIT": {"DRAFT"},
    "RETURN": {"SUBMITTED"},
    "PUBLISH": {"SUBMITTED"},
    "RETIRE": OPEN,
}
ROLES = {"draft": {"owner", "validator", "approver"}, "publish": {"approver"}}
TAKES = {act: "publish" if act in ("RETURN", "PUBLISH") else "draft" for act in WHEN}
BY_AUTHOR, BY_ANOTHER = {"CHANGE", "SUBMIT", "RETIRE"}, {"RETURN", "PUBLISH"}


def actor(rules: Rules, person: str = "P0001", *roles: str) -> Any:
    held = roles or ("APPROVER",)
    return rules.access.Actor(person, frozenset(rules.access.Role[role] for role in held))


def facts(rules: Rules, status: str = "DRAFT", **more: Any) -> Any:
    """A sound and simulated draft of P0001."""
    return replace(rules.policy.DraftFacts(rules.policy.DraftStatus[status], "P0001", simulated=True), **more)


def against(rules: Rules, act: str, held: object, who: object) -> list[str]:
    return codes(rules.policy.draft_refusals(held, rules.policy.DraftAct[act], who))


def right_person(act: str) -> str:
    return "P0002" if act in BY_ANOTHER else "P0001"


def test_each_act_has_its_status(rules: Rules) -> None:
    for act, status in product(WHEN, rules.policy.DraftStatus):
        found = against(rules, act, facts(rules, status.name), actor(rules, right_person(act)))
        assert found == ([] if status.name in WHEN[act] else ["draft-status"])


def test_each_act_takes_its_role_and_administrators_have_none(rules: Rules) -> None:
    for roles, act in product(every_set_of_roles(rules), WHEN):
        who = rules.access.Actor(right_person(act), roles)
        allowed = bool({str(role) for role in roles} & ROLES[TAKES[act]]) and not (
            {"administrator", "auditor"} & {str(role) for role in roles}
        )
        status = "SUBMITTED" if act in BY_ANOTHER else "DRAFT"
        assert against(rules, act, facts(rules, status), who) == ([] if allowed else ["permission"])
        if act == "CHANGE":
            assert codes(rules.policy.create_refusals(who)) == ([] if allowed else ["permission"])


def test_a_draft_is_its_authors_and_its_publication_is_somebody_elses(rules: Rules) -> None:
    for act in WHEN:
        status = "SUBMITTED" if act in BY_ANOTHER else "DRAFT"
        author, other = (against(rules, act, facts(rules, status), actor(rules, who)) for who in ("P0001", "P0002"))
        assert author == (["own-draft"] if act in BY_ANOTHER else [])
        assert other == (["not-author"] if act in BY_AUTHOR else [])


def test_what_cannot_be_read_is_neither_simulated_nor_submitted_nor_published(rules: Rules) -> None:
    for act in WHEN:
        status = "SUBMITTED" if act in BY_ANOTHER else "DRAFT"
        found = against(rules, act, facts(rules, status, problems=2), actor(rules, right_person(act)))
        assert found == (["unreadable"] if act in ("SIMULATE", "SUBMIT", "PUBLISH") else [])


def test_a_version_that_is_published_is_not_published_again(rules: Rules) -> None:
    for act in WHEN:
        status = "SUBMITTED" if act in BY_ANOTHER else "DRAFT"
        found = against(
            rules, act, facts(rules, status, taken="Model governance 2026.1"), actor(rules, right_person(act))
        )
        assert found == (["version-taken"] if act in ("SUBMIT", "PUBLISH") else [])


def test_nothing_is_published_unless_this_text_was_simulated(rules: Rules) -> None:
    for act in WHEN:
        status = "SUBMITTED" if act in BY_ANOTHER else "DRAFT"
        found = against(rules, act, facts(rules, status, simulated=False), actor(rules, right_person(act)))
        assert found == (["not-simulated"] if act == "PUBLISH" else [])


def test_one_text_is_simulated_once_at_a_time(rules: Rules) -> None:
    def found(pending: str, held: Any) -> list[str]:
        return codes(rules.policy.simulate_refusals(held, pending, actor(rules)))

    assert found("", facts(rules)) == []
    assert found("SM0001", facts(rules)) == ["simulation-pending"]
    assert found("SM0001", facts(rules, "RETIRED")) == ["draft-status", "simulation-pending"]


def test_reasons_are_said_in_plain_words(rules: Rules) -> None:
    def said(act: str, **more: Any) -> list[str]:
        found = rules.policy.draft_refusals(facts(rules, **more), rules.policy.DraftAct[act], actor(rules))
        return [str(one) for one in found]

    assert said("SUBMIT", problems=1) == ["The text has 1 problem (policy). Put them right; each names its line."]
    assert said("SUBMIT", problems=2) == ["The text has 2 problems (policy). Put them right; each names its line."]
    assert said("SIMULATE", status="RETIRED") == [
        "The draft is retired; to simulate the draft it must be draft or submitted (policy). Begin a draft from it."
    ]
    assert said("CHANGE", status="SUBMITTED") == [
        "The draft is submitted; to change the draft it must be draft (policy)."
    ]


def test_a_scheduled_policy_is_withdrawn_before_it_takes_effect(rules: Rules) -> None:
    def found(effective: datetime, *, withdrawn: bool = False, role: str = "APPROVER") -> list[str]:
        held = rules.policy.PolicyFacts(effective, withdrawn)
        return codes(rules.policy.withdraw_refusals(held, actor(rules, "P0001", role), at=NOON))

    assert found(NOON + HOUR) == []
    assert found(NOON) == found(NOON - HOUR) == ["in-effect"]
    assert found(NOON + HOUR, withdrawn=True) == ["withdrawn"]
    assert found(NOON + HOUR, role="OWNER") == ["permission"]


def test_a_policy_never_takes_effect_in_the_past(rules: Rules) -> None:
    assert [codes(rules.policy.effect_refusals(NOON + shift, at=NOON)) for shift in (-HOUR, 0 * HOUR, HOUR)] == [
        ["past-date"], [], [],
    ]  # fmt: skip


def test_each_act_has_a_reason(rules: Rules) -> None:
    assert rules.policy.act_reason_refusals("ten chars!") == ()
    assert codes(rules.policy.act_reason_refusals("   nine chr!   ")) == ["reason"]


def test_where_a_policy_stands_follows_from_dates_alone(rules: Rules) -> None:
    def found(effective: datetime, in_force: bool, *, withdrawn: bool = False) -> str:
        return str(rules.policy.standing(rules.policy.PolicyFacts(effective, withdrawn), in_force, at=NOON).name)

    assert found(NOON, True) == "IN_FORCE"
    assert found(NOON - HOUR, False) == "FORMER"
    assert found(NOON + HOUR, False) == "SCHEDULED"
    assert found(NOON + HOUR, False, withdrawn=True) == "WITHDRAWN"


class Draft(NamedTuple):
    """A draft as the books of the test keep it."""

    status: str = "DRAFT"
    simulated: bool = False
    submitted_by: str = ""
    published_by: str = ""


def test_no_sequence_of_acts_publishes_what_one_person_wrote_or_nobody_simulated(rules: Rules) -> None:
    """Every state that a sound draft of P0001 can reach, with three people who hold every role that decides."""
    people = [actor(rules, f"P000{n}", "OWNER", "DEVELOPER", "VALIDATOR", "APPROVER") for n in (1, 2, 3)]
    seen, frontier = {Draft()}, [Draft()]
    while frontier:
        state = frontier.pop()
        for act, who in product(WHEN, people):
            held = facts(rules, state.status, simulated=state.simulated)
            if against(rules, act, held, who):
                continue
            step = after(state, act, who.id)
            assert step.status != "PUBLISHED" or (step.simulated and step.submitted_by == "P0001" != step.published_by)
            assert state.status not in ("PUBLISHED", "RETIRED"), f"{act} moved a closed draft"
            if step not in seen:
                seen.add(step)
                frontier.append(step)
    assert {state.status for state in seen} == {"DRAFT", "SUBMITTED", "PUBLISHED", "RETIRED"}


def after(state: Draft, act: str, who: str) -> Draft:
    """What the act does, by what it is."""
    return {
        "CHANGE": state._replace(simulated=False),
        "SIMULATE": state._replace(simulated=True),
        "SUBMIT": state._replace(status="SUBMITTED", submitted_by=who),
        "RETURN": state._replace(status="DRAFT", submitted_by=""),
        "PUBLISH": state._replace(status="PUBLISHED", published_by=who),
        "RETIRE": state._replace(status="RETIRED"),
    }[act]
