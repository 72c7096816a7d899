"""The checkpoints of the five steps, and when each of them is met, missing, overdue or without data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Step(StrEnum):
    """The steps of the cycle, in order."""

    MAP = "map"
    VALIDATE = "validate"
    APPROVE = "approve"
    MONITOR = "monitor"
    IMPROVE = "improve"


class Checkpoint(StrEnum):
    """What has to stand in each step, in the words of the practice guide behind the cycle."""

    REGISTRATION = "registration"
    ALIGNMENT = "alignment with risk policies"
    METRICS = "automated metrics"
    EXPLAINABILITY = "explainability review"
    APPROVAL = "approval records"
    REPORTS = "pre-launch reports"
    ALERTS = "KPI alerts"
    DRIFT = "drift triggers"
    STRESS = "stress outcomes"
    RESPONSE = "quick response"
    ESCALATION = "escalation"
    INCIDENTS = "incident reviews"


class State(StrEnum):
    """How a checkpoint stands; the order is that of urgency."""

    OVERDUE = "overdue"
    MISSING = "missing"
    NO_DATA = "no data"
    MET = "met"


class Where(StrEnum):
    """Where the cause of a state is looked at."""

    RECORD = "record"
    EVIDENCE = "evidence"
    DECISIONS = "decisions"
    RUN = "run"
    CHANGE = "change"
    EXPORTS = "exports"
    FINDINGS = "findings"
    INCIDENT = "incident"
    INCIDENTS = "incidents"
    REVIEW = "review"
    DOCUMENT = "document"
    DOCUMENTS = "documents"
    MONITORING = "monitoring"
    STRESS_TEST = "stress test"


class Monitored(StrEnum):
    """What the checks of production data say of a model, as far as the cycle asks."""

    HEALTHY = "healthy"
    BREACH = "breach"
    CHECK_FAILED = "check failed"
    NO_DATA = "no data"
    TOO_LITTLE = "too little evidence"


C = Checkpoint
CHECKPOINTS: Mapping[Step, tuple[Checkpoint, ...]] = MappingProxyType(
    {
        Step.MAP: (C.REGISTRATION, C.ALIGNMENT),
        Step.VALIDATE: (C.METRICS, C.EXPLAINABILITY),
        Step.APPROVE: (C.APPROVAL, C.REPORTS),
        Step.MONITOR: (C.ALERTS, C.DRIFT, C.STRESS),
        Step.IMPROVE: (C.RESPONSE, C.ESCALATION, C.INCIDENTS),
    }
)
URGENCY = tuple(State)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is stored about a model at the version that counts; numbers are empty where there is nothing."""

    has_version: bool = False
    packs_confirmed: bool = False
    next_review: datetime | None = None
    run: str = ""  # that judged the files at hand
    required_lost: int = 0  # its required checks that did not pass
    explained: str = ""  # the run, where it computed reasons
    validated: str = ""  # the run of the conclusion “validated”, on the evidence as it is now
    approved: str = ""  # the change
    open_change: str = ""
    change_due: datetime | None = None
    report: str = ""  # the newest dossier that was made
    monitored: Monitored | None = None  # none: no production data were checked
    drift: Monitored | None = None  # none: no drift was computed
    worst: str = ""  # the title of the monitor in breach
    stress_test: str = ""  # the newest of any version that came to an end
    stress_passed: bool | None = None  # None: its evidence was not enough
    stressed: str = ""  # the run at hand, where scenarios were handed in and judged
    findings: int = 0
    first_due: datetime | None = None  # of the findings that are not verified closed
    open_findings: int = 0
    actions: int = 0  # of its incidents and findings, and how many of them are open, and which is due first
    open_actions: int = 0
    action_due: datetime | None = None
    incidents: int = 0
    open_incidents: int = 0
    unled: str = ""  # the oldest open incident that nobody commands
    unreviewed: str = ""  # the oldest incident that is resolved and was not reviewed
    reviewed: str = ""  # the newest incident that was
    next_review_held: datetime | None = None  # when the review meeting that is planned first is due, and which it is
    review: str = ""
    last_review: str = ""  # the newest review meeting that was held
    incident_review: str = ""  # the document


@dataclass(frozen=True, slots=True)
class Point:
    """One checkpoint of one model: its state, the cause in words, where to look, and since when it is overdue."""

    checkpoint: Checkpoint
    state: State
    cause: str
    where: Where
    key: str = ""
    since: datetime | None = None
    open: str = ""  # what is open although the checkpoint is met


