"""What retention removed, for pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.inventory.tables import Model, ModelVersion
from core.monitoring.controls.tables import HeldRows
from core.monitoring.intake.tables import ProductionBatch
from core.validation.tables import Evidence


@dataclass(frozen=True)
class RemovedRow:
    """A record whose file is gone, with the entry that says so; `of` is its environment, or its version."""

    record: str
    model: str
    name: str
    of: str
    kind: str
    rows: int
    removed_at: datetime
    reason: str
    entry: int | None


def removed_lately(session: Session, *, limit: int = 50) -> tuple[RemovedRow, ...]:
    """The newest removals first: batches of production data, files of validations, rows in quarantine."""
    found = [*_batches(session, limit), *_evidence(session, limit), *_quarantine(session, limit)]
    return tuple(sorted(found, key=lambda one: (one.removed_at, one.record), reverse=True)[:limit])


def _batches(session: Session, limit: int) -> Iterator[RemovedRow]:
    query = (
        select(ProductionBatch, Model)
        .join(Model, col(Model.id) == col(ProductionBatch.model_id))
        .where(col(ProductionBatch.removed_at).is_not(None))
        .order_by(col(ProductionBatch.removed_at).desc(), col(ProductionBatch.id).desc())
        .limit(limit)
    )
    for row, model in session.exec(query):
        if row.removed_at is not None:
            yield RemovedRow(
                row.number, model.number, model.name, row.environment, row.kind.value, row.rows, row.removed_at,
                row.removed_reason, row.removed_entry,
            )  # fmt: skip


def _evidence(session: Session, limit: int) -> Iterator[RemovedRow]:
    query = (
        select(Evidence, Model, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Evidence.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Evidence.removed_at).is_not(None))
        .order_by(col(Evidence.removed_at).desc(), col(Evidence.id).desc())
        .limit(limit)
    )
    for row, model, version in session.exec(query):
        if row.removed_at is not None:
            yield RemovedRow(
                row.number, model.number, model.name, f"version {version}", row.kind.value, row.rows, row.removed_at,
                row.removed_reason, row.removed_entry,
            )  # fmt: skip


def _quarantine(session: Session, limit: int) -> Iterator[RemovedRow]:
    query = (
        select(HeldRows, Model)
        .outerjoin(Model, col(Model.id) == col(HeldRows.model_id))
        .where(col(HeldRows.removed_entry).is_not(None))
        .order_by(col(HeldRows.decided_at).desc(), col(HeldRows.id).desc())
        .limit(limit)
    )
    for row, model in session.execute(query):
        yield RemovedRow(
            row.number, model.number if model else "", model.name if model else row.model, row.environment,
            f"quarantine: {row.kind}", row.rows, row.decided_at, row.decision, row.removed_entry,
        )  # fmt: skip
