"""What stands against a step in the life of a policy: drafted by one person, published by another, then immutable."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

SHORTEST_REASON = 10


class DraftStatus(StrEnum):
    """Where a draft stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    RETIRED = "retired"


class DraftAct(StrEnum):
    """What can be done with a draft."""

    CHANGE = "change the draft"
    SIMULATE = "simulate the draft"
    SUBMIT = "submit the draft"
    RETURN = "return the draft"
    PUBLISH = "publish the draft"
    RETIRE = "retire the draft"


class SimulationStatus(StrEnum):
    """How far a simulation is."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Standing(StrEnum):
    """Where a published policy stands at a moment."""

    IN_FORCE = "in force"
    SCHEDULED = "scheduled"
    FORMER = "former"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class DraftFacts:
    """A draft as the rules see it.

    `problems` counts what is wrong with its text, `taken` names the published policy of the same name and version,
    `simulated` says that this very text was simulated against the policy in force.
    """

    status: DraftStatus
    author: str
    problems: int = 0
    taken: str = ""
    simulated: bool = False


@dataclass(frozen=True)
class PolicyFacts:
    """A published policy as the rules see it."""

    effective_from: datetime
    withdrawn: bool = False


OPEN = frozenset({DraftStatus.DRAFT, DraftStatus.SUBMITTED})
FROM = {
    DraftAct.CHANGE: frozenset({DraftStatus.DRAFT}),
    DraftAct.SIMULATE: OPEN,
    DraftAct.SUBMIT: frozenset({DraftStatus.DRAFT}),
    DraftAct.RETURN: frozenset({DraftStatus.SUBMITTED}),
    DraftAct.PUBLISH: frozenset({DraftStatus.SUBMITTED}),
    DraftAct.RETIRE: OPEN,
}
PERMISSION_OF = {
    DraftAct.CHANGE: Permission.POLICY_DRAFT,
    DraftAct.SIMULATE: Permission.POLICY_DRAFT,
    DraftAct.SUBMIT: Permission.POLICY_DRAFT,
    DraftAct.RETURN: Permission.POLICY_PUBLISH,
    DraftAct.PUBLISH: Permission.POLICY_PUBLISH,
    DraftAct.RETIRE: Permission.POLICY_DRAFT,
}
OF_THE_AUTHOR = frozenset({DraftAct.CHANGE, DraftAct.SUBMIT, DraftAct.RETIRE})
OF_ANOTHER = frozenset({DraftAct.RETURN, DraftAct.PUBLISH})
NEEDS_A_POLICY = frozenset({DraftAct.SIMULATE, DraftAct.SUBMIT, DraftAct.PUBLISH})


def create_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Reasons against beginning a draft."""
    return permission_refusals(actor, Permission.POLICY_DRAFT)


def draft_refusals(facts: DraftFacts, act: DraftAct, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against this act on this draft by this actor; empty means allowed."""
    return (
        *permission_refusals(actor, PERMISSION_OF[act]),
        *_status(facts, act),
        *_people(facts, act, actor),
        *_text(facts, act),
    )


def simulate_refusals(facts: DraftFacts, pending: str, actor: Actor) -> tuple[Refusal, ...]:
    """Reasons against simulating a draft; `pending` is the number of a simulation of this text under way, or empty."""
    reasons = list(draft_refusals(facts, DraftAct.SIMULATE, actor))
    if pending:
        reasons.append(Refusal("simulation-pending", f"Simulation {pending} is under way", "policy", "Wait for it."))
    return tuple(reasons)


def withdraw_refusals(facts: PolicyFacts, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Reasons against taking a published policy back; once it has taken effect it stays."""
    reasons = list(permission_refusals(actor, Permission.POLICY_PUBLISH))
    if facts.withdrawn:
        reasons.append(Refusal("withdrawn", "The policy is withdrawn", "policy"))
    if facts.effective_from <= at:
        reasons.append(
            Refusal("in-effect", "The policy has taken effect", "policy", "Draft and publish one that replaces it.")
        )
    return tuple(reasons)


def effect_refusals(effective_from: datetime, *, at: datetime) -> tuple[Refusal, ...]:
    """A policy takes effect when it is published or later, never before."""
    if effective_from >= at:
        return ()
    return (Refusal("past-date", "A policy cannot take effect in the past", "policy", "Choose today or a later date."),)


def act_reason_refusals(text: str) -> tuple[Refusal, ...]:
    """Each act on a policy says why, in ten characters or more."""
    if len(text.strip()) >= SHORTEST_REASON:
        return ()
    return (Refusal("reason", f"The reason has fewer than {SHORTEST_REASON} characters", "record", "Write why."),)


def standing(facts: PolicyFacts, is_in_force: bool, *, at: datetime) -> Standing:
    """Where a published policy stands; `is_in_force` says that it is the newest that has taken effect."""
    if facts.withdrawn:
        return Standing.WITHDRAWN
    if facts.effective_from > at:
        return Standing.SCHEDULED
    return Standing.IN_FORCE if is_in_force else Standing.FORMER


def _status(facts: DraftFacts, act: DraftAct) -> tuple[Refusal, ...]:
    if facts.status in FROM[act]:
        return ()
    wanted = " or ".join(sorted(FROM[act]))
    way_out = "" if facts.status in OPEN else "Begin a draft from it."
    return (Refusal("draft-status", f"The draft is {facts.status}; to {act} it must be {wanted}", "policy", way_out),)


def _people(facts: DraftFacts, act: DraftAct, actor: Actor) -> tuple[Refusal, ...]:
    """A draft is its author's until it is submitted; what becomes of it then lies with somebody else."""
    if act in OF_THE_AUTHOR and actor.id != facts.author:
        return (
            Refusal(
                "not-author", f"The draft belongs to {facts.author}", "policy", "Begin a draft of your own from it."
            ),
        )
    if act in OF_ANOTHER and actor.id == facts.author:
        return (
            Refusal(
                "own-draft", "You are the author of this draft", "segregation of duties", "Another approver decides."
            ),
        )
    return ()


def _text(facts: DraftFacts, act: DraftAct) -> tuple[Refusal, ...]:
    if act not in NEEDS_A_POLICY:
        return ()
    reasons = []
    if facts.problems:
        count = "1 problem" if facts.problems == 1 else f"{facts.problems} problems"
        reasons.append(Refusal("unreadable", f"The text has {count}", "policy", "Put them right; each names its line."))
    if facts.taken and act is not DraftAct.SIMULATE:
        reasons.append(
            Refusal("version-taken", f"{facts.taken} is published", "policy", "Give the draft the next version.")
        )
    if act is DraftAct.PUBLISH and not facts.simulated:
        reasons.append(
            Refusal(
                "not-simulated",
                "This text was not simulated against the policy in force",
                "policy",
                "Simulate it and read what it changes.",
            )
        )
    return tuple(reasons)
