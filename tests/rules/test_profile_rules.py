"""Scope and materiality, kinds of change, parts and reviews: the rules by themselves."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.access.rules import Role
from core.errors import Refusal
from core.inventory.people.rules import RACI, Answers, Column, CycleStep, Part, assign_refusals
from core.inventory.profile.rules import (
    PACK_RULES,
    Answer,
    Factor,
    OverrideStatus,
    RiskLevel,
    decide_tier_refusals,
    inherent_risk,
    pack_refusals,
    propose_tier_refusals,
    proposed_packs,
    tier_in_force,
)
from core.inventory.reviews.rules import latest_next, review_refusals
from core.inventory.rules import Line, Stage
from core.inventory.versions.rules import (
    CLASS_OF,
    ChangeClass,
    ChangeKind,
    class_between,
    following,
    kind_by_number,
    kind_refusals,
    retire_version_refusals,
    to_stable_refusals,
)
from core.policy.packs import packs
from tests.builders import NOON

numbers = st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
A = Answer


def codes(reasons: tuple[Refusal, ...]) -> list[str]:
    return [reason.code for reason in reasons]


def text(one: tuple[int, int, int]) -> str:
    return ".".join(map(str, one))


# ---- kinds of change


def test_every_kind_but_the_first_has_a_class_and_every_class_a_kind() -> None:
    assert set(CLASS_OF) == set(ChangeKind) - {ChangeKind.FIRST}
    assert set(CLASS_OF.values()) == set(ChangeClass)


@given(numbers, st.sampled_from(sorted(CLASS_OF)), st.sampled_from(ChangeClass))
def test_a_number_is_taken_exactly_when_its_step_is_the_class_of_the_kind(
    highest: tuple[int, int, int], kind: ChangeKind, step: ChangeClass
) -> None:
    later = following(highest, step)

    assert class_between(highest, later) is step
    assert codes(kind_refusals(text(later), kind, (highest,))) == ([] if CLASS_OF[kind] is step else ["change-class"])
    assert CLASS_OF[kind_by_number(text(later), (highest,))] is step


def test_a_later_version_says_what_kind_it_is_and_a_first_one_is_the_first() -> None:
    assert codes(kind_refusals("1.1.0", None, ((1, 0, 0),))) == ["change-kind"]
    assert codes(kind_refusals("1.1.0", ChangeKind.FIRST, ((1, 0, 0),))) == ["change-kind"]
    assert kind_refusals("1.0.0", None, ()) == kind_refusals("1.0.0", ChangeKind.FIRST, ()) == ()
    assert codes(kind_refusals("1.0.0", ChangeKind.METHOD, ())) == ["change-kind"]


def test_a_wrong_class_is_said_with_the_number_that_fits() -> None:
    (reason,) = kind_refusals("1.3.0", ChangeKind.USE, ((1, 2, 3), (0, 9, 0)))

    assert reason.message == "Another use or population is a major change, and 1.3.0 is a minor step after 1.2.3"
    assert reason.way_out == "Take 2.0.0, or say another kind of change."


def test_what_is_out_of_line_altogether_is_not_said_twice() -> None:
    assert kind_refusals("4.0.0", ChangeKind.CORRECTION, ((1, 0, 0),)) == ()


# ---- lines and retirement

MOVES_TO_STABLE = {Stage.DRAFT, Stage.IN_VALIDATION, Stage.NOT_VALIDATED}
RETIRES = {Stage.DRAFT, Stage.IN_VALIDATION, Stage.VALIDATED, Stage.NOT_VALIDATED}


@pytest.mark.parametrize("stage", list(Stage))
def test_a_version_moves_to_the_stable_line_before_anybody_decided_on_it(stage: Stage) -> None:
    allowed = not to_stable_refusals(Line.EXPERIMENTAL, stage)

    assert allowed == (stage in MOVES_TO_STABLE)
    assert "line-same" in codes(to_stable_refusals(Line.STABLE, stage))


@pytest.mark.parametrize("stage", list(Stage))
def test_what_is_in_use_or_on_its_way_is_not_retired_by_its_owner_alone(stage: Stage) -> None:
    assert (not retire_version_refusals(stage, None)) == (stage in RETIRES)
    whole = not retire_version_refusals(stage, None, with_its_model=True)
    assert whole == (stage in RETIRES | {Stage.SUPERSEDED})
    assert "open-request" in codes(retire_version_refusals(stage, "CR0001"))


# ---- scope and materiality


def test_an_override_stands_after_a_change_only_where_it_is_the_stricter() -> None:
    for rule, override in product(range(1, 5), range(1, 5)):
        assert tier_in_force(rule, override) == min(rule, override)
        assert tier_in_force(rule, None) == rule


def test_a_tier_is_proposed_once_with_a_reason_and_is_another_one() -> None:
    why = "The score decides nothing by itself."
    assert propose_tier_refusals(2, 1, pending=False, reason=why) == ()
    assert codes(propose_tier_refusals(5, 5, pending=True, reason="no")) == [
        "tier", "tier-same", "tier-pending", "reason",
    ]  # fmt: skip


def test_nobody_confirms_their_own_tier_and_none_twice() -> None:
    assert decide_tier_refusals(OverrideStatus.PROPOSED, "P1", "P2") == ()
    assert codes(decide_tier_refusals(OverrideStatus.PROPOSED, "P1", "P1")) == ["own-proposal"]
    for status in set(OverrideStatus) - {OverrideStatus.PROPOSED}:
        assert codes(decide_tier_refusals(status, "P1", "P2")) == ["tier-decided"]


def test_inherent_risk_is_the_highest_factor_and_unknown_until_all_are_assessed() -> None:
    low = dict.fromkeys(Factor, RiskLevel.LOW)
    assert inherent_risk(low) is RiskLevel.LOW
    for factor in Factor:
        assert inherent_risk(low | {factor: RiskLevel.HIGH}) is RiskLevel.HIGH
        assert inherent_risk({one: level for one, level in low.items() if one is not factor}) is None


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({A.US_BANK, A.CREDIT}, {"sr-26-2", "fair-lending"}),
        ({A.US_BANK, A.GENERATIVE}, set()),  # SR 26-2 leaves generative models out
        ({A.NEW_YORK_CITY, A.EMPLOYMENT}, {"nyc-ll144", "fair-lending"}),
        ({A.NEW_YORK_CITY, A.CREDIT}, {"fair-lending"}),  # Local Law 144 is about employment
        ({A.EUROPE, A.PERSONAL_DATA}, {"gdpr"}),
        ({A.EUROPE, A.CREDIT}, {"eu-ai-act"}),
        ({A.EUROPE, A.CREDIT, A.PERSONAL_DATA}, {"eu-ai-act", "gdpr"}),
        ({A.CALIFORNIA, A.PERSONAL_DATA}, set()),
        ({A.CALIFORNIA, A.PERSONAL_DATA, A.SIGNIFICANT}, {"ccpa-admt"}),
        ({A.COLORADO, A.ESSENTIAL}, {"colorado-sb26-189"}),
        ({A.VOLUNTARY, A.MANAGEMENT_SYSTEM}, {"nist-ai-rmf-1.0", "iso-42001"}),
        (set(), set()),
    ],
)
def test_packs_follow_from_the_answers(answers: set[Answer], expected: set[str]) -> None:
    assert {one.pack for one in proposed_packs(frozenset(answers))} == expected


def test_every_rule_names_a_pack_that_is_in_force_and_says_why() -> None:
    for rule in PACK_RULES:
        assert packs()[rule.pack].superseded_by is None
        assert rule.why


def test_who_departs_from_the_proposal_says_why() -> None:
    both, one = frozenset({"gdpr", "sr-26-2"}), frozenset({"gdpr"})
    assert pack_refusals(both, both, "") == ()
    assert codes(pack_refusals(both, one, "")) == ["pack-reason"]
    assert pack_refusals(both, one, "Not a banking organisation.") == ()


# ---- parts


def test_one_column_is_accountable_in_every_step_and_somebody_is_responsible() -> None:
    for step in CycleStep:
        does = list(RACI[step].values())
        assert set(RACI[step]) == set(Column)
        assert sum(one in (Answers.ACCOUNTABLE, Answers.BOTH) for one in does) == 1, step
        assert any(one in (Answers.RESPONSIBLE, Answers.BOTH) for one in does), step
    assert RACI[CycleStep.VALIDATE][Column.DEVELOPER] is Answers.CONSULTED  # who builds does not judge


def test_a_validator_took_no_part_in_the_model() -> None:
    def against(**told: object) -> list[str]:
        facts: dict[str, object] = {
            "roles": frozenset({Role.VALIDATOR}), "held": frozenset(), "developed": False, "standing": False,
        }  # fmt: skip
        return codes(assign_refusals(Part.VALIDATOR, **(facts | told)))  # type: ignore[arg-type]

    assert against() == []
    assert against(held=frozenset({Part.OWNER})) == against(held=frozenset({Part.DEVELOPER})) == ["part-duty"]
    assert against(developed=True) == ["part-duty"]
    assert against(roles=frozenset()) == ["part-role"]
    assert against(standing=True) == ["part-held"]


def test_owner_and_developer_are_fields_and_users_need_no_role() -> None:
    for part in Part:
        found = codes(assign_refusals(part, roles=frozenset(Role), held=frozenset(), developed=False, standing=False))
        assert found == (["part-field"] if part in (Part.OWNER, Part.DEVELOPER) else [])
    assert assign_refusals(Part.USER, roles=frozenset(), held=frozenset(), developed=True, standing=False) == ()


# ---- reviews


def test_the_next_review_lies_between_now_and_the_end_of_the_cadence() -> None:
    latest = latest_next(NOON, 6)

    def against(next_review: object, summary: str = "Read the metrics of the year.") -> list[str]:
        return codes(review_refusals(summary, next_review, reviewed_at=NOON, months=6))  # type: ignore[arg-type]

    assert against(latest) == against(NOON + timedelta(days=1)) == []
    assert against(latest + timedelta(seconds=1)) == ["review-late"]
    assert against(NOON) == ["review-past"]
    assert against(latest, "short") == ["reason"]
