"""Turns stored rows into what the API answers."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from app.api.answers import (
    ChangeView,
    CheckView,
    ColumnScan,
    EvidenceLine,
    HandedIn,
    LedgerProof,
    MappingView,
    MissingView,
    ModelLine,
    ModelView,
    RunView,
    VerdictCount,
    VersionLine,
    VersionView,
    VoteLine,
)
from core.access.personal_data import Level, ScanResult
from core.approval.queries import ChangePage
from core.errors import NotFound
from core.inventory.moves import version_by_id
from core.inventory.queries import DatasetFacts, InventoryRow, ModelPage
from core.metrics.verdicts import Verdict
from core.validation.evidence import missing_clauses
from core.validation.inputs import current
from core.validation.queries import RunPage, version_evidence
from core.validation.rules import EvidenceKind, FindingStatus, RunStatus
from core.validation.tables import CheckResult, Evidence
from core.validation.uploads import ColumnMapping


def model_line(row: InventoryRow) -> ModelLine:
    """One line of the inventory."""
    return ModelLine(
        model=row.number,
        name=row.name,
        business_line=row.business_line,
        owner=row.owner,
        tier=row.tier,
        version=row.version,
        stage=row.stage,
        production=row.production,
        next_review=row.next_review,
    )


def model_view(page: ModelPage) -> ModelView:
    """A model with its versions."""
    model = page.model
    return ModelView(
        model=model.number,
        name=model.name,
        purpose=model.purpose,
        business_line=model.business_line,
        owner=model.owner,
        developer=model.developer,
        tier=model.tier,
        packs=model.packs.split(),
        next_review=model.next_review,
        production=page.production,
        versions=[VersionLine.model_validate(row, from_attributes=True) for row in page.versions],
    )


def version_view(session: Session, page: ModelPage, *, at: datetime) -> VersionView:
    """A version with its evidence and the verdicts of its newest finished validation."""
    row = page.version
    if row is None or row.id is None:
        raise NotFound(f"version of {page.model.number}", "any")
    held = version_evidence(session, row.id)
    files = current(session, row)
    missing = missing_clauses(session, row, held.latest_run, at=at)
    predictions = next((one for one in files if one.kind is EvidenceKind.PREDICTIONS), None)
    return VersionView(
        model=page.model.number,
        version=row.version,
        stage=row.stage,
        line=row.line.value,
        intended_use=row.intended_use,
        limitations=row.limitations,
        rationale=row.rationale,
        training_dataset=_dataset(page.training),
        test_dataset=_dataset(page.test),
        created_by=row.created_by,
        created_at=row.created_at,
        evidence_digest=row.evidence_digest,
        evidence=_evidence(predictions) if predictions else None,
        further_evidence=[_evidence(one) for one in files if one is not predictions],
        run=held.latest_run.number if held.latest_run else None,
        verdicts=verdict_count(held.checks) if held.latest_run else None,
        missing=[MissingView(clause=one.clause, what=one.what, exception=one.lifted_by or None) for one in missing],
        open_findings=[one.number for one in held.findings if one.status is not FindingStatus.VERIFIED_CLOSED],
    )


def run_view(page: RunPage) -> RunView:
    """A validation with its verdicts."""
    run = page.run
    return RunView(
        run=run.number,
        model=page.model.number,
        version=page.version.version,
        evidence=page.evidence.number,
        status=run.status,
        step=run.step,
        steps_done=run.steps_done,
        steps_total=run.steps_total,
        requested_at=run.requested_at,
        finished_at=run.finished_at,
        result_digest=run.result_digest,
        error=run.error,
        verdicts=verdict_count(page.checks) if run.status is RunStatus.FINISHED else None,
        checks=[_check(check) for check in page.checks],
    )


def verdict_count(checks: Sequence[CheckResult]) -> VerdictCount:
    """How the checks came out. The outcome is the worst of the required ones, and without any it is not a pass."""
    found = [check.verdict for check in checks]
    required = [check.verdict for check in checks if check.required]
    outcome = Verdict.PASS
    if not required or Verdict.INSUFFICIENT in required:
        outcome = Verdict.INSUFFICIENT
    if Verdict.FAIL in required:
        outcome = Verdict.FAIL
    return VerdictCount(
        outcome=outcome,
        passed=found.count(Verdict.PASS),
        failed=found.count(Verdict.FAIL),
        insufficient=found.count(Verdict.INSUFFICIENT),
        required_failed=required.count(Verdict.FAIL),
        required_insufficient=required.count(Verdict.INSUFFICIENT),
    )


def change_view(page: ChangePage) -> ChangeView:
    """A change request with its votes."""
    return ChangeView(
        change=page.number,
        kind=page.kind,
        status=page.status,
        model=page.model,
        version=page.version,
        rationale=page.rationale,
        restriction=page.restriction,
        lifts=page.lifts or None,
        exception=page.exception.number if page.exception else None,
        requested_by=page.requested_by,
        requested_at=page.requested_at,
        due_at=page.due_at,
        policy=page.policy,
        quorum=page.quorum,
        functions=sorted(page.required),
        missing=sorted(page.missing),
        code_reviews=page.path.code_reviews,
        code_reviews_from=page.path.code_reviews_from,
        code_lacks=[one.message for one in page.code],
        approvals=page.approvals,
        evidence_digest=page.evidence_digest,
        approved_digest=page.approved_digest,
        votes=[VoteLine.model_validate(vote, from_attributes=True) for vote in page.votes],
    )


def handed_in(session: Session, row: Evidence, proof: LedgerProof) -> HandedIn:
    """What was taken in, within the transaction that took it in."""
    _, version = version_by_id(session, row.version_id)
    return HandedIn(
        evidence=row.number,
        kind=row.kind,
        rows=row.rows,
        file_digest=row.file_digest,
        table_digest=row.table_digest,
        evidence_digest=version.evidence_digest,
        mapping=_mapping(ColumnMapping.from_json(row.mapping)),
        personal_data=[
            ColumnScan(column=one.column, level=one.level, kinds=dict(one.kinds), first_line=one.first_line)
            for one in ScanResult.from_json(row.scan).columns
            if one.level is not Level.NONE
        ],
        ledger=proof,
    )


def _mapping(mapping: ColumnMapping) -> MappingView:
    return MappingView(
        label=mapping.label,
        prediction=mapping.prediction,
        score=mapping.score,
        positive=mapping.positive_label,
        favourable=mapping.favourable_label or mapping.positive_label,
        favourable_words=mapping.favourable_words,
        sensitive=list(mapping.sensitive),
        row_id=mapping.row_id,
        numbers=list(mapping.numbers),
        probability=mapping.score_is_probability,
        task=mapping.predicts,
        features=list(mapping.features),
        controls=list(mapping.controls),
        class_probabilities=list(mapping.probabilities),
        scenario=mapping.scenario,
        audit_sex=mapping.audit_sex,
        audit_race=mapping.audit_race,
        audit_because=mapping.audit_because,
    )


def _evidence(row: Evidence) -> EvidenceLine:
    return EvidenceLine(
        evidence=row.number,
        kind=row.kind,
        rows=row.rows,
        file_digest=row.file_digest,
        table_digest=row.table_digest,
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at,
        removed_at=row.removed_at,
        removed_because=row.removed_reason or None,
    )


def _check(check: CheckResult) -> CheckView:
    return CheckView(
        kind=check.kind,
        metric=check.metric,
        subject=check.subject,
        value=check.value,
        interval=(check.low, check.high) if check.low is not None and check.high is not None else None,
        threshold=check.threshold,
        direction=check.direction,
        required=check.required,
        verdict=check.verdict,
        reason=check.reason,
        clause=check.clause,
    )


def _dataset(facts: DatasetFacts | None) -> str | None:
    return f"{facts.number} {facts.name} {facts.version}" if facts else None
