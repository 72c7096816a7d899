"""Who may do what when in an audit and about its findings, and independence from what is audited."""

from dataclasses import dataclass

from core.access.rules import Actor, Permission, permission_refusals
from core.audits.rules.life import (
    BY_ACT,
    BY_OF,
    FINAL,
    FINDING_FROM,
    JUDGING,
    MOVES,
    PERMISSION_OF,
    Act,
    AuditKind,
    AuditStatus,
    By,
    FindingStatus,
    Response,
    Result,
)
from core.errors import Refusal

A, P = Act, Permission


SHORTEST = 10
INDEPENDENCE = "independence of auditors"


@dataclass(frozen=True, order=True)
class Tie:
    """What a person has to do with a model that is audited: owned, developed, validated or approved it."""

    model: str
    what: str


@dataclass(frozen=True)
class AuditFacts:
    """An audit as one person sees it.

    `ties` are that person's to what the act is about: one model for fieldwork on an item or a finding about it, all
    models of the scope for what the lead does. `undone` counts pairs of sampled item and criterion without a
    conclusion, `unfound` the nonconformities for which no finding is raised, `pending` the findings that are not
    verified closed.
    """

    status: AuditStatus
    kind: AuditKind
    lead: str
    team: frozenset[str]
    ties: tuple[Tie, ...] = ()
    criteria: int = 0
    sampled: int = 0
    undone: int = 0
    unfound: int = 0
    pending: tuple[str, ...] = ()


@dataclass(frozen=True)
class FindingFacts:
    """One audit finding as the rules see it."""

    status: FindingStatus
    owner: str
    response: Response | None = None


