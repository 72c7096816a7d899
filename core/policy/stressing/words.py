"""Clauses on stress tests in the words of a reviewer."""

from core.policy import words
from core.policy.rules import Direction
from core.policy.stressing.rules import METRIC_WORDS, RequiredStress, StressThreshold


def threshold_said(one: StressThreshold) -> str:
    """“requests without an answer at most 0.01, all tiers, required”."""
    bound = words.bound(Direction(one.direction), one.value)
    weight = "required" if one.required else "advisory"
    return f"{METRIC_WORDS[one.metric]} {bound}, {words.tiers(one.tiers)}, {weight}"


def required_said(one: RequiredStress) -> str:
    """“tier 1: a stress test that passed in the last 90 days”."""
    return f"{words.tiers(one.tiers)}: a stress test that passed in the last {one.days} days"
