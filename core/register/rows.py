"""Items whole: of each kind the rows that a page needs, in one statement a kind and two for evidence and links."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.audits.rules.life import FindingStatus as AuditState
from core.audits.tables import Audit, AuditFinding, AuditItem
from core.compliance.tables import ComplianceFinding
from core.compliance.vocabulary import FindingStatus as DeviationState
from core.improvement.actions.rules import ActionStatus
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.tables import Incident
from core.inventory.tables import Model, ModelVersion
from core.links import RecordKind
from core.links.queries import linked_with
from core.register.values import Item, Kind, Source, State
from core.validation.rules import FindingStatus
from core.validation.tables import Finding, FindingEvidence

Key = tuple[Kind, int]
Found = dict[int, Item]


def hydrated(session: Session, keys: Sequence[Key]) -> tuple[Item, ...]:
    """The items of these rows, in this order."""
    found: dict[Key, Item] = {}
    for kind, read in READ.items():
        ids = [key for of, key in keys if of is kind]
        if ids:
            items = _with_links(session, kind, read(session, ids))
            found |= {(kind, key): item for key, item in items.items()}
    named = _model_names(session, {item.model for item in found.values() if not item.model_name})
    rows = [found[key] for key in keys if key in found]
    return tuple(replace(one, model_name=one.model_name or named.get(one.model, "")) for one in rows)


def _findings(session: Session, ids: Sequence[int]) -> Found:
    states = {
        FindingStatus.OPEN: State.OPEN,
        FindingStatus.REMEDIATED: State.REMEDIATED,
        FindingStatus.VERIFIED_CLOSED: State.CLOSED,
    }
    rows = session.exec(
        select(Finding, Model.number, Model.name, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Finding.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Finding.id).in_(ids))
    )
    count = select(FindingEvidence.finding_id, func.count()).where(col(FindingEvidence.finding_id).in_(ids))
    pieces = dict(session.exec(count.group_by(col(FindingEvidence.finding_id))).all())
    return {
        row.id or 0: Item(
            Kind.FINDING, row.number, row.title, Source(row.source), row.severity, states[row.status], row.owner, "",
            model, name, version, "", row.raised_at, row.due_at, row.closed_at, pieces.get(row.id or 0, 0), 0,
            row.repeat,
        )
        for row, model, name, version in rows
    }  # fmt: skip


def _audit_findings(session: Session, ids: Sequence[int]) -> Found:
    states = {
        AuditState.OPEN: State.OPEN,
        AuditState.ANSWERED: State.ANSWERED,
        AuditState.DONE: State.REMEDIATED,
        AuditState.VERIFIED: State.CLOSED,
    }
    rows = session.exec(
        select(AuditFinding, Audit.number, AuditItem.model)
        .join(Audit, col(Audit.id) == col(AuditFinding.audit_id))
        .join(AuditItem, col(AuditItem.id) == col(AuditFinding.item_id), isouter=True)
        .where(col(AuditFinding.id).in_(ids))
    )
    return {
        row.id or 0: Item(
            Kind.AUDIT_FINDING, row.number, row.title, Source.AUDIT, row.grade, states[row.status], row.owner, "",
            model or "", "", "", audit, row.raised_at,
            row.due_at if row.response else row.respond_by, row.verified_at, 0, 0, 0,
        )
        for row, audit, model in rows
    }  # fmt: skip


def _deviations(session: Session, ids: Sequence[int]) -> Found:
    rows = session.exec(select(ComplianceFinding).where(col(ComplianceFinding.id).in_(ids)))
    return {
        row.id or 0: Item(
            Kind.DEVIATION, row.number, row.said, Source.COMPLIANCE, row.severity,
            State.OPEN if row.status is DeviationState.OPEN else State.CLOSED, row.owner, row.role, row.model, "", "",
            row.check_key, row.opened_at, row.due_at, row.closed_at, int(row.closed_in is not None), 0, row.repeat,
        )
        for row in rows
    }  # fmt: skip


def _actions(session: Session, ids: Sequence[int]) -> Found:
    states = {
        ActionStatus.OPEN: State.OPEN,
        ActionStatus.DONE: State.REMEDIATED,
        ActionStatus.VERIFIED: State.CLOSED,
    }
    rows = session.exec(select(CorrectiveAction).where(col(CorrectiveAction.id).in_(ids))).all()
    models = _models_of_actions(session, [row.number for row in rows])
    return {
        row.id or 0: Item(
            Kind.ACTION, row.number, row.title, Source.IMPROVEMENT, row.severity, states[row.status], row.owner, "",
            models.get(row.number, ""), "", "", row.kind.value, row.opened_at, row.due_at, row.verified_at,
            len(row.evidence.split()), 0, 0,
        )
        for row in rows
    }  # fmt: skip


def _models_of_actions(session: Session, numbers: Sequence[str]) -> Mapping[str, str]:
    """Of each action the model that it is linked with, itself or by an incident or finding."""
    links = linked_with(session, RecordKind.ACTION, numbers)
    refs = {number: [one.ref for one in rows] for number, rows in links.items()}
    wanted = {ref.number for rows in refs.values() for ref in rows}
    incidents = select(Incident.number, Incident.model).where(col(Incident.number).in_(wanted))
    findings = (
        select(Finding.number, Model.number)
        .join(ModelVersion, col(ModelVersion.id) == col(Finding.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Finding.number).in_(wanted))
    )
    known = {**dict(session.exec(incidents).all()), **dict(session.exec(findings).all())}
    found = {}
    for number, rows in refs.items():
        models = [ref.number if ref.kind is RecordKind.MODEL else known.get(ref.number, "") for ref in rows]
        found[number] = next((one for one in models if one), "")
    return found


def _with_links(session: Session, kind: Kind, items: Found) -> Found:
    """With how many records each is linked with."""
    linked = linked_with(session, kind.record, [item.number for item in items.values()])
    counts = Counter({number: len(rows) for number, rows in linked.items()})
    return {key: replace(item, links=counts[item.number]) for key, item in items.items()}


def _model_names(session: Session, numbers: set[str]) -> Mapping[str, str]:
    wanted = numbers - {""}
    if not wanted:
        return {}
    return dict(session.exec(select(Model.number, Model.name).where(col(Model.number).in_(wanted))).all())


READ: Mapping[Kind, Callable[[Session, Sequence[int]], Found]] = {
    Kind.FINDING: _findings,
    Kind.AUDIT_FINDING: _audit_findings,
    Kind.DEVIATION: _deviations,
    Kind.ACTION: _actions,
}
