"""Which evidence a version rests on, and the digest that follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.evidence import evidence_digest, kept_parts
from core.inventory.moves import facts_of
from core.inventory.tables import Dataset, Model, ModelVersion
from core.policy.exceptions import Standing, covers, covers_missing, standing_exceptions
from core.policy.rules import DatasetPart, Statement
from core.policy.service import policy_by_id
from core.validation.inputs import current, given, inputs_of
from core.validation.requiring import missing_evidence, missing_statements
from core.validation.rules import (
    BLOCKING,
    PENDING,
    EvidenceKind,
    FindingStatus,
    MissingClause,
    RunStatus,
    ValidationFacts,
)
from core.validation.tables import CheckResult, Conclusion, Evidence, Finding, Question, Run


def current_evidence(session: Session, version: ModelVersion) -> Evidence | None:
    """The predictions at hand: the newest that were not replaced."""
    return next((row for row in current(session, version) if row.kind is EvidenceKind.PREDICTIONS), None)


def run_is_current(session: Session, version: ModelVersion, run: Run | None) -> bool:
    """Whether the run judged exactly the files at hand, as those of a model of its tier."""
    rows = current(session, version)
    if run is None or not any(row.kind is EvidenceKind.PREDICTIONS for row in rows):
        return False
    inputs = inputs_of(session, run)
    return inputs.evidence == given(rows) and inputs.tier in (0, model_of(session, version).tier)


def latest_run(session: Session, version: ModelVersion, *, finished: bool = True) -> Run | None:
    """The newest run, or the newest finished one."""
    query = select(Run).where(Run.version_id == version.id)
    query = query.where(Run.status == RunStatus.FINISHED) if finished else query
    return session.exec(query.order_by(col(Run.id).desc()).limit(1)).first()


def digest_now(session: Session, model: Model, version: ModelVersion) -> str:
    """The evidence digest that the version should carry, from what is stored now, which the version keeps with it."""
    run = latest_run(session, version)
    tables = tuple(part for row in current(session, version) for part in (row.table_digest, row.mapping))
    judged = run if run and run_is_current(session, version, run) else None
    result, tier = (judged.result_digest, inputs_of(session, judged).tier) if judged else ("", 0)
    version.evidence_parts = kept_parts(tables, result, tier)
    return evidence_digest(session, model, version, tables=tables, result=result)


def latest_conclusion(session: Session, version: ModelVersion) -> Conclusion | None:
    """How the validation was last concluded."""
    return session.exec(
        select(Conclusion).where(Conclusion.version_id == version.id).order_by(col(Conclusion.id).desc()).limit(1)
    ).first()


def blocking_findings(session: Session, version: ModelVersion, *, at: datetime | None = None) -> tuple[str, ...]:
    """Numbers of findings of high or critical severity that are not verified closed and no exception lifts at `at`."""
    lifted = lifted_findings(session, version, at=at) if at else {}
    return tuple(row.number for row in _pending_findings(session, version) if row.number not in lifted)


def lifted_findings(session: Session, version: ModelVersion, *, at: datetime) -> Mapping[str, str]:
    """By number of a blocking finding, the number of the policy exception that lifts it at this moment.

    An exception lifts what a check of its clause raised, while that check's newest figure is no worse than reviewed.
    """
    standing = standing_exceptions(session, version_id=version.id or 0, model_id=version.model_id, at=at)
    if not standing:
        return {}
    checks = newest_checks(session, version)
    lifted: dict[str, str] = {}
    for finding in _pending_findings(session, version):
        check = checks.get(finding.check_key) if finding.check_key else None
        for one in standing if check else ():
            if check and covers(one, clause=check.clause, figure=check.value, at=at):
                lifted[finding.number] = one.number
    return lifted


def newest_checks(session: Session, version: ModelVersion) -> Mapping[str, CheckResult]:
    """The checks of the newest finished run, by the key that their findings carry."""
    run = latest_run(session, version)
    if run is None:
        return {}
    rows = session.exec(select(CheckResult).where(CheckResult.run_id == run.id)).all()
    return {f"{row.metric} {row.subject}".strip()[:500]: row for row in rows}


def _pending_findings(session: Session, version: ModelVersion) -> list[Finding]:
    return list(
        session.exec(
            select(Finding)
            .where(
                Finding.version_id == version.id,
                col(Finding.severity).in_(BLOCKING),
                Finding.status != FindingStatus.VERIFIED_CLOSED,
            )
            .order_by(col(Finding.id))
        )
    )


def missing_clauses(
    session: Session, version: ModelVersion, run: Run | None, *, at: datetime | None = None
) -> tuple[MissingClause, ...]:
    """What the policy that judged the newest run requires of evidence and datasets, and the version lacks.

    With a moment, each says which policy exception lifts it then.
    """
    if run is None:
        return ()
    policy, tier = policy_by_id(session, run.policy_version_id).policy, model_of(session, version).tier
    at_hand = {row.kind.value for row in current(session, version)}
    datasets = {
        DatasetPart.TRAINING: session.get(Dataset, version.training_dataset_id),
        DatasetPart.TEST: session.get(Dataset, version.test_dataset_id),
    }
    found = (
        *missing_evidence(policy, tier, at_hand),
        *missing_statements(policy, tier, {part: stated_of(row) for part, row in datasets.items()}),
    )
    if at is None or not found:
        return found
    standing = standing_exceptions(session, version_id=version.id or 0, model_id=version.model_id, at=at)
    return tuple(_lifted(one, standing, at) for one in found)


def _lifted(missing: MissingClause, standing: Sequence[Standing], at: datetime) -> MissingClause:
    of_clause = [one for one in standing if one.clause == missing.clause]
    for one in of_clause:
        if covers_missing(one, clause=missing.clause, lacks=missing.lacks, at=at):
            return replace(missing, lifted_by=one.number)
    if not of_clause:
        return missing
    return replace(missing, what=f"{missing.what}, which exception {of_clause[0].number} does not cover")


def stated_of(dataset: Dataset | None) -> frozenset[Statement]:
    """What the record of a dataset states."""
    if dataset is None:
        return frozenset()
    said = {
        Statement.LICENCE: dataset.licence,
        Statement.CLASSIFICATION: dataset.classification,
        Statement.DIGEST: dataset.digest,
        Statement.SCHEMA: dataset.declared_schema,
        Statement.ROWS: dataset.rows,
    }
    return frozenset(statement for statement, value in said.items() if value)


def model_of(session: Session, version: ModelVersion) -> Model:
    """The model of this version; raises `NotFound`."""
    model = session.get(Model, version.model_id)
    if model is None:
        raise NotFound("model", version.model_id)
    return model


def validation_facts(session: Session, version: ModelVersion, *, at: datetime | None = None) -> ValidationFacts:
    """Everything the rules of this step ask for; without a moment no policy exception lifts a finding."""
    evidence = current_evidence(session, version)
    run = latest_run(session, version)
    pending = session.exec(
        select(Run.id).where(Run.version_id == version.id, col(Run.status).in_(PENDING)).limit(1)
    ).first()
    unanswered = session.exec(
        select(Question.id).where(Question.version_id == version.id, col(Question.answered_at).is_(None))
    ).all()
    return ValidationFacts(
        version=facts_of(session, version),
        has_evidence=evidence is not None,
        run_is_pending=pending is not None,
        run_is_current=run_is_current(session, version, run),
        open_questions=len(unanswered),
        blocking_findings=blocking_findings(session, version, at=at),
        missing_clauses=missing_clauses(session, version, run, at=at),
    )
