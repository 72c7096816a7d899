"""Break-glass access: who may open it and how often, who may end it, and who reviews it afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

LENGTH = timedelta(minutes=60)
MOST, WITHIN = 3, timedelta(hours=24)
SHORTEST_REASON = 20
CLAUSE = "break-glass"


def open_refusals(actor: Actor, opened: Sequence[datetime], *, at: datetime) -> tuple[Refusal, ...]:
    """Why this actor cannot open read access to everything; `opened` is when they did so before."""
    if actor.break_glass:
        return (Refusal("open", f"{actor.break_glass} of yours is open", CLAUSE, "It serves until it ends."),)
    reasons = list(permission_refusals(actor, Permission.BREAK_GLASS_OPEN))
    if len([one for one in opened if one > at - WITHIN]) >= MOST:
        hours = WITHIN // timedelta(hours=1)
        said = f"You have opened it {MOST} times within {hours} hours"
        reasons.append(Refusal("too-often", said, CLAUSE, "Ask an administrator for a role or a wider reach."))
    return tuple(reasons)


def break_glass_reason_refusals(reason: str) -> tuple[Refusal, ...]:
    """Why a reason is too short for whoever reviews the access later."""
    if len(reason.strip()) >= SHORTEST_REASON:
        return ()
    said = f"The reason has fewer than {SHORTEST_REASON} characters"
    return (Refusal("reason", said, CLAUSE, "Say what happened and what you need to see."),)


@dataclass(frozen=True)
class AccessFacts:
    """A break-glass access as its review sees it.

    `represented` are the people for whom the actor acts at this moment, and those who act for the actor.
    """

    number: str
    person: str
    ended: bool
    reviewed: bool = False
    represented: frozenset[str] = frozenset()


def end_refusals(facts: AccessFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot end the access now: its own person may, and an administrator."""
    reasons = []
    if facts.ended:
        reasons.append(Refusal("ended", f"{facts.number} has ended", CLAUSE))
    if actor.id != facts.person or actor.token:
        reasons.extend(permission_refusals(actor, Permission.PERSON_MANAGE))
    return tuple(reasons)


def review_refusals(facts: AccessFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot judge the access: somebody else does, once it has ended, and once only."""
    reasons = list(permission_refusals(actor, Permission.BREAK_GLASS_REVIEW))
    if actor.id == facts.person:
        reasons.append(Refusal("own-access", "Nobody reviews their own access", CLAUSE, "Ask another approver."))
    if facts.person in facts.represented:
        said = f"You act for {facts.person}, or they act for you"
        reasons.append(Refusal("acting-for", said, CLAUSE, "Ask another approver."))
    if not facts.ended:
        reasons.append(Refusal("open", f"{facts.number} is still open", CLAUSE, "Review it once it has ended."))
    if facts.reviewed:
        reasons.append(Refusal("reviewed", f"{facts.number} was reviewed", CLAUSE))
    return tuple(reasons)


def leaving_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why no file may leave: break-glass access shows records on pages, it does not hand them out."""
    if not actor.break_glass:
        return ()
    said = f"Nothing is downloaded while {actor.break_glass} is open"
    return (Refusal("break-glass", said, CLAUSE, "End it first, and download what your roles allow."),)


def sees_every_access(actor: Actor) -> bool:
    """Whether the actor sees everybody's accesses, and not only their own: who reviews, administers or audits."""
    seeing = {Permission.BREAK_GLASS_REVIEW, Permission.PERSON_MANAGE, Permission.AUDIT_RUN}
    return bool(actor.permissions & seeing)
