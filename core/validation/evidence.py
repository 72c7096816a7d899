"""Which evidence a version rests on, and the digest that follows from it."""

from sqlmodel import Session, col, select

from core.inventory.evidence import evidence_digest, kept_parts
from core.inventory.moves import facts_of
from core.inventory.tables import Model, ModelVersion
from core.validation.inputs import current, given, inputs_of
from core.validation.rules import BLOCKING, PENDING, EvidenceKind, FindingStatus, RunStatus, ValidationFacts
from core.validation.tables import Conclusion, Evidence, Finding, Question, Run


def current_evidence(session: Session, version: ModelVersion) -> Evidence | None:
    """The predictions at hand: the newest that were not replaced."""
    return next((row for row in current(session, version) if row.kind is EvidenceKind.PREDICTIONS), None)


def run_is_current(session: Session, version: ModelVersion, run: Run | None) -> bool:
    """Whether the run judged exactly the files at hand."""
    rows = current(session, version)
    has_predictions = any(row.kind is EvidenceKind.PREDICTIONS for row in rows)
    return run is not None and has_predictions and inputs_of(session, run).evidence == given(rows)


def latest_run(session: Session, version: ModelVersion, *, finished: bool = True) -> Run | None:
    """The newest run, or the newest finished one."""
    query = select(Run).where(Run.version_id == version.id)
    query = query.where(Run.status == RunStatus.FINISHED) if finished else query
    return session.exec(query.order_by(col(Run.id).desc()).limit(1)).first()


def digest_now(session: Session, model: Model, version: ModelVersion) -> str:
    """The evidence digest that the version should carry, from what is stored now, which the version keeps with it."""
    run = latest_run(session, version)
    tables = tuple(part for row in current(session, version) for part in (row.table_digest, row.mapping))
    result = run.result_digest if run and run_is_current(session, version, run) else ""
    version.evidence_parts = kept_parts(tables, result)
    return evidence_digest(session, model, version, tables=tables, result=result)


def latest_conclusion(session: Session, version: ModelVersion) -> Conclusion | None:
    """How the validation was last concluded."""
    return session.exec(
        select(Conclusion).where(Conclusion.version_id == version.id).order_by(col(Conclusion.id).desc()).limit(1)
    ).first()


def blocking_findings(session: Session, version: ModelVersion) -> tuple[str, ...]:
    """Numbers of findings of high or critical severity that are not verified closed."""
    return tuple(
        session.exec(
            select(Finding.number)
            .where(
                Finding.version_id == version.id,
                col(Finding.severity).in_(BLOCKING),
                Finding.status != FindingStatus.VERIFIED_CLOSED,
            )
            .order_by(col(Finding.id))
        ).all()
    )


def validation_facts(session: Session, version: ModelVersion) -> ValidationFacts:
    """Everything the rules of this step ask for."""
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
        blocking_findings=blocking_findings(session, version),
    )