def refusals(facts: AuditFacts, act: Act, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against this act in this audit; empty means allowed."""
    return (
        *_status(facts, act),
        *permission_refusals(actor, PERMISSION_OF[act]),
        *_part(facts, act, actor),
        *(tie_refusals(facts.ties) if act in JUDGING else ()),
        *_ready(facts, act),
    )


def finding_refusals(facts: AuditFacts, finding: FindingFacts, act: Act, actor: Actor) -> tuple[Refusal, ...]:
    """As `refusals`, and also the finding's own state and owner."""
    reasons = list(refusals(facts, act, actor))
    if BY_OF[act] is By.OWNER and actor.id != finding.owner:
        reasons.append(Refusal("finding-owner", "The finding is somebody else's to answer", "audits"))
    accepted = act is A.VERIFY and _is_accepted(finding)
    if finding.status not in FINDING_FROM[act] and not accepted:
        reasons.append(Refusal("finding-status", f"The finding is {finding.status}", "audits", _WAY_OUT[act]))
    if act is A.REPORT and _is_accepted(finding):
        reasons.append(
            Refusal("risk-accepted", "The risk was accepted: nothing is to be done", "audits", "An auditor verifies.")
        )
    return tuple(reasons)


def plan_refusals(
    actor: Actor, *, lead_ties: tuple[Tie, ...], not_auditors: tuple[str, ...], lead_in_team: bool
) -> tuple[Refusal, ...]:
    """Why this plan cannot be made: permission, people without the role, and a lead who is not independent."""
    reasons = list(permission_refusals(actor, P.AUDIT_RUN))
    reasons += [
        Refusal("not-auditor", f"{person} does not hold the role auditor", "audits", "Name an auditor.")
        for person in not_auditors
    ]
    if not lead_in_team:
        reasons.append(Refusal("lead", "The lead is not among the auditors", "audits", "Name the lead as an auditor."))
    return (*reasons, *tie_refusals(lead_ties))


def tie_refusals(ties: tuple[Tie, ...]) -> tuple[Refusal, ...]:
    """Nobody audits what they own, developed, validated or approved; the first ties by name, the others counted."""
    shown = [
        Refusal(
            f"tie-{one.what}",
            f"The auditor {one.what} {one.model}",
            INDEPENDENCE,
            "Have an auditor judge it who took no part.",
        )
        for one in ties[:3]
    ]
    if len(ties) > len(shown):
        shown.append(Refusal("ties", f"There are {len(ties) - len(shown)} further ties to models of the audit"))
    return tuple(shown)


def text_refusals(**texts: str) -> tuple[Refusal, ...]:
    """What others are to judge is said in at least ten characters; one reason for each that is shorter."""
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


def result_refusals(result: Result, *, notes: str, reason: str, evidence: str) -> tuple[Refusal, ...]:
    """A nonconformity has notes, what does not apply a reason, and what conforms notes or evidence."""
    if result is Result.NOT_APPLICABLE:
        return text_refusals(reason=reason)
    if result is Result.CONFORMS and evidence.strip():
        return ()
    return text_refusals(notes=notes)


def owner_refusals(facts: AuditFacts, owner: str, *, may_respond: bool) -> tuple[Refusal, ...]:
    """Who a finding is given to may answer it and is none of those who raised it."""
    reasons = []
    if owner in facts.team:
        reasons.append(Refusal("owner-audits", f"{owner} is one of the auditors", INDEPENDENCE, "Name who answers."))
    if not may_respond:
        reasons.append(
            Refusal(
                "owner-role",
                f"{owner} holds no role that answers findings of audits",
                "audits",
                "Name an owner, developer, validator or approver.",
            )
        )
    return tuple(reasons)


def _is_accepted(finding: FindingFacts) -> bool:
    return finding.status is FindingStatus.ANSWERED and finding.response is Response.RISK_ACCEPTED


def _status(facts: AuditFacts, act: Act) -> tuple[Refusal, ...]:
    if (facts.status, act) in BY_ACT:
        return ()
    sources = " or ".join(move.source for move in MOVES if move.act is act)
    way_out = "Plan a new audit." if facts.status in FINAL else ""
    return (
        Refusal("audit-status", f"The audit is {facts.status}; to {act} it must be in {sources}", "audits", way_out),
    )


def _part(facts: AuditFacts, act: Act, actor: Actor) -> tuple[Refusal, ...]:
    if BY_OF[act] is By.LEAD and actor.id != facts.lead:
        return (Refusal("not-lead", f"To {act} is for the lead, {facts.lead}", "audits"),)
    if BY_OF[act] is By.TEAM and actor.id not in facts.team:
        return (Refusal("not-in-team", "You are not one of this audit's auditors", "audits", "Ask the lead."),)
    return ()


def _ready(facts: AuditFacts, act: Act) -> tuple[Refusal, ...]:
    """What must be there first; the fieldwork of an audit from outside was done elsewhere."""
    reasons = []
    if facts.kind is AuditKind.INTERNAL:
        if act is A.BEGIN and not facts.criteria:
            reasons.append(Refusal("no-criteria", "No criterion is chosen", "audits", "Choose items of packs."))
        if act is A.BEGIN and not facts.sampled:
            reasons.append(Refusal("no-sample", "No sample is drawn", "audits", "Draw one from the scope."))
        if act is A.ISSUE and facts.undone:
            message = f"Conclusions missing on sampled items: {facts.undone}"
            reasons.append(Refusal("fieldwork-undone", message, "audits", "Conclude every item by every criterion."))
        if act is A.ISSUE and facts.unfound:
            message = f"Nonconformities without a finding: {facts.unfound}"
            reasons.append(Refusal("nonconformity-unraised", message, "audits", "Raise a finding for each."))
    if act is A.CLOSE:
        reasons += [
            Refusal("finding-pending", f"Finding {number} is not verified closed", "audits", "Follow it up first.")
            for number in facts.pending
        ]
    return tuple(reasons)


_WAY_OUT = {
    A.RESPOND: "It can be answered until it is reported as done.",
    A.REPORT: "Respond first, with what is to be done by when.",
    A.SEND_BACK: "There is nothing to send back.",
    A.VERIFY: "Its owner reports first that it is done.",
}
