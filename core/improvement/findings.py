"""Raises a finding from what was seen of a model in use: an alert, a chunk that was checked, or an incident."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import NotFound, Problem, Refusal, Unreadable
from core.improvement.incidents.tables import Incident, IncidentAffected
from core.improvement.keeping import refuse
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.moves import load_version
from core.inventory.rules import BY_ACTION, Action, Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref
from core.metrics.verdicts import Verdict
from core.monitoring.alerts.tables import Alert
from core.monitoring.checks.tables import MonitorChunk, MonitorResult
from core.store import Store
from core.validation.findings import open_finding
from core.validation.rules import FindingSource, Severity, reason_refusals

SOURCES = (RecordKind.ALERT, RecordKind.CHUNK, RecordKind.INCIDENT)


@dataclass(frozen=True)
class Seen:
    """What a record tells of: the model, the version where it names one, and the check that it is about.

    The check is the same whenever the same clause breaches on the same model, so that a finding that comes back after
    it was closed is known as such.
    """

    model: str
    version: str
    check_key: str
    environment: str = PRODUCTION


def raise_from_record(
    store: Store,
    ledger: Ledger,
    *,
    source: Ref,
    title: str,
    detail: str,
    severity: Severity,
    version: str = "",
    actor: Actor,
    at: datetime,
) -> str:
    """Raise a finding that is linked with its source; returns its number.

    Whoever handles alerts may: to say what is wanting is no part in the validation of the version. Without a
    `version` it is about the one that the source names, or else the one in production. Raises `NotFound` for a source
    that is not there, `Unreadable` for one of another kind, or where no version can be told.
    """
    entity = Entity(source.kind.value, source.number)
    with deciding(store, ledger, Action.RAISE_FINDING, entity=entity, actor=actor, at=at) as tx:
        seen = _seen(tx.session, source)
        about = version or seen.version or _in_production(tx.session, seen)
        model, row = load_version(tx.session, seen.model, about)
        refuse((*seen_refusals(actor, row.stage), *reason_refusals(title, "The title")))
        return open_finding(
            tx, ledger, model, row, title=title, detail=detail, severity=severity, source=FindingSource.MONITORING,
            check_key=seen.check_key, about=(source,), actor=actor, at=at,
        )  # fmt: skip


def seen_refusals(actor: Actor, stage: Stage) -> tuple[Refusal, ...]:
    """Why this actor cannot raise a finding on a version of this stage from what was seen of it."""
    reasons = (
        () if Permission.FINDING_RAISE in actor.permissions else permission_refusals(actor, Permission.ALERT_HANDLE)
    )
    if (stage, Action.RAISE_FINDING) in BY_ACTION:
        return reasons
    return (*reasons, Refusal("stage", f"The version is {stage}", "findings", "Name a version that is in use."))


def _seen(session: Session, source: Ref) -> Seen:
    if source.kind is RecordKind.ALERT:
        return _alert(session, source.number)
    if source.kind is RecordKind.CHUNK:
        return _chunk(session, source.number)
    if source.kind is RecordKind.INCIDENT:
        return _incident(session, source.number)
    expected = ", ".join(SOURCES)
    raise Unreadable([Problem("no source of a finding", column="source", found=source.kind.value, expected=expected)])


def _alert(session: Session, number: str) -> Seen:
    row = session.exec(select(Alert).where(Alert.number == number)).first()
    if row is None:
        raise NotFound("alert", number)
    if not row.model:
        raise Unreadable([Problem("the alert is about no model", column="source", found=number)])
    return Seen(row.model, row.version, row.key[:500], row.environment or PRODUCTION)


def _chunk(session: Session, number: str) -> Seen:
    """The check of the first figure that failed, as its alert is known by."""
    newest = col(MonitorChunk.revision).desc()
    found = session.exec(
        select(MonitorChunk, Model.number)
        .join(Model, col(Model.id) == col(MonitorChunk.model_id))
        .where(MonitorChunk.number == number)
        .order_by(newest)
    ).first()
    if found is None:
        raise NotFound("chunk", number)
    chunk, model = found
    failed = session.exec(
        select(MonitorResult)
        .where(MonitorResult.chunk_id == chunk.id, MonitorResult.verdict == Verdict.FAIL)
        .order_by(col(MonitorResult.id))
    ).first()
    key = f"breach {model} {chunk.environment} {failed.clause} {failed.subject}" if failed else ""
    return Seen(model, "", key, chunk.environment)


def _incident(session: Session, number: str) -> Seen:
    row = session.exec(select(Incident).where(Incident.number == number)).first()
    if row is None:
        raise NotFound("incident", number)
    if not row.model:
        raise Unreadable([Problem("the incident is about no registered model", column="source", found=number)])
    affected = select(func.max(IncidentAffected.version)).where(
        IncidentAffected.incident_id == row.id, IncidentAffected.model == row.model
    )
    return Seen(row.model, session.exec(affected).one() or "", "", row.environment or PRODUCTION)


def _in_production(session: Session, seen: Seen) -> str:
    version = session.exec(
        select(ModelVersion.version)
        .join(ProductionPointer, col(ProductionPointer.version_id) == col(ModelVersion.id))
        .join(Model, col(Model.id) == col(ProductionPointer.model_id))
        .where(Model.number == seen.model, ProductionPointer.environment == seen.environment)
    ).first()
    if version is None:
        raise Unreadable([Problem("no version is in production", column="version", expected="the version it is about")])
    return version
