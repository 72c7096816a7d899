"""What the places of a template are filled with: the record of a version, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from core.access.queries import names
from core.approval.tables import ChangeRequest, Condition, Vote
from core.documents.incident_values import SAID as OF_INCIDENTS
from core.documents.incident_values import Told, incident_for, incident_values
from core.errors import NotFound
from core.inventory.queries import ModelPage, model_page
from core.inventory.tables import Model, ModelVersion, RiskFactor
from core.policy.service import PublishedPolicy, policy_by_id, policy_in_force
from core.validation.queries import VersionEvidence, version_evidence
from core.validation.rules import FindingStatus
from core.validation.tables import CheckResult, Finding

RECORD: tuple[str, ...] = (
    "number", "name", "purpose", "business_line", "users", "exposure", "purpose_class", "tier", "scope", "scope_reason",
)  # fmt: skip
VERSION: tuple[str, ...] = (
    "version", "stage", "line", "intended_use", "limitations", "rationale", "change_kind", "code_reference",
    "artefact_digest",
)  # fmt: skip
DATASET: tuple[str, ...] = ("number", "name", "version", "source", "licence", "classification")


@dataclass(frozen=True)
class Record:
    """Everything that the places are filled from."""

    page: ModelPage
    model: Model
    version: ModelVersion
    held: VersionEvidence
    change: ChangeRequest | None
    votes: Sequence[Vote]
    conditions: Sequence[Condition]
    factors: Sequence[RiskFactor]
    policy: PublishedPolicy
    run_policy: PublishedPolicy | None
    known: Mapping[str, str]
    incident: Told | None = None

    def person(self, number: str) -> str:
        """Name and number."""
        return f"{self.known[number]} ({number})" if number in self.known else number


def record_of(session: Session, number: str, version: str, *, at: datetime, incident: str = "") -> Record:
    """The record of this version, with the incident that is named or else its newest; raises `NotFound`."""
    page = model_page(session, number, version)
    if page.version is None or page.version.id is None:
        raise NotFound(f"version of {number}", version)
    held = version_evidence(session, page.version.id)
    change = session.exec(
        select(ChangeRequest).where(ChangeRequest.version_id == page.version.id).order_by(col(ChangeRequest.id).desc())
    ).first()
    key = change.id if change else 0
    run, known = held.latest_run, names(session)
    affecting = incident_for(session, page.model.number, page.version.version, incident, at=at)
    return Record(
        page=page,
        model=page.model,
        version=page.version,
        held=held,
        change=change,
        votes=session.exec(select(Vote).where(Vote.change_id == key).order_by(col(Vote.id))).all(),
        conditions=session.exec(select(Condition).where(Condition.change_id == key).order_by(col(Condition.id))).all(),
        factors=session.exec(select(RiskFactor).where(RiskFactor.model_id == page.model.id)).all(),
        policy=policy_in_force(session, at=at),
        run_policy=policy_by_id(session, run.policy_version_id) if run else None,
        known=known,
        incident=Told(affecting, known) if affecting else None,
    )


def values_of(record: Record) -> Mapping[str, str]:
    """Every place with its value; empty where the record does not say it."""
    found = {f"model.{name}": _text(getattr(record.model, name)) for name in RECORD}
    found |= {f"version.{name}": _text(getattr(record.version, name)) for name in VERSION}
    for use, dataset in (("training", record.page.training), ("test", record.page.test)):
        found |= {f"{use}.{name}": _text(getattr(dataset, name, "")) for name in DATASET}
    return found | {name: say(record) for name, say in SAID.items()} | incident_values(record.incident)


def _checks(record: Record) -> str:
    """The required checks as a table, in the order of the policy."""
    required = [check for check in record.held.checks if check.required]
    if not required:
        return ""
    rows = [
        f"| {_cell(check.clause)} | {_cell(check.metric.replace('_', ' '))} | {_cell(check.subject)} "
        f"| {_figure(check)} | {check.direction} {_number(check.threshold)} | {check.verdict} |"
        for check in required
    ]
    return "\n".join(("| Clause | Check | About | Figure | Required | Verdict |", "|---|---|---|---|---|---|", *rows))


def _figure(check: CheckResult) -> str:
    if check.value is None:
        return "none"
    interval = f" ({_number(check.low)} to {_number(check.high)})" if check.low is not None else ""
    return f"{_number(check.value)}{interval}"


def _findings(findings: Sequence[Finding]) -> str:
    return "\n".join(
        f"- {one.number} {one.severity}, {one.status}, due {_day(one.due_at)}: {_cell(one.title)}" for one in findings
    )


def _open_findings(record: Record) -> str:
    listed = [one for one in record.held.findings if one.status is not FindingStatus.VERIFIED_CLOSED]
    return _findings(listed) if listed else "None" if record.held.latest_run else ""


def _all_findings(record: Record) -> str:
    return _findings(record.held.findings) or ("None" if record.held.latest_run else "")


def _questions(record: Record) -> str:
    if not record.held.questions:
        return "None" if record.held.latest_run else ""
    return "\n".join(
        f"- {one.number} {_cell(one.text)} Answer: {_cell(one.answer) or 'none yet'}" for one in record.held.questions
    )


def _votes(record: Record) -> str:
    return "\n".join(
        f"- {record.person(one.person)}, {one.choice}, {_day(one.cast_at)}: {_cell(one.rationale)}"
        for one in record.votes
        if one.voided_at is None
    )


def _conditions(record: Record) -> str:
    listed = [f"- {_cell(one.text)}, {record.person(one.owner)}, due {_day(one.due_at)}" for one in record.conditions]
    return "\n".join(listed) or ("None" if record.votes else "")


def _thresholds(record: Record) -> str:
    tier = record.model.tier
    rows = [
        f"| {one.clause} | {_cell(one.title)} | {one.direction} {_number(one.value)} "
        f"| {'required' if one.required else 'advisory'} |"
        for one in record.policy.policy.thresholds
        if tier in one.tiers
    ]
    return "\n".join(("| Clause | Check | Threshold | Weight |", "|---|---|---|---|", *rows)) if rows else ""


def _factors(record: Record) -> str:
    return "\n".join(f"- {one.factor}: {one.level}. {_cell(one.reason)}" for one in record.factors)


def _conclusion(record: Record) -> str:
    last = record.held.conclusions[0] if record.held.conclusions else None
    return f"{last.outcome}, {record.person(last.concluded_by)}: {_cell(last.summary)}" if last else ""


def _of_change(attribute: str) -> Callable[[Record], str]:
    return lambda record: _text(getattr(record.change, attribute)) if record.change else ""


def _run_policy(record: Record) -> str:
    return f"{record.run_policy.name} {record.run_policy.version}" if record.run_policy else ""


SAID: Mapping[str, Callable[[Record], str]] = {
    "model.owner": lambda record: record.person(record.model.owner),
    "model.developer": lambda record: record.person(record.model.developer),
    "model.vendor": lambda record: record.model.vendor or "Our own",
    "model.packs": lambda record: ", ".join(record.model.packs.split()),
    "model.next_review": lambda record: _day(record.model.next_review),
    "model.production": lambda record: record.page.production or "No version",
    "model.risk_factors": _factors,
    "version.created_by": lambda record: record.person(record.version.created_by),
    "version.created_at": lambda record: _day(record.version.created_at),
    "version.evidence_digest": lambda record: record.version.evidence_digest,
    "run.number": lambda record: record.held.latest_run.number if record.held.latest_run else "",
    "run.finished": lambda record: _day(record.held.latest_run.finished_at if record.held.latest_run else None),
    "run.policy": _run_policy,
    "run.checks": _checks,
    "run.conclusion": _conclusion,
    "findings.open": _open_findings,
    "findings.all": _all_findings,
    "questions": _questions,
    "change.number": _of_change("number"),
    "change.status": _of_change("status"),
    "change.rationale": _of_change("rationale"),
    "change.quorum": _of_change("quorum"),
    "change.requested_at": lambda record: _day(record.change.requested_at if record.change else None),
    "change.requested_by": lambda record: record.person(record.change.requested_by) if record.change else "",
    "change.policy": _run_policy,
    "change.votes": _votes,
    "change.conditions": _conditions,
    "policy.name": lambda record: f"{record.policy.name} {record.policy.version}",
    "policy.thresholds": _thresholds,
}
KNOWN = frozenset(
    {
        *(f"model.{name}" for name in RECORD),
        *(f"version.{name}" for name in VERSION),
        *(f"{use}.{name}" for use in ("training", "test") for name in DATASET),
        *SAID,
        *OF_INCIDENTS,
    }
)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _cell(text: str) -> str:
    """One line without a bar, so that it stays in its cell."""
    return " ".join(text.replace("|", "/").split())


def _number(value: float | None) -> str:
    """To three decimals, without zeros at the end: 0.828, 0.05, 12."""
    return "" if value is None else f"{round(value, 3) + 0.0:.3f}".rstrip("0").rstrip(".")


def _day(at: datetime | None) -> str:
    return at.astimezone(UTC).date().isoformat() if at else ""
