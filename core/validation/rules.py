"""What stands against a step of a validation: findings, questions and runs as facts, every reason at once."""

from dataclasses import dataclass
from enum import StrEnum

from core.access.rules import Actor
from core.errors import Refusal
from core.inventory.rules import Action, VersionFacts, move_refusals
from core.policy.alerting.rules import Severity as Severity


class FindingStatus(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    REMEDIATED = "remediated"
    VERIFIED_CLOSED = "verified closed"


class FindingSource(StrEnum):
    """What raised a finding: the validation of a version, or what was seen of it in use."""

    VALIDATION = "validation"
    MONITORING = "monitoring"


class FindingChange(StrEnum):
    """What was done about a finding after it was raised."""

    REMEDIATED = "remediated"
    RETURNED = "returned"
    CLOSED = "verified closed"
    REASSIGNED = "reassigned"
    EXTENDED = "due date extended"
    LINKED = "linked"


class EvidenceKind(StrEnum):
    """What a file that is handed in is for; predictions come first, the others let further checks run."""

    PREDICTIONS = "predictions"
    TRAINING = "training data"
    REFERENCE = "reference data"
    BASELINE = "baseline predictions"
    ATTRIBUTIONS = "attributions"
    PERTURBED = "perturbed predictions"
    SCENARIOS = "scenarios"


class RunStatus(StrEnum):
    """How far a validation run is."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How a validation was concluded."""

    VALIDATED = "validated"
    NOT_VALIDATED = "not validated"


BLOCKING = frozenset({Severity.HIGH, Severity.CRITICAL})
PENDING = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})
SHORTEST_REASON = 10


@dataclass(frozen=True)
class MissingClause:
    """A clause of the policy that requires something which is not there; `what` is said as a sentence.

    `lacks` names each thing that is missing; `lifted_by` is the policy exception that covers all of it now.
    """

    clause: str
    what: str
    way_out: str
    lacks: frozenset[str] = frozenset()
    lifted_by: str = ""


@dataclass(frozen=True)
class ValidationFacts:
    """The state of a version's validation; `run_is_current`: the newest finished run judged the evidence at hand."""

    version: VersionFacts
    has_evidence: bool = False
    run_is_pending: bool = False
    run_is_current: bool = False
    open_questions: int = 0
    blocking_findings: tuple[str, ...] = ()
    missing_clauses: tuple[MissingClause, ...] = ()
    removed: tuple[str, ...] = ()  # files at hand that retention removed, in words


@dataclass(frozen=True)
class FindingFacts:
    """One finding as the rules see it."""

    status: FindingStatus
    raised_by: str
    remediated_by: str | None = None
    owner: str = ""
    severity: Severity = Severity.MEDIUM


def refusals(facts: ValidationFacts, action: Action, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against this action on this version by this actor; empty means allowed."""
    further = {
        Action.START_VALIDATION: _start,
        Action.UPLOAD_EVIDENCE: _upload,
        Action.CONCLUDE_VALIDATED: _conclude_validated,
        Action.CONCLUDE_NOT_VALIDATED: _conclude,
    }.get(action)
    return (*move_refusals(facts.version, action, actor), *(further(facts) if further else ()))


def finding_refusals(
    facts: ValidationFacts, finding: FindingFacts, action: Action, actor: Actor
) -> tuple[Refusal, ...]:
    """Reasons against remediating or closing a finding: its status, and that nobody closes what is theirs."""
    reasons = list(refusals(facts, action, actor))
    if finding.status is FindingStatus.VERIFIED_CLOSED:
        reasons.append(Refusal("finding-closed", "The finding is verified closed"))
    if action is Action.CLOSE_FINDING and finding.status is FindingStatus.OPEN:
        way_out = "The developer or owner records what was done."
        reasons.append(Refusal("not-remediated", "No remediation is recorded", "findings", way_out))
    if action is Action.CLOSE_FINDING and finding.remediated_by == actor.id:
        clause, way_out = "segregation of duties", "Another validator closes it."
        reasons.append(Refusal("own-remediation", "You recorded this remediation", clause, way_out))
    if action is Action.CLOSE_FINDING and finding.owner == actor.id:
        clause, way_out = "segregation of duties", "A validator who does not own it closes it."
        reasons.append(Refusal("own-finding", "You own this finding", clause, way_out))
    return tuple(reasons)


def reason_refusals(text: str, what: str) -> tuple[Refusal, ...]:
    """A reason that others can judge has at least ten characters."""
    if len(text.strip()) >= SHORTEST_REASON:
        return ()
    return (
        Refusal("reason", f"{what} has fewer than {SHORTEST_REASON} characters", "record", "Write what convinced you."),
    )


def _upload(facts: ValidationFacts) -> tuple[Refusal, ...]:
    if not facts.run_is_pending:
        return ()
    return (
        Refusal("run-pending", "A validation is under way", "validation", "Wait until it has finished or cancel it."),
    )


def _start(facts: ValidationFacts) -> tuple[Refusal, ...]:
    reasons = list(_upload(facts))
    if not facts.has_evidence:
        reasons.append(
            Refusal(
                "no-evidence", "No predictions are handed in", "validation", "Upload the predictions on the test data."
            )
        )
    reasons += [Refusal("evidence-removed", said, "retention", "Hand the file in again.") for said in facts.removed]
    return tuple(reasons)


def _conclude(facts: ValidationFacts) -> tuple[Refusal, ...]:
    reasons = list(_upload(facts))
    if not facts.run_is_current:
        reasons.append(
            Refusal(
                "no-current-run",
                "No finished validation judged the evidence at hand",
                "validation",
                "The developer starts the validation.",
            )
        )
    return tuple(reasons)


def _conclude_validated(facts: ValidationFacts) -> tuple[Refusal, ...]:
    reasons = list(_conclude(facts))
    if facts.open_questions:
        plural = "question has" if facts.open_questions == 1 else "questions have"
        reasons.append(
            Refusal(
                "open-questions",
                f"{facts.open_questions} {plural} no answer",
                "effective challenge",
                "The developer or owner answers.",
            )
        )
    reasons += [
        Refusal(
            "blocking-finding",
            f"Finding {number} is not verified closed",
            "findings",
            "Close it, or conclude as not validated.",
        )
        for number in facts.blocking_findings
    ]
    return (*reasons, *missing_refusals(facts.missing_clauses))


def missing_refusals(found: tuple[MissingClause, ...]) -> tuple[Refusal, ...]:
    """One reason for each clause that lacks something and that no policy exception lifts."""
    return tuple(
        Refusal(
            "required-evidence",
            missing.what,
            f"clause {missing.clause}",
            f"{missing.way_out} Or a policy exception from clause {missing.clause} lifts this for a time.",
        )
        for missing in found
        if not missing.lifted_by
    )
