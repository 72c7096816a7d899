"""Every reason against an act on a change that is requested: its stage, status, checklist, evidence and duties."""

from core.access.rules import Actor, permission_refusals
from core.approval.code.rules import code_refusals
from core.approval.rules.vocabulary import ASIDE, BRINGS, OPEN, Answer, ChangeFacts, ChangeStatus, stages_for
from core.errors import Refusal
from core.inventory.rules import DUTY_OF, PERMISSION_OF, Action, Duty, duty_refusals, move_refusals
from core.policy.rules import ChangeKind
from core.validation.rules import missing_refusals, reason_refusals

# what is done whatever has become of the version: a request can always be ended
ENDING = frozenset({Action.VOTE_REJECT, Action.WITHDRAW_CHANGE, Action.RETURN_CHANGE})


def refusals(facts: ChangeFacts, action: Action, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against this action on this change by this actor; empty means allowed."""
    further = {
        Action.ANSWER_ITEM: _vote,
        Action.VOTE_APPROVE: _vote_approve,
        Action.VOTE_REJECT: _vote,
        Action.RETURN_CHANGE: _return,
        Action.RETURN_TO_VALIDATION: _return,
        Action.EXECUTE: _execute,
        Action.WITHDRAW_CHANGE: _belongs,
        Action.RESUME_CHANGE: _resume,
    }.get(action)
    standing = _aside if facts.kind in ASIDE else _staged
    return (*standing(facts, action, actor), *(further(facts, actor) if further else ()))


def answer_refusals(
    facts: ChangeFacts, actor: Actor, *, answer: Answer, reason: str, filled: Answer | None = None
) -> tuple[Refusal, ...]:
    """Reasons against an answer to a checklist item; what is not plainly met, or overrules a check, says why."""
    reasons = refusals(facts, Action.ANSWER_ITEM, actor)
    plain = answer is Answer.MET if filled is None else answer is filled
    return reasons if plain else (*reasons, *reason_refusals(reason, "The reason"))


def return_refusals(facts: ChangeFacts, action: Action, actor: Actor, *, reason: str) -> tuple[Refusal, ...]:
    """Reasons against sending a change back to its requester, or its version back to validation."""
    return (*refusals(facts, action, actor), *reason_refusals(reason, "The reason"))


def dissent_refusals(facts: ChangeFacts, actor: Actor, *, text: str, seen_digest: str) -> tuple[Refusal, ...]:
    """Reasons against a written dissent: it takes the place of a vote, and stops nothing."""
    reasons = [*refusals(facts, Action.VOTE_REJECT, actor), *reason_refusals(text, "The dissent")]
    return (*reasons, *evidence_refusals(facts, seen_digest))


def evidence_refusals(facts: ChangeFacts, seen_digest: str) -> tuple[Refusal, ...]:
    """The reason against whatever rests on other evidence than is at hand."""
    if seen_digest == facts.evidence_digest:
        return ()
    return (
        Refusal(
            "evidence-changed",
            "The evidence changed since you opened it",
            "evidence binding",
            "Read it again, then decide.",
        ),
    )


def _staged(facts: ChangeFacts, action: Action, actor: Actor) -> tuple[Refusal, ...]:
    return move_refusals(facts.version, action, actor)


def _aside(facts: ChangeFacts, action: Action, actor: Actor) -> tuple[Refusal, ...]:
    """As the life cycle says, but for a version that stays where it is: its stage must suit the kind of change."""
    reasons = [*permission_refusals(actor, PERMISSION_OF[action])]
    if action is Action.RETURN_TO_VALIDATION:
        reasons.append(Refusal("kind", f"A {facts.kind} does not go through validation", "change control"))
    if action not in ENDING and facts.version.stage not in stages_for(facts.kind, lifts=facts.lifts):
        reasons.append(
            Refusal("stage", f"The version is {facts.version.stage}, so there is no {facts.kind}", "life cycle")
        )
    if DUTY_OF[action] is Duty.APPROVAL:
        reasons += duty_refusals(facts.version, Duty.APPROVAL, actor)
        if actor.id == facts.requester:
            reasons.append(
                Refusal(
                    "own-request",
                    "You asked for this change",
                    "segregation of duties",
                    "Ask a colleague who took no part.",
                )
            )
    return tuple(reasons)


def _open(facts: ChangeFacts) -> tuple[Refusal, ...]:
    return (
        () if facts.status in OPEN else (Refusal("change-closed", f"The change is {facts.status}", "change control"),)
    )


def _review(facts: ChangeFacts, _actor: Actor) -> list[Refusal]:
    reasons = list(_open(facts))
    if facts.returned:
        reasons.append(
            Refusal("returned", "The change was returned for changes", "change control", "The requester resumes it.")
        )
    return reasons


def _return(facts: ChangeFacts, actor: Actor) -> tuple[Refusal, ...]:
    return tuple(_review(facts, actor))


def _vote(facts: ChangeFacts, actor: Actor) -> tuple[Refusal, ...]:
    reasons = _review(facts, actor)
    if actor.id in facts.voters:
        reasons.append(Refusal("voted", "You have voted on this change", "quorum", "Another approver votes next."))
    return tuple(reasons)


def _vote_approve(facts: ChangeFacts, actor: Actor) -> tuple[Refusal, ...]:
    reasons = list(_vote(facts, actor))
    if facts.kind in BRINGS:
        if facts.concluded_digest != facts.evidence_digest:
            reasons.append(
                Refusal(
                    "not-concluded",
                    "The validation was not concluded on this evidence",
                    "evidence binding",
                    "The validator concludes again.",
                )
            )
        reasons += [*_findings(facts, "Have it closed, or reject."), *missing_refusals(facts.missing_clauses)]
    if facts.over:
        reasons.append(
            Refusal("over", "The exception would have ended by now", "policy exceptions", "Ask for a new one.")
        )
    reasons += _lifted(facts)
    reasons += code_refusals(facts.code_reviews, facts.commits)
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
    if facts.kind is ChangeKind.POLICY_EXCEPTION:
        reasons.append(Refusal("in-force", "An exception takes effect with its approval", "policy exceptions"))
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
    if facts.kind in BRINGS:
        reasons += [*_findings(facts, "Have it closed first."), *missing_refusals(facts.missing_clauses)]
    return (*reasons, *_lifted(facts))


def _lifted(facts: ChangeFacts) -> list[Refusal]:
    """The restriction that this change would lift does not stand any more."""
    if not facts.lifted:
        return []
    return [Refusal("lifted", "The restriction does not stand any more", "restricted use", "Withdraw the request.")]


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


def _resume(facts: ChangeFacts, actor: Actor) -> tuple[Refusal, ...]:
    reasons = list(_belongs(facts, actor))
    if facts.kind in ASIDE and not facts.returned:
        reasons.append(Refusal("not-returned", "The change is with its approvers", "change control"))
    return tuple(reasons)
