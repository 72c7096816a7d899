"""The steps of a rollout, as a policy gives them, as they are stored and as people say them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from core.policy.rules import FULL_AT_ONCE, Phase, RolloutStep


class Strategy(StrEnum):
    """How a version takes over: by growing shares in one place, or whole from a second place that stands ready."""

    STEPWISE = "step by step"
    BLUE_GREEN = "blue-green"


def plan_of(steps: Sequence[RolloutStep], strategy: Strategy) -> tuple[RolloutStep, ...]:
    """The steps to take: those of the policy up to full, or, blue-green, one place ready for as long as all of them.

    A plan always ends with full: a policy whose steps do not say so means it.
    """
    before = tuple(step for step in steps if step.phase is not Phase.FULL)
    if strategy is Strategy.BLUE_GREEN:
        before = (RolloutStep(Phase.SHADOW, 0, sum(step.hold_hours for step in before)),)
    return (*before, *FULL_AT_ONCE)


def plan_text(steps: Sequence[RolloutStep]) -> str:
    """A plan as it is stored: `canary 10 24` on a line is a canary of 10 % that holds for 24 hours."""
    return "\n".join(f"{step.phase} {step.percent} {step.hold_hours}" for step in steps)


def plan_from(text: str) -> tuple[RolloutStep, ...]:
    """The inverse of `plan_text`."""
    parts = (line.split(" ") for line in text.splitlines())
    return tuple(RolloutStep(Phase(phase), int(percent), int(hours)) for phase, percent, hours in parts)


def step_words(step: RolloutStep) -> str:
    """A step as people say it: “canary 10 %”."""
    return f"{step.phase} {step.percent} %" if step.phase is Phase.CANARY else str(step.phase)


def drill_due(days: int, last: datetime | None) -> datetime | None:
    """Until when the last rehearsal that passed counts, which policy says in days; None when there was none."""
    return None if last is None else last + timedelta(days=days)