def points_of(facts: Facts, at: datetime) -> tuple[Point, ...]:
    """Every checkpoint in the order of the steps."""
    return (
        _registration(facts),
        _alignment(facts, at),
        _metrics(facts),
        _explainability(facts),
        _approval(facts, at),
        _reports(facts),
        _monitored(facts),
        _drift(facts),
        _stress(facts),
        _response(facts, at),
        _escalation(facts),
        _incidents(facts, at),
    )


def turns_after(facts: Facts, at: datetime) -> datetime | None:
    """The first moment from `at` on after which a checkpoint stands otherwise although nothing was done."""
    dues = (facts.next_review, facts.change_due, facts.first_due, facts.action_due, facts.next_review_held)
    return min((due for due in dues if due is not None and due >= at), default=None)


def step_state(points: tuple[Point, ...], step: Step) -> State:
    """The most urgent state of the step's checkpoints."""
    return min((point.state for point in points if point.checkpoint in CHECKPOINTS[step]), key=URGENCY.index)


def _registration(facts: Facts) -> Point:
    if facts.has_version:
        return Point(C.REGISTRATION, State.MET, "Registered with a version", Where.RECORD)
    return Point(C.REGISTRATION, State.MISSING, "No version is registered", Where.RECORD)


def _alignment(facts: Facts, at: datetime) -> Point:
    """Tier and review follow from the policy at registration; packs are confirmed by a person."""
    due = facts.next_review
    if due is not None and due < at:
        return Point(C.ALIGNMENT, State.OVERDUE, "Periodic review is overdue", Where.RECORD, since=due)
    if due is None:
        return Point(C.ALIGNMENT, State.MISSING, "No periodic review is planned", Where.RECORD)
    if not facts.packs_confirmed:
        return Point(C.ALIGNMENT, State.MISSING, "Regulation packs are not confirmed", Where.RECORD)
    return Point(C.ALIGNMENT, State.MET, "Packs confirmed, review planned", Where.RECORD)


def _metrics(facts: Facts) -> Point:
    if not facts.run:
        return Point(C.METRICS, State.MISSING, "No validation of the files at hand", Where.EVIDENCE)
    if facts.required_lost:
        what = "check has" if facts.required_lost == 1 else "checks have"
        return Point(
            C.METRICS, State.MISSING, f"{facts.required_lost} required {what} not passed", Where.RUN, facts.run
        )
    return Point(C.METRICS, State.MET, "Every required check passed", Where.RUN, facts.run)


def _explainability(facts: Facts) -> Point:
    if not facts.explained:
        return Point(C.EXPLAINABILITY, State.MISSING, "No reasons were computed", Where.EVIDENCE)
    if not facts.validated:
        return Point(C.EXPLAINABILITY, State.MISSING, "Reasons wait for a conclusion", Where.RUN, facts.explained)
    return Point(C.EXPLAINABILITY, State.MET, "Reasons computed, validation concluded", Where.RUN, facts.explained)


def _approval(facts: Facts, at: datetime) -> Point:
    if facts.open_change and facts.change_due is not None and facts.change_due < at:
        cause = f"Decision on {facts.open_change} is overdue"
        return Point(C.APPROVAL, State.OVERDUE, cause, Where.CHANGE, facts.open_change, facts.change_due)
    if facts.approved:
        return Point(C.APPROVAL, State.MET, f"Approved, {facts.approved}", Where.CHANGE, facts.approved)
    if not facts.open_change:
        return Point(C.APPROVAL, State.MISSING, "Approval was not requested", Where.DECISIONS)
    return Point(C.APPROVAL, State.MISSING, f"{facts.open_change} waits", Where.CHANGE, facts.open_change)


def _reports(facts: Facts) -> Point:
    if facts.report:
        return Point(C.REPORTS, State.MET, f"Dossier {facts.report}", Where.EXPORTS, facts.report)
    return Point(C.REPORTS, State.MISSING, "No dossier was made", Where.EXPORTS)


def _monitored(facts: Facts) -> Point:
    """A breach is missing, not overdue: its alert has a clock of its own."""
    match facts.monitored:
        case None:
            return Point(C.ALERTS, State.NO_DATA, "No production data were checked", Where.MONITORING)
        case Monitored.HEALTHY:
            return Point(C.ALERTS, State.MET, "Checked, no monitor in breach", Where.MONITORING)
        case Monitored.BREACH:
            return Point(C.ALERTS, State.MISSING, f"In breach: {facts.worst}".rstrip(": "), Where.MONITORING)
        case Monitored.CHECK_FAILED:
            return Point(C.ALERTS, State.MISSING, "A check could not be computed", Where.MONITORING)
        case Monitored.NO_DATA:
            return Point(C.ALERTS, State.NO_DATA, "No data came in time", Where.MONITORING)
        case Monitored.TOO_LITTLE:
            return Point(C.ALERTS, State.NO_DATA, "Too little evidence to judge", Where.MONITORING)


