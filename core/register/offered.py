"""What of a model's record can show that a finding was remediated, the newest of each kind first."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.approval.tables import ChangeRequest
from core.documents.tables import Document
from core.inventory.tables import Model, ModelVersion
from core.links import RecordKind
from core.validation.rules import RunStatus
from core.validation.tables import Run

MOST = 20  # of each kind


@dataclass(frozen=True)
class Offered:
    """A record of the model: its kind, its number, the version it is about, in which state, and of when."""

    kind: RecordKind
    key: str
    version: str
    state: str
    at: datetime


def offered(session: Session, model: Model) -> tuple[Offered, ...]:
    """Finished validations, versions, changes and documents of the model."""
    return (*_runs(session, model), *_versions(session, model), *_changes(session, model), *_documents(session, model))


def _runs(session: Session, model: Model) -> list[Offered]:
    query = (
        select(Run.number, ModelVersion.version, Run.finished_at)
        .join(ModelVersion, col(ModelVersion.id) == col(Run.version_id))
        .where(ModelVersion.model_id == model.id, Run.status == RunStatus.FINISHED)
        .order_by(col(Run.id).desc())
        .limit(MOST)
    )
    return [
        Offered(RecordKind.RUN, number, version, "finished", at) for number, version, at in session.exec(query) if at
    ]


def _versions(session: Session, model: Model) -> list[Offered]:
    query = select(ModelVersion).where(ModelVersion.model_id == model.id).order_by(col(ModelVersion.id).desc())
    return [
        Offered(RecordKind.VERSION, f"{model.number} v{one.version}", one.version, one.stage.value, one.created_at)
        for one in session.exec(query.limit(MOST))
    ]


def _changes(session: Session, model: Model) -> list[Offered]:
    query = (
        select(ChangeRequest, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .where(ModelVersion.model_id == model.id)
        .order_by(col(ChangeRequest.id).desc())
        .limit(MOST)
    )
    return [
        Offered(RecordKind.CHANGE, one.number, version, one.status.value, one.requested_at)
        for one, version in session.exec(query)
    ]


def _documents(session: Session, model: Model) -> list[Offered]:
    query = (
        select(Document, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Document.version_id))
        .where(ModelVersion.model_id == model.id)
        .order_by(col(Document.id).desc())
        .limit(MOST)
    )
    return [
        Offered(RecordKind.DOCUMENT, one.number, version, one.kind.value, one.kept_at)
        for one, version in session.exec(query)
    ]
