"""What retention removed, for pages."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.inventory.tables import Model
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.tables import ProductionBatch


@dataclass(frozen=True)
class RemovedRow:
    """A batch whose file is gone, with the entry that says so."""

    batch: str
    model: str
    name: str
    environment: str
    kind: BatchKind
    rows: int
    removed_at: datetime | None
    reason: str
    entry: int | None


def removed_lately(session: Session, *, limit: int = 50) -> tuple[RemovedRow, ...]:
    """The newest removals first."""
    query = (
        select(ProductionBatch, Model)
        .join(Model, col(Model.id) == col(ProductionBatch.model_id))
        .where(col(ProductionBatch.removed_at).is_not(None))
        .order_by(col(ProductionBatch.removed_at).desc(), col(ProductionBatch.id).desc())
        .limit(limit)
    )
    return tuple(
        RemovedRow(
            row.number, model.number, model.name, row.environment, row.kind, row.rows, row.removed_at,
            row.removed_reason, row.removed_entry,
        )
        for row, model in session.exec(query)
    )  # fmt: skip
