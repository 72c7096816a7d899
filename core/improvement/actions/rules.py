"""Who may do what when with a corrective or preventive action; its owner does not verify it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

CLAUSE, DUTIES = "corrective actions", "segregation of duties"


class ActionKind(StrEnum):
    """Whether an action mends what went wrong or keeps it from happening."""

    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"


class ActionStatus(StrEnum):
    """Where an action stands."""

    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified closed"


class Act(StrEnum):
    """What can be done with an action."""

    OPEN = "open an action"
    DONE = "report the action as done"
    EXTEND = "extend the due date"
    REASSIGN = "give the action to somebody else"
    SEND_BACK = "send the action back"
    VERIFY = "verify the action"
    CARRY_OVER = "carry the action over"


A, S, P = Act, ActionStatus, Permission
PERMISSION_OF = {
    A.OPEN: P.INCIDENT_HANDLE,
    A.DONE: P.INCIDENT_HANDLE,
    A.EXTEND: P.INCIDENT_HANDLE,
    A.REASSIGN: P.INCIDENT_HANDLE,
    A.SEND_BACK: P.INCIDENT_REVIEW,
    A.VERIFY: P.INCIDENT_REVIEW,
    A.CARRY_OVER: P.INCIDENT_REVIEW,
}
FROM = {
    A.DONE: frozenset({S.OPEN}),
    A.EXTEND: frozenset({S.OPEN}),
    A.REASSIGN: frozenset({S.OPEN}),
    A.SEND_BACK: frozenset({S.DONE}),
    A.VERIFY: frozenset({S.DONE}),
    A.CARRY_OVER: frozenset({S.OPEN}),
}
_OTHERS = frozenset({A.EXTEND, A.SEND_BACK, A.VERIFY, A.CARRY_OVER})  # the owner does not decide these alone


@dataclass(frozen=True)
class ActionFacts:
    """One action as the rules see it."""

    status: ActionStatus
    owner: str
    done_by: str | None = None


def action_refusals(facts: ActionFacts, act: Act, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against this act on this action; empty means allowed."""
    reasons = list(permission_refusals(actor, PERMISSION_OF[act]))
    if facts.status not in FROM[act]:
        expected = " or ".join(sorted(FROM[act]))
        reasons.append(
            Refusal("action-status", f"The action is {facts.status}; to {act} it must be {expected}", CLAUSE)
        )
    if act is A.DONE and actor.id != facts.owner:
        reasons.append(Refusal("not-owner", f"The action is {facts.owner}'s to do", CLAUSE, "Have it given to you."))
    if act in _OTHERS and actor.id in {facts.owner, facts.done_by}:
        message = f"To {act} is for somebody other than its owner"
        reasons.append(Refusal("own-action", message, DUTIES, "Ask somebody else."))
    return tuple(reasons)


def open_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot open an action."""
    return permission_refusals(actor, PERMISSION_OF[A.OPEN])


def owner_refusals(owner: str, *, may_act: bool) -> tuple[Refusal, ...]:
    """Who an action is given to can report it as done."""
    if may_act:
        return ()
    message = f"{owner} holds no role that carries out actions"
    return (Refusal("owner-role", message, CLAUSE, "Name an owner, developer, validator or approver."),)


def is_overdue(status: ActionStatus, due_at: datetime, at: datetime) -> bool:
    """Whether it is past its due date and not reported as done."""
    return status is S.OPEN and due_at < at
