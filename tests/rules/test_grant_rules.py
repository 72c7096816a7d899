"""Asked grants, access reviews, break-glass access and dormant accounts: each guard by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

from tests.rules.loading import Rules
from tests.rules.test_access_rules import codes

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ASKER, PERSON, SECOND_ADMINISTRATOR = "P0001", "P0002", "P0003"


def part(rules: Rules, name: str) -> ModuleType:
    return rules.parts[f"core.access.rules.{name}"]


def actor(rules: Rules, role: str, number: str = SECOND_ADMINISTRATOR, **more: Any) -> Any:
    return rules.access.Actor(number, frozenset({rules.access.Role(role)}), **more)


def asked(rules: Rules, **changed: Any) -> Any:
    granting = part(rules, "granting")
    facts = granting.AskedFacts(
        person=PERSON, role=rules.access.Role.VALIDATOR, asked_by=ASKER, status=granting.AskedStatus.WAITING,
        expires_at=NOON + DAY,
    )  # fmt: skip
    return replace(facts, **changed)


def confirming(rules: Rules, who: Any = None, **changed: Any) -> list[str]:
    chosen = who or actor(rules, "administrator")
    return codes(part(rules, "granting").confirm_refusals(asked(rules, **changed), chosen, at=NOON))


def test_which_roles_wait_for_a_second_administrator(rules: Rules) -> None:
    granting, roles = part(rules, "granting"), rules.access.Role
    waits = {role.value for role in roles if granting.waits_for_second(role, 2)}
    alone = {role.value for role in roles if granting.waits_for_second(role, 1)}

    assert waits == {"administrator", "approver", "validator", "auditor"}
    assert alone == waits - {"administrator"}


def test_a_second_administrator_confirms_and_nobody_concerned(rules: Rules) -> None:
    assert confirming(rules) == []
    for number, code in ((ASKER, "own-asking"), (PERSON, "own-grant")):
        assert confirming(rules, actor(rules, "administrator", number)) == [code]
    for number in (ASKER, PERSON):
        assert confirming(rules, represented=frozenset({number})) == ["acting-for"]
    assert confirming(rules, represented=frozenset({"P0009"})) == []
    assert confirming(rules, actor(rules, "approver")) == ["permission"]


def test_what_has_changed_since_is_asked_about_at_the_confirmation(rules: Rules) -> None:
    roles = rules.access.Role
    assert confirming(rules, asker_manages=False) == ["asker"]
    assert confirming(rules, person_active=False) == ["disabled"]
    assert confirming(rules, held=frozenset({roles.VALIDATOR})) == ["held"]
    assert confirming(rules, held=frozenset({roles.AUDITOR})) == ["toxic-pair"]
    assert confirming(rules, held=frozenset({roles.OWNER})) == []
    assert confirming(rules, ends_at=NOON) == ["ended"]
    assert confirming(rules, ends_at=NOON + SECOND) == []


def test_a_grant_is_decided_on_once_and_while_it_waits(rules: Rules) -> None:
    granting = part(rules, "granting")
    for status in granting.AskedStatus:
        expected = [] if status is granting.AskedStatus.WAITING else ["decided"]
        assert confirming(rules, status=status) == expected, status
        reasons = granting.decline_refusals(asked(rules, status=status), actor(rules, "administrator"), at=NOON)
        assert codes(reasons) == expected, status
    assert confirming(rules, expires_at=NOON) == ["decided"]
    assert confirming(rules, expires_at=NOON + SECOND) == []
    (late,) = granting.confirm_refusals(asked(rules, expires_at=NOON), actor(rules, "administrator"), at=NOON)
    assert late.message.endswith("it is expired")
    (over,) = granting.decline_refusals(
        asked(rules, status=granting.AskedStatus.DECLINED), actor(rules, "administrator"), at=NOON
    )
    assert over.message.endswith("it is declined")
    assert codes(granting.decline_refusals(asked(rules), actor(rules, "approver"), at=NOON)) == ["permission"]


def test_who_opens_break_glass_access_and_how_often(rules: Rules) -> None:
    glass = part(rules, "break_glass")
    for role in rules.access.Role:
        expected = [] if role.value in {"owner", "developer", "validator", "administrator"} else ["permission"]
        assert codes(glass.open_refusals(actor(rules, role.value), (), at=NOON)) == expected, role
    owner, hour = actor(rules, "owner"), timedelta(hours=1)
    within = [NOON - hours * hour for hours in (2, 5, 23)]
    assert codes(glass.open_refusals(owner, within[:2], at=NOON)) == []
    assert codes(glass.open_refusals(owner, within, at=NOON)) == ["too-often"]
    assert codes(glass.open_refusals(owner, [*within[:2], NOON - DAY], at=NOON)) == []
    assert codes(glass.open_refusals(replace(owner, break_glass="BG0001"), (), at=NOON)) == ["open"]
    assert codes(glass.break_glass_reason_refusals(" " * 30 + "x" * 19)) == ["reason"]
    assert codes(glass.break_glass_reason_refusals("x" * 20)) == []


def test_who_ends_and_who_reviews_break_glass_access(rules: Rules) -> None:
    glass = part(rules, "break_glass")
    running, over = glass.AccessFacts("BG0001", PERSON, False), glass.AccessFacts("BG0001", PERSON, True)
    person, approver = actor(rules, "owner", PERSON), actor(rules, "approver")
    token = replace(person, token="T0001")

    assert codes(glass.end_refusals(running, person)) == []
    assert codes(glass.end_refusals(running, actor(rules, "administrator"))) == []
    assert codes(glass.end_refusals(running, approver)) == ["permission"]
    assert codes(glass.end_refusals(running, token)) == ["token-scope"]
    assert codes(glass.end_refusals(over, person)) == ["ended"]
    assert codes(glass.review_refusals(over, approver)) == []
    assert codes(glass.review_refusals(over, actor(rules, "approver", PERSON))) == ["own-access"]
    assert codes(glass.review_refusals(over, actor(rules, "administrator"))) == ["permission"]
    assert codes(glass.review_refusals(running, approver)) == ["open"]
    assert codes(glass.review_refusals(replace(over, reviewed=True), approver)) == ["reviewed"]
    assert codes(glass.review_refusals(replace(over, represented=frozenset({PERSON})), approver)) == ["acting-for"]


def test_nothing_is_taken_away_under_break_glass_access_and_who_sees_accesses(rules: Rules) -> None:
    glass = part(rules, "break_glass")
    owner = actor(rules, "owner")
    seeing = {role.value for role in rules.access.Role if glass.sees_every_access(actor(rules, role.value))}

    assert codes(glass.leaving_refusals(owner)) == []
    assert codes(glass.leaving_refusals(replace(owner, break_glass="BG0001"))) == ["break-glass"]
    assert seeing == {"approver", "administrator", "auditor"}


def test_who_answers_for_a_grant(rules: Rules) -> None:
    reviewing = part(rules, "reviewing")
    facts = reviewing.ItemFacts(PERSON, frozenset({ASKER}))

    def refused(who: Any, keep: bool = True, **changed: Any) -> list[str]:
        return codes(reviewing.answer_refusals(replace(facts, **changed), who, keep=keep))

    approver = actor(rules, "approver")
    assert refused(approver) == refused(approver, keep=False) == []
    assert refused(actor(rules, "administrator")) == ["permission"]
    assert refused(actor(rules, "approver", PERSON)) == ["own-grant"]
    assert refused(actor(rules, "approver", ASKER)) == ["own-giving"]
    for number in (PERSON, ASKER):
        assert refused(approver, represented=frozenset({number})) == ["acting-for"]
    assert refused(approver, represented=frozenset({"P0009"})) == []
    assert refused(approver, answered=True) == ["answered"]
    assert refused(approver, closed=True) == ["closed"]
    assert refused(approver, last_administrator=True) == []
    assert refused(approver, keep=False, last_administrator=True) == ["last-administrator"]


def test_what_becomes_of_a_grant_that_nobody_answered_for(rules: Rules) -> None:
    reviewing = part(rules, "reviewing")
    became = {
        (in_force, last, could): reviewing.unanswered(in_force=in_force, last_administrator=last, somebody_could=could)
        for in_force in (True, False) for last in (True, False) for could in (True, False)
    }  # fmt: skip

    assert {facts for facts, word in became.items() if word is reviewing.Answered.EXPIRED} == {(True, False, True)}
    assert {facts for facts, word in became.items() if word is reviewing.Answered.OVERTAKEN} == {
        (False, last, could) for last in (True, False) for could in (True, False)
    }
    assert reviewing.opens_at(None, None, DAY) is None
    assert reviewing.opens_at(None, NOON, DAY) == NOON + DAY
    assert reviewing.opens_at(NOON + DAY, NOON, DAY) == NOON + 2 * DAY


def test_when_an_account_is_dormant_and_who_lets_in_again(rules: Rules) -> None:
    dormancy = part(rules, "dormancy")
    limit = 90 * DAY
    stands = [
        dormancy.standing(NOON, limit, at=NOON + span).value
        for span in (75 * DAY - SECOND, 75 * DAY, limit - SECOND, limit)
    ]
    blocked = {
        (use.value, last) for use in dormancy.Use for last in (True, False)
        if dormancy.blocked(use, last_administrator=last)
    }  # fmt: skip

    assert stands == ["in use", "nearing", "nearing", "dormant"]
    assert blocked == {("dormant", False)}
    administrator = actor(rules, "administrator")
    assert codes(dormancy.enable_refusals(administrator, PERSON, disabled=True)) == []
    assert codes(dormancy.enable_refusals(administrator, PERSON, disabled=False)) == ["enabled"]
    assert codes(dormancy.enable_refusals(administrator, administrator.id, disabled=True)) == ["own-account"]
    assert codes(dormancy.enable_refusals(actor(rules, "approver"), PERSON, disabled=True)) == ["permission"]
