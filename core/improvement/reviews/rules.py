"""The words of review meetings: kinds, states, and the acts with what stands against each of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal


class ReviewKind(StrEnum):
    """Whether a team looks at its models on a cadence, or at one version some time after it went live."""

    TEAM = "team review"
    POST_LAUNCH = "post-launch review"


class ReviewStatus(StrEnum):
    """Where a review stands; closed and cancelled are final."""

    PLANNED = "planned"
    HELD = "held"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What can be done with a review."""

    PLAN = "plan a review"
    CHANGE = "change the plan of a review"
    HOLD = "hold a review"
    WRITE = "write the minutes of a review"
    DECIDE = "record a decision of a review"
    CLOSE = "sign off a review"
    CANCEL = "cancel a review"


FROM = {
    Act.CHANGE: ReviewStatus.PLANNED,
    Act.HOLD: ReviewStatus.PLANNED,
    Act.CANCEL: ReviewStatus.PLANNED,
    Act.WRITE: ReviewStatus.HELD,
    Act.DECIDE: ReviewStatus.HELD,
    Act.CLOSE: ReviewStatus.HELD,
}
SHORTEST = 10


@dataclass(frozen=True)
class ReviewFacts:
    """A review as the rules see it."""

    status: ReviewStatus
    held_by: str | None = None
    minutes_by: str | None = None


def plan_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Who may plan a review at all."""
    return permission_refusals(actor, Permission.REVIEW_HOLD)


def review_refusals(facts: ReviewFacts, act: Act, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against this act: the permission, the state, and for the sign-off who held and wrote."""
    reasons = list(permission_refusals(actor, Permission.REVIEW_HOLD))
    if facts.status is not FROM[act]:
        way_out = "Plan a new review." if facts.status in (ReviewStatus.CLOSED, ReviewStatus.CANCELLED) else ""
        reasons.append(Refusal("review-status", f"The review is {facts.status}", "reviews", way_out))
    if act is Act.CLOSE:
        reasons += _sign_off(facts, actor)
    return tuple(reasons)


def _sign_off(facts: ReviewFacts, actor: Actor) -> list[Refusal]:
    reasons = []
    if facts.status is ReviewStatus.HELD and facts.minutes_by is None:
        reasons.append(Refusal("no-minutes", "No minutes are written", "reviews", "Write what was said and decided."))
    if actor.id in (facts.held_by, facts.minutes_by):
        did = "held this review" if actor.id == facts.held_by else "wrote its minutes"
        way_out = "Another person signs it off."
        reasons.append(Refusal("own-review", f"You {did}", "segregation of duties", way_out))
    return reasons


def due_refusals(due_at: datetime, at: datetime) -> tuple[Refusal, ...]:
    """A review is planned for a day to come."""
    if due_at > at:
        return ()
    return (Refusal("due-date", "The day of the review has passed", "reviews", "Name a day to come."),)


def text_refusals(**texts: str) -> tuple[Refusal, ...]:
    """What others are to follow is said in at least ten characters; one reason for each that is shorter."""
    return tuple(
        Refusal("reason", f"The {name.replace('_', ' ')} has fewer than {SHORTEST} characters", "record")
        for name, text in texts.items()
        if len(text.strip()) < SHORTEST
    )


def holder_refusals(holder: str, *, may_hold: bool) -> tuple[Refusal, ...]:
    """Whoever is to hold a review holds a role that does."""
    if may_hold:
        return ()
    what = f"{holder or 'Nobody'} holds no role that holds reviews"
    return (Refusal("holder-role", what, "reviews", "Name an owner, validator or approver."),)


def decision_refusals(owner: str, *, may_act: bool) -> tuple[Refusal, ...]:
    """Every decision has an owner who is active here."""
    if may_act:
        return ()
    what = f"{owner} is not active" if owner else "The decision has no owner"
    return (Refusal("decision-owner", what, "reviews", "Name who sees to it."),)
