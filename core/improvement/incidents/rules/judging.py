"""Who may do what when with an incident; nobody reviews or closes what they led, caused or own."""

from dataclasses import dataclass

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal
from core.improvement.incidents.rules.life import (
    BY_ACT,
    COMMANDERS,
    JUDGING,
    MOVES,
    PERMISSION_OF,
    Act,
    IncidentStatus,
)

A = Act
SHORTEST = 10
CLAUSE, DUTIES = "incidents", "segregation of duties"


@dataclass(frozen=True)
class IncidentFacts:
    """An incident as the rules see it.

    `commanders` are all who ever led it, `commander` who leads it now. `tied` are those who own or developed what is
    affected, `reviewer` wrote the newest post-incident review. `actions` counts all corrective and preventive
    actions, `pending` those that are neither done nor carried over.
    """

    status: IncidentStatus
    commander: str | None = None
    commanders: frozenset[str] = frozenset()
    tied: frozenset[str] = frozenset()
    has_cause: bool = False
    has_containment: bool = False
    actions: int = 0
    pending: tuple[str, ...] = ()
    reviewer: str | None = None
    undecided: tuple[str, ...] = ()  # clocks that nobody decided on
    running: tuple[str, ...] = ()  # clocks that apply and are not met


def refusals(facts: IncidentFacts, act: Act, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against this act on this incident; empty means allowed."""
    return (
        *_status(facts, act),
        *permission_refusals(actor, PERMISSION_OF[act]),
        *_part(facts, act, actor),
        *_ready(facts, act),
    )


def declare_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot declare an incident."""
    return permission_refusals(actor, Permission.INCIDENT_DECLARE)


def text_refusals(**texts: str) -> tuple[Refusal, ...]:
    """What others are to follow is said in at least ten characters; one reason for each that is shorter."""
    return tuple(
        Refusal(
            "reason",
            f"The {name.replace('_', ' ')} has fewer than {SHORTEST} characters",
            "record",
            "Write what others need in order to follow it.",
        )
        for name, text in texts.items()
        if len(text.strip()) < SHORTEST
    )


def commander_refusals(facts: IncidentFacts, commander: str, *, may_lead: bool) -> tuple[Refusal, ...]:
    """Why this person cannot be given command: no role for it, or in command already."""
    reasons = []
    if not may_lead:
        message = f"{commander} holds no role that handles incidents"
        way_out = "Name an owner, developer, validator or approver."
        reasons.append(Refusal("commander-role", message, CLAUSE, way_out))
    if commander == facts.commander:
        reasons.append(Refusal("in-command", f"{commander} is in command already", CLAUSE))
    return tuple(reasons)


def _status(facts: IncidentFacts, act: Act) -> tuple[Refusal, ...]:
    if (facts.status, act) in BY_ACT:
        return ()
    sources = " or ".join(dict.fromkeys(move.source for move in MOVES if move.act is act))
    way_out = "Reopen it first." if facts.status is IncidentStatus.CLOSED else ""
    message = f"The incident is {facts.status}; to {act} it must be {sources}"
    return (Refusal("incident-status", message, CLAUSE, way_out),)


def _part(facts: IncidentFacts, act: Act, actor: Actor) -> tuple[Refusal, ...]:
    if act in COMMANDERS:
        if facts.commander is None:
            return (Refusal("no-commander", "Nobody is in command", CLAUSE, "Take command first."),)
        if actor.id != facts.commander:
            message = f"To {act} is for the commander, {facts.commander}"
            return (Refusal("not-commander", message, CLAUSE, "Take command with a reason."),)
    if act not in JUDGING:
        return ()
    reasons = []
    if actor.id in facts.commanders:
        message = "You led the response to this incident"
        reasons.append(Refusal("led", message, DUTIES, "Have somebody review it who did not."))
    if actor.id in facts.tied:
        message = "You own or developed what is affected"
        reasons.append(Refusal("tied", message, DUTIES, "Have somebody review it who did not."))
    return tuple(reasons)


def _ready(facts: IncidentFacts, act: Act) -> tuple[Refusal, ...]:
    """What must be there first."""
    reasons = []
    if act is A.CONTAIN and not facts.has_containment:
        reasons.append(Refusal("no-containment", "No containment is recorded", CLAUSE, "Record what stopped the harm."))
    if act is A.RESOLVE:
        if not facts.has_cause:
            reasons.append(Refusal("no-cause", "No root cause is recorded", CLAUSE, "Record it with its method."))
        if not facts.actions:
            message = "No corrective or preventive action is recorded"
            reasons.append(Refusal("no-action", message, CLAUSE, "Open one with an owner and a due date."))
    if act is A.CLOSE:
        reasons += _closing(facts)
    return tuple(reasons)


def _closing(facts: IncidentFacts) -> list[Refusal]:
    reasons = []
    if facts.reviewer is None:
        reasons.append(Refusal("no-review", "No post-incident review is written", CLAUSE, "Write it first."))
    reasons += [
        Refusal("action-pending", f"Action {number} is not done", CLAUSE, "Finish it, or carry it over with a reason.")
        for number in facts.pending
    ]
    reasons += [
        Refusal("clock-undecided", f"Nobody decided whether “{title}” applies", CLAUSE, "Decide with a reason.")
        for title in facts.undecided
    ]
    reasons += [
        Refusal("clock-running", f"The notification for “{title}” is not recorded", CLAUSE, "Record when it was made.")
        for title in facts.running
    ]
    return reasons
