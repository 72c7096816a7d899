"""What stands against a decision: checklist, findings, evidence, quorum and duties as facts, every reason at once."""

from dataclasses import dataclass
from enum import StrEnum

from core.access.rules import Actor
from core.errors import Refusal
from core.inventory.rules import Action, VersionFacts, move_refusals
from core.validation.rules import reason_refusals


class ChangeStatus(StrEnum):
    """Where a change request stands in its four phases."""

    REQUESTED = "requested"
    IN_REVIEW = "in review"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"


class Answer(StrEnum):
    """An answer to a checklist item."""

    MET = "met"
    NOT_MET = "not met"
    NOT_APPLICABLE = "not applicable"


class Choice(StrEnum):
    """A vote."""

    APPROVE = "approve"
    REJECT = "reject"


OPEN = frozenset({ChangeStatus.REQUESTED, ChangeStatus.IN_REVIEW})
ACTION_OF = {Choice.APPROVE: Action.VOTE_APPROVE, Choice.REJECT: Action.VOTE_REJECT}


@dataclass(frozen=True)
class ChangeFacts:
    """The state of a change request, as one approver sees it.

    `evidence_digest` is the version's now, `concluded_digest` the one the validation was concluded on,
    `approved_digest` the one that the quorum approved; `voters` holds people with a standing vote, `parties`
    the requester and the model's owner, to whom the request belongs.
    """

    version: VersionFacts
    status: ChangeStatus
    evidence_digest: str
    concluded_digest: str | None
    approved_digest: str | None = None
    blocking_findings: tuple[str, ...] = ()
    unanswered_items: tuple[str, ...] = ()
    unmet_items: tuple[str, ...] = ()
    voters: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()


def refusals(facts: ChangeFacts, action: Action, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against this action on this change by this actor; empty means allowed."""
    further = {
        Action.ANSWER_ITEM: _vote,
        Action.VOTE_APPROVE: _vote_approve,
        Action.VOTE_REJECT: _vote,
        Action.EXECUTE: _execute,
        Action.WITHDRAW_CHANGE: _belongs,
        Action.RESUME_CHANGE: _belongs,
    }.get(action)
    return (*move_refusals(facts.version, action, actor), *(further(facts, actor) if further else ()))


def request_refusals(version: VersionFacts, open_change: str | None, actor: Actor) -> tuple[Refusal, ...]:
    """Reasons against a new request for this version; `open_change` is the number of the one that is still open."""
    reasons = list(move_refusals(version, Action.REQUEST_CHANGE, actor))
    if open_change is not None:
        reasons.append(
            Refusal(
                "change-open", f"Change {open_change} is open", "change control", "Resume it, or withdraw it first."
            )
        )
    return tuple(reasons)


def answer_refusals(facts: ChangeFacts, actor: Actor, *, answer: Answer, reason: str) -> tuple[Refusal, ...]:
    """Reasons against an answer to a checklist item; whatever is not plainly met says why."""
    reasons = refusals(facts, Action.ANSWER_ITEM, actor)
    return reasons if answer is Answer.MET else (*reasons, *reason_refusals(reason, "The reason"))


def vote_refusals(
    facts: ChangeFacts, action: Action, actor: Actor, *, rationale: str, seen_digest: str
) -> tuple[Refusal, ...]:
    """As `refusals`, and also the vote itself: its rationale, and that it rests on the evidence as it is now."""
    reasons = [*refusals(facts, action, actor), *reason_refusals(rationale, "The rationale")]
    if seen_digest != facts.evidence_digest:
        reasons.append(
            Refusal(
                "evidence-changed",
                "The evidence changed since you opened it",
                "evidence binding",
                "Read it again, then decide.",
            )
        )
    return tuple(reasons)


def quorum_reached(approvals: int, quorum: int) -> bool:
    """Whether the standing votes to approve are enough; a quorum below one never is."""
    return approvals >= quorum >= 1


def _open(facts: ChangeFacts) -> tuple[Refusal, ...]:
    return (
        () if facts.status in OPEN else (Refusal("change-closed", f"The change is {facts.status}", "change control"),)
    )


def _vote(facts: ChangeFacts, actor: Actor) -> tuple[Refusal, ...]:
    reasons = list(_open(facts))
    if actor.id in facts.voters:
        reasons.append(Refusal("voted", "You have voted on this change", "quorum", "Another approver votes next."))
    return tuple(reasons)


def _vote_approve(facts: ChangeFacts, actor: Actor) -> tuple[Refusal, ...]:
    reasons = list(_vote(facts, actor))
    if facts.concluded_digest != facts.evidence_digest:
        reasons.append(
            Refusal(
                "not-concluded",
                "The validation was not concluded on this evidence",
                "evidence binding",
                "The validator concludes again.",
            )
        )
    reasons += _findings(facts, "Have it closed, or reject.")
    if facts.unanswered_items:
        count = len(facts.unanswered_items)
        reasons.append(
            Refusal(
                "checklist-open",
                f"{count} checklist {'item has' if count == 1 else 'items have'} no answer",
                "checklist",
                "Answer each.",
            )
        )
    reasons += [
        Refusal("checklist-unmet", f"Required item “{title}” is not met", "checklist", "Have it met, or reject.")
        for title in facts.unmet_items
    ]
    return tuple(reasons)


def _execute(facts: ChangeFacts, _actor: Actor) -> tuple[Refusal, ...]:
    reasons = []
    if facts.status is not ChangeStatus.APPROVED:
        reasons.append(Refusal("not-approved", f"The change is {facts.status}, not approved", "change control"))
    if facts.approved_digest != facts.evidence_digest:
        reasons.append(
            Refusal(
                "evidence-changed",
                "The evidence is not what was approved",
                "evidence binding",
                "Request approval again.",
            )
        )
    reasons += _findings(facts, "Have it closed first.")
    return tuple(reasons)


def _findings(facts: ChangeFacts, way_out: str) -> list[Refusal]:
    return [
        Refusal("blocking-finding", f"Finding {number} is not verified closed", "findings", way_out)
        for number in facts.blocking_findings
    ]


def _belongs(facts: ChangeFacts, actor: Actor) -> tuple[Refusal, ...]:
    reasons = list(_open(facts))
    if actor.id not in facts.parties:
        reasons.append(
            Refusal(
                "not-yours",
                f"The request belongs to {' and '.join(sorted(facts.parties)) or 'nobody'}",
                "change control",
                "Ask the requester or the model's owner.",
            )
        )
    return tuple(reasons)