def _drift(facts: Facts) -> Point:
    if facts.drift is None:
        return Point(C.DRIFT, State.NO_DATA, "No drift was computed", Where.MONITORING)
    if facts.drift is Monitored.BREACH:
        return Point(C.DRIFT, State.MISSING, "Inputs have drifted", Where.MONITORING)
    if facts.drift is Monitored.TOO_LITTLE:
        return Point(C.DRIFT, State.NO_DATA, "Too little evidence of drift", Where.MONITORING)
    return Point(C.DRIFT, State.MET, "Inputs as in the reference", Where.MONITORING)


def _stress(facts: Facts) -> Point:
    """The newest stress test counts; without one that was judged, scenarios that a validation judged."""
    if facts.stress_test and facts.stress_passed is not None:
        state = State.MET if facts.stress_passed else State.MISSING
        said = f"{facts.stress_test} {'passed' if facts.stress_passed else 'failed'}"
        return Point(C.STRESS, state, said, Where.STRESS_TEST, facts.stress_test)
    if facts.stressed:
        return Point(C.STRESS, State.MET, f"Scenarios judged in {facts.stressed}", Where.RUN, facts.stressed)
    if facts.stress_test:
        said = f"{facts.stress_test} shows too little"
        return Point(C.STRESS, State.NO_DATA, said, Where.STRESS_TEST, facts.stress_test)
    return Point(C.STRESS, State.NO_DATA, "Nothing was stressed", Where.EVIDENCE)


def _response(facts: Facts, at: datetime) -> Point:
    """Findings and actions are settled, or within their time."""
    dues = [due for due in (facts.first_due, facts.action_due) if due is not None and due < at]
    if dues:
        what = "A finding" if facts.first_due in dues else "An action"
        return Point(C.RESPONSE, State.OVERDUE, f"{what} is overdue", Where.FINDINGS, since=min(dues))
    if not facts.findings and not facts.actions:
        return Point(C.RESPONSE, State.NO_DATA, "No finding is on record", Where.FINDINGS)
    counts = ((facts.open_findings, "finding"), (facts.open_actions, "action"))
    pending = ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts if count)
    said = f"{pending} open" if pending else ""
    return Point(C.RESPONSE, State.MET, "Settled, or within their time", Where.FINDINGS, open=said)


def _escalation(facts: Facts) -> Point:
    """Every incident that is open has somebody who commands it."""
    if facts.unled:
        return Point(C.ESCALATION, State.MISSING, f"Nobody commands {facts.unled}", Where.INCIDENT, facts.unled)
    if not facts.incidents:
        return Point(C.ESCALATION, State.NO_DATA, "No incident is on record", Where.INCIDENTS)
    many = facts.open_incidents
    said = f"{many} incident{'' if many == 1 else 's'} open" if many else ""
    return Point(C.ESCALATION, State.MET, "Every incident has a commander", Where.INCIDENTS, open=said)


def _incidents(facts: Facts, at: datetime) -> Point:
    """What went wrong was reviewed, and review meetings are held in their time."""
    due = facts.next_review_held
    if due is not None and due < at:
        cause = f"Review {facts.review} is overdue"
        return Point(C.INCIDENTS, State.OVERDUE, cause, Where.REVIEW, facts.review, due)
    if facts.unreviewed:
        cause = f"{facts.unreviewed} was not reviewed"
        return Point(C.INCIDENTS, State.MISSING, cause, Where.INCIDENT, facts.unreviewed)
    planned = f"{facts.review} is planned" if facts.review else ""
    if facts.incident_review:
        return Point(C.INCIDENTS, State.MET, "Reviewed", Where.DOCUMENT, facts.incident_review, open=planned)
    if facts.reviewed:
        return Point(C.INCIDENTS, State.MET, "Reviewed", Where.INCIDENT, facts.reviewed, open=planned)
    if facts.last_review:
        return Point(C.INCIDENTS, State.MET, "Reviewed", Where.REVIEW, facts.last_review, open=planned)
    return Point(C.INCIDENTS, State.NO_DATA, "No incident is on record", Where.DOCUMENTS)
