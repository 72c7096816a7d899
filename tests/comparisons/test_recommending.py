"""The published rule: what a comparison recommends, one reason at a time."""

from dataclasses import replace

import pytest

from core.access.rules import Actor, Role
from core.improvement.comparisons.rules import (
    ComparisonFacts,
    ComparisonStatus,
    GroupDifference,
    Increase,
    Paired,
    Recommendation,
    Side,
    ask_refusals,
    promotion_refusals,
    recommend,
)
from core.policy.safeguards.rules import ComparisonRule

RULE = ComparisonRule()  # 1,000 pairs, margin 0.01, groups of 100, 0.05 by group, 20 % of cost
BETTER = ComparisonFacts(pairs=2000, labelled=1000, metric="ROC AUC", deciding=Paired(0.03, 0.01, 0.05))
SLOWER = Increase("latency", 0.5, 0.3)
PROMOTE, KEEP, OPEN = Recommendation.PROMOTE, Recommendation.KEEP, Recommendation.NOT_ENOUGH


def test_a_better_challenger_is_recommended_with_its_reasons() -> None:
    found, reasons = recommend(BETTER, RULE)

    assert (found, {one.side for one in reasons}) == (PROMOTE, {Side.FOR})
    assert "ROC AUC: the challenger is better (+0.0300, 95 % interval +0.0100 to +0.0500)" in reasons[1].said


@pytest.mark.parametrize(
    ("deciding", "expected"),
    [
        (Paired(0.03, 0.0001, 0.06), PROMOTE),
        (Paired(-0.03, -0.05, -0.01), KEEP),  # worse
        (Paired(0.001, -0.009, 0.009), KEEP),  # alike
        (Paired(0.001, -0.02, 0.022), OPEN),  # not established
        (Paired(0.02, -0.005, 0.045), OPEN),
        (Paired(None, None, None), OPEN),
        (Paired(0.03, None, None), OPEN),
    ],
)
def test_the_interval_of_the_deciding_metric_decides(deciding: Paired, expected: Recommendation) -> None:
    assert recommend(replace(BETTER, deciding=deciding), RULE)[0] is expected


@pytest.mark.parametrize(
    ("changed", "clause"),
    [
        ({"groups": (GroupDifference("sex F", 100, -0.1, -0.051, -0.07),)}, "comparison.fairness_margin"),
        ({"failed_for_challenger_only": ("4.1",)}, "4.1"),
        ({"increases": (SLOWER,)}, "comparison.latency_increase"),
        ({"increases": (Increase("cost", 0.3, 0.21),)}, "comparison.cost_increase"),
        ({"experimental": True}, "lines of versions"),
    ],
)
def test_anything_against_a_better_challenger_keeps_the_champion(changed: dict[str, object], clause: str) -> None:
    found, reasons = recommend(replace(BETTER, **changed), RULE)  # type: ignore[arg-type]

    assert found is KEEP
    assert [one.clause for one in reasons if one.side is Side.AGAINST] == [clause]


@pytest.mark.parametrize(
    "changed",
    [
        {"groups": (GroupDifference("sex F", 99, -0.1, -0.06, -0.08),)},  # too small to judge
        {"groups": (GroupDifference("sex F", 100, -0.1, -0.05, -0.07),)},  # may be at the margin
        {"increases": (Increase("cost", 0.5, 0.19), Increase("latency", None, None))},
    ],
)
def test_what_is_not_shown_with_confidence_does_not_stand_against_it(changed: dict[str, object]) -> None:
    assert recommend(replace(BETTER, **changed), RULE)[0] is PROMOTE  # type: ignore[arg-type]


def test_too_few_labels_are_not_enough_evidence_whatever_the_figures_say() -> None:
    for facts in (BETTER, replace(BETTER, experimental=True), replace(BETTER, deciding=Paired(-0.1, -0.2, -0.05))):
        assert recommend(replace(facts, labelled=999), RULE)[0] is OPEN


def test_a_comparison_is_asked_by_who_may_of_two_versions_with_rows() -> None:
    developer, auditor = (Actor("P1", frozenset({role})) for role in (Role.DEVELOPER, Role.AUDITOR))

    assert ask_refusals(developer, same=False) == ()
    found = ask_refusals(auditor, same=True, without_data=["1.0.0", "1.1.0"], pending="CO0001")
    assert [one.code for one in found] == ["permission", "same-version", "no-rows", "no-rows", "pending"]


@pytest.mark.parametrize(
    ("status", "recommendation", "experimental", "change", "codes"),
    [
        (ComparisonStatus.FINISHED, PROMOTE, False, "", []),
        (ComparisonStatus.FINISHED, PROMOTE, True, "", ["experimental"]),
        (ComparisonStatus.FINISHED, KEEP, False, "", ["not-recommended"]),
        (ComparisonStatus.FINISHED, OPEN, False, "", ["not-recommended"]),
        (ComparisonStatus.RUNNING, None, False, "", ["not-finished"]),
        (ComparisonStatus.FINISHED, PROMOTE, False, "CR0001", ["promoted"]),
    ],
)
def test_only_a_recommendation_of_a_stable_version_leads_to_a_change_and_once(
    status: ComparisonStatus, recommendation: Recommendation | None, experimental: bool, change: str, codes: list[str]
) -> None:
    found = promotion_refusals(status, recommendation, experimental=experimental, change=change)

    assert [one.code for one in found] == codes
