"""One dossier from one reading of the store."""

from datetime import datetime

from sqlmodel import Session

from core.inventory.moves import version_by_id
from core.inventory.tables import Model, ModelVersion
from core.policy.exceptions import standing_exceptions
from core.policy.service import policy_in_force
from core.reports.assembling.decisions import (
    decision_records,
    exception_records,
    history,
    history_entries,
    people_lines,
)
from core.reports.assembling.record import (
    dataset_records,
    model_record,
    policy_record,
    version_record,
    what_changed,
)
from core.reports.assembling.validation import (
    challenge_record,
    conclusion_record,
    finding_record,
    latest_fairness,
    run_records,
)
from core.reports.history.ledger import LedgerThen, ledger_as_of
from core.reports.history.tracing import source_lines
from core.reports.values import Attachment, DecisionRecord, Dossier, HistoryLine
from core.validation.queries import VersionEvidence, version_evidence


def assemble(
    session: Session, version_id: int, *, reference: str, origin: str, vkey: str, generated_by: str, at: datetime
) -> Dossier:
    """Everything on record about this version as of `at`; `reference` is the export's number, `vkey` the ledger key."""
    ledger = ledger_as_of(session, at, vkey=vkey)
    return assemble_as_of(
        session, version_id, ledger, reference=reference, origin=origin, generated_by=generated_by, at=at, as_of=at
    )


def assemble_as_of(
    session: Session,
    version_id: int,
    ledger: LedgerThen,
    *,
    reference: str,
    origin: str,
    generated_by: str,
    at: datetime,
    as_of: datetime,
) -> Dossier:
    """As `assemble`, from a session that holds the record as it was at `as_of`, and from the ledger up to there."""
    model, version = version_by_id(session, version_id)
    held = version_evidence(session, version_id)
    decisions = decision_records(session, version, at=as_of)
    standing = standing_exceptions(session, version_id=version_id, model_id=model.id or 0, at=as_of)
    entries = history_entries(session, ledger, model, version, decisions)
    lines = history(entries)
    run = held.latest_run
    policy_id = run.policy_version_id if run else policy_in_force(session, at=as_of).id
    return Dossier(
        reference=reference,
        scope=f"Version {version.version} of {model.name} ({model.number})",
        as_of=as_of,
        generated_at=at,
        generated_by=generated_by,
        origin=origin,
        model=model_record(model),
        version=version_record(version),
        datasets=dataset_records(session, version),
        changed=what_changed(session, version),
        policy=policy_record(session, policy_id),
        runs=run_records(session, held, standing, as_of),
        fairness=latest_fairness(session, held),
        findings=tuple(finding_record(row) for row in held.findings),
        challenge=tuple(challenge_record(row) for row in held.questions),
        conclusions=tuple(conclusion_record(row) for row in held.conclusions),
        decisions=decisions,
        history=lines,
        people=people_lines(session, _numbers(model, version, held, decisions, lines, generated_by)),
        checkpoint=ledger.checkpoint,
        attachments=_attachments(held),
        exceptions=exception_records(session, model, version, at=as_of),
        sources=source_lines(entries),
    )


def _attachments(held: VersionEvidence) -> tuple[Attachment, ...]:
    run = held.latest_run
    if run is None:
        return ()
    description = f"Every figure of validation run {run.number} in full precision"
    return (Attachment(f"{run.number}.json", "application/json", description, run.result.encode()),)


def _numbers(
    model: Model,
    version: ModelVersion,
    held: VersionEvidence,
    decisions: tuple[DecisionRecord, ...],
    lines: tuple[HistoryLine, ...],
    generated_by: str,
) -> set[str]:
    """Every person's number that the dossier mentions."""
    found = {model.owner, model.developer, model.registered_by, version.created_by, generated_by}
    found |= {line.actor for line in lines}
    found |= {finding.owner for finding in held.findings}
    found |= {vote.person for decision in decisions for vote in decision.votes}
    found |= {condition.owner for decision in decisions for condition in decision.conditions}
    found |= {item.author or "" for decision in decisions for item in decision.checklist}
    found |= {vote.on_behalf_of or "" for decision in decisions for vote in decision.votes}
    found |= {one.person for decision in decisions for one in decision.dissents}
    return found
