"""What stands against an act on a finding: its state, whose it is, and whether there is more than words to show."""

from datetime import datetime

from core.access.rules import ALLOWED, Actor, Permission, permission_refusals
from core.errors import Refusal
from core.validation.rules import BLOCKING, FindingFacts, FindingStatus


def _not_closed(finding: FindingFacts) -> tuple[Refusal, ...]:
    if finding.status is FindingStatus.VERIFIED_CLOSED:
        return (Refusal("finding-closed", "The finding is verified closed"),)
    return ALLOWED


def evidence_refusals(finding: FindingFacts, pieces: int) -> tuple[Refusal, ...]:
    """What weighs high or critical is not remediated by words alone."""
    if pieces or finding.severity not in BLOCKING:
        return ALLOWED
    return (
        Refusal(
            "no-evidence",
            f"The finding is {finding.severity}, and nothing but words shows what was done",
            "findings",
            "Name a validation, change, document or version that shows it, or hand in a file.",
        ),
    )


def reassign_refusals(finding: FindingFacts, actor: Actor, *, model_owner: str) -> tuple[Refusal, ...]:
    """Who owns the finding or the model hands it on, and so does a validator; nobody else."""
    reasons = list(_not_closed(finding))
    if actor.id not in (finding.owner, model_owner) or actor.token:
        reasons += permission_refusals(actor, Permission.FINDING_CLOSE)
    return tuple(reasons)


def owner_refusals(owner: str, *, may_remediate: bool, is_owner: bool) -> tuple[Refusal, ...]:
    """Who is to own a finding can remediate it, and does not own it yet."""
    if is_owner:
        return (Refusal("same-owner", f"{owner} owns this finding", "findings", "Name another person."),)
    if not may_remediate:
        what = f"{owner} holds no role that remediates findings"
        return (Refusal("owner-role", what, "findings", "Name an owner or developer."),)
    return ALLOWED


def extend_refusals(finding: FindingFacts, actor: Actor) -> tuple[Refusal, ...]:
    """More time is given by a validator or approver who neither owns nor remediated the finding."""
    reasons = list(_not_closed(finding))
    if Permission.CHANGE_VOTE not in actor.permissions:
        reasons += permission_refusals(actor, Permission.FINDING_CLOSE)
    if actor.id in (finding.owner, finding.remediated_by):
        way_out = "Somebody who does not own it decides."
        reasons.append(Refusal("own-due-date", "You would give yourself more time", "segregation of duties", way_out))
    return tuple(reasons)


def new_due_refusals(due_at: datetime, before: datetime, at: datetime) -> tuple[Refusal, ...]:
    """A due date moves into the future, and beyond the one that stands."""
    if due_at > max(before, at):
        return ALLOWED
    return (
        Refusal("due-date", "The new due date is not later than the one that stands", "findings", "Name a later day."),
    )


def link_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Whoever works on findings or incidents links them with other records."""
    held = {Permission.FINDING_CLOSE, Permission.FINDING_REMEDIATE, Permission.INCIDENT_HANDLE}
    return ALLOWED if held & actor.permissions else permission_refusals(actor, Permission.FINDING_REMEDIATE)


def already_linked(finding: str, number: str) -> tuple[Refusal, ...]:
    """Two records are linked once."""
    return (Refusal("linked", f"{finding} and {number} are linked already"),)
