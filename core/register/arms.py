"""The four tables that the register reads, each as one arm of a union: how it says state, severity, due date, owner."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, or_, select
from sqlmodel import col

from core.audits.rules.life import FindingStatus as AuditState
from core.audits.tables import Audit, AuditFinding, AuditItem
from core.compliance.tables import ComplianceFinding
from core.compliance.vocabulary import FindingStatus as DeviationState
from core.improvement.actions.rules import ActionStatus
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.tables import Incident
from core.inventory.tables import Model, ModelVersion
from core.links import RecordKind
from core.links.tables import RecordLink
from core.register.values import Kind, Source, State
from core.validation.rules import FindingSource, FindingStatus
from core.validation.tables import Finding

Column = SQLColumnExpression[Any]  # of any type
Models = Select[str]  # numbers of models, as a subquery


@dataclass(frozen=True)
class Arm:
    """One table. `states` says which of its own words mean which state; `always` what is never listed without."""

    kind: Kind
    severity: Column
    status: Column
    states: Mapping[State, Sequence[str]]
    due: Column
    raised: Column
    owner: Column
    sources: Mapping[Source, Sequence[ColumnElement[bool]]]
    always: Sequence[ColumnElement[bool]] = field(default=())
    always_due: bool = True  # whether every row has a due date

    @property
    def key(self) -> Column:
        return KEYS[self.kind]

    @property
    def number(self) -> Column:
        return NUMBERS[self.kind]

    def of_state(self, state: State) -> ColumnElement[bool]:
        """Whether a row stands in this state."""
        return self.status.in_(self.states.get(state, ()))

    def state(self) -> ColumnElement[str]:
        """The state in the register's words."""
        return case(*((self.of_state(one), one.value) for one in self.states))

    def late(self, at: datetime) -> ColumnElement[bool]:
        """Whether the due date of a row has passed."""
        return self.due < at

    def in_time(self, at: datetime) -> ColumnElement[bool]:
        """Whether it has not passed, or there is none."""
        return self.due >= at if self.always_due else or_(self.due.is_(None), self.due >= at)

    def of_models(self, numbers: Models) -> ColumnElement[bool]:
        """Whether a row is about one of these models."""
        return OF_MODELS[self.kind](numbers)


def only(number: str) -> Models:
    """One model, as those that a query gives."""
    return select(col(Model.number)).where(col(Model.number) == number)


def _finding(numbers: Models) -> ColumnElement[bool]:
    query = select(col(ModelVersion.id)).join(Model, col(Model.id) == col(ModelVersion.model_id))
    return col(Finding.version_id).in_(query.where(col(Model.number).in_(numbers)))


def _audit_finding(numbers: Models) -> ColumnElement[bool]:
    return col(AuditFinding.item_id).in_(select(col(AuditItem.id)).where(col(AuditItem.model).in_(numbers)))


def _action(numbers: Models) -> ColumnElement[bool]:
    """An action is about a model when it is linked with it, or with an incident or a finding of it."""
    incidents = select(col(Incident.number)).where(col(Incident.model).in_(numbers))
    findings = select(col(Finding.number)).where(_finding(numbers))
    here, there = col(RecordLink.from_kind), col(RecordLink.from_number)
    about = or_(
        and_(here == RecordKind.MODEL.value, there.in_(numbers)),
        and_(here == RecordKind.INCIDENT.value, there.in_(incidents)),
        and_(here == RecordKind.FINDING.value, there.in_(findings)),
    )
    linked = select(col(RecordLink.to_number)).where(col(RecordLink.to_kind) == RecordKind.ACTION.value, about)
    return col(CorrectiveAction.number).in_(linked)


KEYS: Mapping[Kind, Column] = {
    Kind.FINDING: col(Finding.id),
    Kind.AUDIT_FINDING: col(AuditFinding.id),
    Kind.DEVIATION: col(ComplianceFinding.id),
    Kind.ACTION: col(CorrectiveAction.id),
}
NUMBERS: Mapping[Kind, Column] = {
    Kind.FINDING: col(Finding.number),
    Kind.AUDIT_FINDING: col(AuditFinding.number),
    Kind.DEVIATION: col(ComplianceFinding.number),
    Kind.ACTION: col(CorrectiveAction.number),
}
OF_MODELS: Mapping[Kind, Callable[[Models], ColumnElement[bool]]] = {
    Kind.FINDING: _finding,
    Kind.AUDIT_FINDING: _audit_finding,
    Kind.DEVIATION: lambda numbers: col(ComplianceFinding.model).in_(numbers),
    Kind.ACTION: _action,
}
FINDINGS = Arm(
    Kind.FINDING,
    col(Finding.severity),
    col(Finding.status),
    {
        State.OPEN: [FindingStatus.OPEN],
        State.REMEDIATED: [FindingStatus.REMEDIATED],
        State.CLOSED: [FindingStatus.VERIFIED_CLOSED],
    },
    col(Finding.due_at),
    col(Finding.raised_at),
    col(Finding.owner),
    {
        Source.VALIDATION: [col(Finding.source) == FindingSource.VALIDATION.value],
        Source.MONITORING: [col(Finding.source) == FindingSource.MONITORING.value],
    },
)
AUDIT_FINDINGS = Arm(  # not before they are issued: until then they are notes of the auditors
    Kind.AUDIT_FINDING,
    col(AuditFinding.grade),
    col(AuditFinding.status),
    {
        State.OPEN: [AuditState.OPEN],
        State.ANSWERED: [AuditState.ANSWERED],
        State.REMEDIATED: [AuditState.DONE],
        State.CLOSED: [AuditState.VERIFIED],
    },
    case((col(AuditFinding.response).is_(None), col(AuditFinding.respond_by)), else_=col(AuditFinding.due_at)),
    col(AuditFinding.raised_at),
    col(AuditFinding.owner),
    {Source.AUDIT: ()},
    (col(AuditFinding.audit_id).in_(select(col(Audit.id)).where(col(Audit.issued_at).is_not(None))),),
    always_due=False,
)
DEVIATIONS = Arm(
    Kind.DEVIATION,
    col(ComplianceFinding.severity),
    col(ComplianceFinding.status),
    {State.OPEN: [DeviationState.OPEN], State.CLOSED: [DeviationState.CLOSED]},
    col(ComplianceFinding.due_at),
    col(ComplianceFinding.opened_at),
    col(ComplianceFinding.owner),
    {Source.COMPLIANCE: ()},
)
ACTIONS = Arm(
    Kind.ACTION,
    col(CorrectiveAction.severity),
    col(CorrectiveAction.status),
    {
        State.OPEN: [ActionStatus.OPEN],
        State.REMEDIATED: [ActionStatus.DONE],
        State.CLOSED: [ActionStatus.VERIFIED],
    },
    col(CorrectiveAction.due_at),
    col(CorrectiveAction.opened_at),
    col(CorrectiveAction.owner),
    {Source.IMPROVEMENT: ()},
)
ARMS = (FINDINGS, AUDIT_FINDINGS, DEVIATIONS, ACTIONS)
