"""What stands against a stress test: every reason at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal
from core.inventory.rules import Stage
from core.policy.stressing.rules import RequiredStress
from core.validation.rules import MissingClause

GONE = frozenset({Stage.RETIRED})


def stress_refusals(actor: Actor, stage: Stage, pending: str) -> tuple[Refusal, ...]:
    """Why this actor may not have a version of this stage tested; `pending` is the test that has not ended."""
    reasons = [*permission_refusals(actor, Permission.STRESS_RUN)]
    if stage in GONE:
        reasons.append(Refusal("stage", f"The version is {stage}", "stress tests", "Test a version that is in use."))
    if pending:
        reasons.append(
            Refusal("pending", f"{pending} has not ended", "stress tests", "Wait for it, or cancel it on its page.")
        )
    return tuple(reasons)


def cancel_refusals(actor: Actor, ended: str) -> tuple[Refusal, ...]:
    """Why this actor may not cancel a test; `ended` says where it stands when it is over."""
    reasons = [*permission_refusals(actor, Permission.STRESS_RUN)]
    if ended:
        reasons.append(Refusal("ended", f"The test is {ended}", "stress tests"))
    return tuple(reasons)


def age_in_days(passed: datetime | None, at: datetime | None) -> float | None:
    """How long ago the newest test passed; without a moment to count to it is new."""
    if passed is None:
        return None
    return (at - passed) / timedelta(days=1) if at is not None else 0.0


def missing_stress(
    required: tuple[RequiredStress, ...], tier: int, age_in_days: float | None
) -> Iterator[MissingClause]:
    """One line for each clause that requires a stress test of this tier which did not pass, or passed too long ago.

    `age_in_days` is that of the newest test where it passed, otherwise None.
    """
    for one in required:
        if tier in one.tiers and (age_in_days is None or age_in_days > one.days):
            had = "none passed" if age_in_days is None else f"the last passed {age_in_days:.0f} days ago"
            yield MissingClause(
                one.clause,
                f"A model of tier {tier} takes a stress test that passed in the last {one.days} days, and {had}",
                "The developer or a validator has the version tested.",
                frozenset({"a stress test"}),
            )
