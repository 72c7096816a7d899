"""What it says as values, and how they are read from the record."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.approval.rules import ChangeStatus, Choice
from core.approval.tables import ChangeRequest, Vote
from core.inventory.deployments.tables import Deployment
from core.inventory.tables import FieldChange, Model, ModelVersion
from core.ledger.events import Event
from core.policy.rules import ChangeKind
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked

DECIDED = (Event.CHANGE_APPROVED, Event.CHANGE_REJECTED, Event.CHANGE_WITHDRAWN)


@dataclass(frozen=True)
class RequestLine:
    """A change request as it stood."""

    number: str
    version: str
    kind: ChangeKind
    status: ChangeStatus
    requested_by: str
    requested_at: datetime
    decided_at: datetime | None
    executed_by: str | None
    executed_at: datetime | None
    approvals: int
    rejections: int


@dataclass(frozen=True)
class FieldLine:
    """One field of one record changed."""

    record: str
    kind: str
    field: str
    old: str
    new: str
    reason: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class StayLine:
    """A version served an environment."""

    version: str
    environment: str
    phase: str
    share: int
    change: str  # that it carried out; empty for a placement
    since: datetime
    until: datetime | None
    ended_as: str


@dataclass(frozen=True)
class MonthLine:
    """Entries of one month in UTC."""

    month: str
    entries: int


@dataclass(frozen=True)
class ChangeHistory:
    """The history as data."""

    scope: str
    since: datetime | None
    as_of: datetime
    requests: tuple[RequestLine, ...]
    fields: tuple[FieldLine, ...]
    stays: tuple[StayLine, ...]
    months: tuple[MonthLine, ...]
    people: tuple[PersonLine, ...]


def _within(asked: Asked, *times: datetime | None) -> bool:
    return asked.since is None or any(one is not None and one >= asked.since for one in times)


def read_requests(session: Session, asked: Asked) -> tuple[RequestLine, ...]:
    votes = Counter(
        (vote.change_id, vote.choice) for vote in session.exec(select(Vote).where(col(Vote.voided_at).is_(None)))
    )
    rows = session.exec(
        select(ChangeRequest, Model.number, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .order_by(col(ChangeRequest.id).desc())
    ).all()
    return tuple(
        RequestLine(
            row.number, f"{model} {version}", row.kind, row.status, row.requested_by, row.requested_at, row.decided_at,
            row.executed_by, row.executed_at, votes[row.id or 0, Choice.APPROVE], votes[row.id or 0, Choice.REJECT],
        )
        for row, model, version in rows
        if _within(asked, row.requested_at, row.decided_at, row.executed_at)
    )  # fmt: skip


def read_fields(session: Session, asked: Asked) -> tuple[FieldLine, ...]:
    """Of the inventory: how incidents and actions went on is told by their own report."""
    query = select(FieldChange).where(col(FieldChange.entity_kind).not_in(("incident", "action")))
    query = query.order_by(col(FieldChange.id).desc())
    query = query.where(col(FieldChange.changed_at) >= asked.since) if asked.since else query
    return tuple(
        FieldLine(row.entity, row.entity_kind, row.field, row.old, row.new, row.reason, row.changed_by, row.changed_at)
        for row in session.exec(query)
    )


def read_stays(session: Session, asked: Asked) -> tuple[StayLine, ...]:
    rows = session.exec(
        select(Deployment, Model.number, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Deployment.version_id))
        .join(Model, col(Model.id) == col(Deployment.model_id))
        .order_by(col(Deployment.since).desc(), col(Deployment.id).desc())
    ).all()
    return tuple(
        StayLine(
            f"{model} {version}", row.environment, row.phase.value, row.share, row.change, row.since, row.until,
            row.ended_as.value if row.ended_as else "",
        )
        for row, model, version in rows
        if _within(asked, row.since, row.until)
    )  # fmt: skip
