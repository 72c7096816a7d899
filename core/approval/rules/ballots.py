"""Votes: who speaks for what, for whom, and when they are enough."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.access.rules import Actor, Permission, permission_refusals
from core.approval.rules.review import evidence_refusals, refusals
from core.approval.rules.vocabulary import ChangeFacts
from core.errors import Refusal
from core.inventory.rules import Action
from core.policy.rules import Function
from core.validation.rules import reason_refusals

DELEGATION = "delegation"
LONGEST = timedelta(days=92)  # who is away for longer has their role withdrawn, or granted to another


@dataclass(frozen=True)
class Represented:
    """The approver in whose place another votes; `delegated`: they let this person vote for them at this moment."""

    actor: Actor
    delegated: bool


def vote_refusals(
    facts: ChangeFacts,
    action: Action,
    actor: Actor,
    *,
    rationale: str,
    seen_digest: str,
    represented: Represented | None = None,
) -> tuple[Refusal, ...]:
    """As `refusals`, and also the vote itself: its rationale, the evidence it rests on, and for whom it is cast."""
    return (
        *refusals(facts, action, actor),
        *reason_refusals(rationale, "The rationale"),
        *evidence_refusals(facts, seen_digest),
        *(_for_another(facts, action, represented) if represented else ()),
    )


def _for_another(facts: ChangeFacts, action: Action, represented: Represented) -> tuple[Refusal, ...]:
    """A delegate votes only where the other could: their role, duties and single vote bind as if they voted."""
    other = represented.actor.id
    reasons = [
        Refusal(f"for-{reason.code}", f"{other} could not vote: {reason.message}", reason.clause, reason.way_out)
        for reason in refusals(facts, action, represented.actor)
        if reason.code in {"permission", "duty-development", "duty-validation", "own-request", "voted"}
    ]
    if not represented.delegated:
        reasons.append(
            Refusal("not-delegated", f"{other} has not delegated their vote to you", DELEGATION, "Vote for yourself.")
        )
    return tuple(reasons)


def missing_functions(approvals: Collection[frozenset[Function]], required: frozenset[Function]) -> frozenset[Function]:
    """The required functions for which no vote to approve speaks yet."""
    return required.difference(*approvals)


def quorum_reached(
    approvals: Collection[frozenset[Function]], quorum: int, required: frozenset[Function] = frozenset()
) -> bool:
    """Whether the standing votes to approve are enough, and speak for each required function.

    Each vote is given by the functions it speaks for; a quorum below one is never reached.
    """
    if missing_functions(approvals, required):
        return False
    return len(approvals) >= quorum >= 1


def function_grant_refusals(
    actor: Actor, person: str, held: frozenset[Function], function: Function
) -> tuple[Refusal, ...]:
    """Why this function cannot be granted: no permission, to oneself, or held already."""
    reasons = list(permission_refusals(actor, Permission.PERSON_MANAGE))
    if actor.id == person:
        said = "Nobody grants a function to themselves"
        reasons.append(Refusal("own-grant", said, "segregation of duties", "Ask another administrator."))
    if function in held:
        reasons.append(Refusal("held", f"This person already speaks for {function}"))
    return tuple(reasons)


def function_withdrawal_refusals(actor: Actor, held: frozenset[Function], function: Function) -> tuple[Refusal, ...]:
    """Why this function cannot be withdrawn."""
    reasons = permission_refusals(actor, Permission.PERSON_MANAGE)
    if function in held:
        return reasons
    return (*reasons, Refusal("not-held", f"This person does not speak for {function}"))


def delegation_refusals(
    actor: Actor, delegate: Actor, *, starts_at: datetime, ends_at: datetime, at: datetime
) -> tuple[Refusal, ...]:
    """Why an approver cannot let this person vote for them: both are approvers, and the period is to come and ends."""
    reasons = list(permission_refusals(actor, Permission.CHANGE_VOTE))
    if delegate.id == actor.id:
        reasons.append(Refusal("self", "Nobody delegates to themselves", DELEGATION))
    if Permission.CHANGE_VOTE not in delegate.permissions:
        said = f"{delegate.id} may not vote"
        reasons.append(Refusal("delegate-permission", said, DELEGATION, "Choose another approver."))
    if ends_at <= starts_at or ends_at <= at:
        said = "The delegation would end before it begins"
        reasons.append(Refusal("ended", said, DELEGATION, "Choose a later end."))
    if ends_at - starts_at > LONGEST:
        said = f"The delegation would last longer than {LONGEST // timedelta(days=1)} days"
        reasons.append(Refusal("too-long", said, DELEGATION, "Choose an earlier end."))
    return tuple(reasons)
