"""Which records hold sensitive attributes, and who read them, as typed rows."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.inventory.moves import load_model
from core.monitoring.intake.tables import ProductionBatch
from core.privacy.sensitive.rules import ReadIn
from core.privacy.sensitive.tables import SensitiveReading
from core.store import EvidenceFiles
from core.store.paging import Page
from core.validation.tables import Evidence

NEWEST = 50


@dataclass(frozen=True)
class Reading:
    """One reading: by whom, of what, for what, and its entry."""

    number: str
    record: str
    columns: tuple[str, ...]
    rows: int
    purpose: str
    person: str
    way: ReadIn
    at: datetime
    entry: int


def sealed_evidence(session: Session, files: EvidenceFiles, numbers: Iterable[str]) -> tuple[str, ...]:
    """Those of this evidence that lie sealed, in order."""
    query = select(Evidence.number, Evidence.table_digest).where(col(Evidence.number).in_(list(numbers)))
    found = session.exec(query.order_by(col(Evidence.id)))
    return tuple(number for number, digest in found if is_sealed(files, digest))


def sealed_batches(session: Session, files: EvidenceFiles, model: str, environment: str) -> tuple[str, ...]:
    """The newest batches of production data that lie sealed, the newest first."""
    query = (
        select(ProductionBatch.number, ProductionBatch.digest)
        .where(
            ProductionBatch.model_id == load_model(session, model).id,
            ProductionBatch.environment == environment,
            ProductionBatch.rows > 0,
            col(ProductionBatch.removed_at).is_(None),
        )
        .order_by(col(ProductionBatch.id).desc())
        .limit(NEWEST)
    )
    return tuple(number for number, digest in session.exec(query) if is_sealed(files, digest))


def readings_of(session: Session, records: Collection[str], *, limit: int = 25, offset: int = 0) -> Page[Reading]:
    """Who read the attributes of these records, the newest first."""
    chosen = col(SensitiveReading.record).in_(list(records))
    total = session.exec(select(func.count()).select_from(SensitiveReading).where(chosen)).one()
    newest = select(SensitiveReading).where(chosen).order_by(col(SensitiveReading.id).desc())
    rows = session.exec(newest.limit(limit).offset(offset)).all()
    return Page(tuple(_reading(row) for row in rows), total)


def is_sealed(files: EvidenceFiles, digest: str) -> bool:
    """Whether what is read for this digest lies sealed."""
    return files.sealed.holds(digest if files.holds(digest) else files.stands_for(digest))


def _reading(row: SensitiveReading) -> Reading:
    columns = tuple(json.loads(row.columns))
    return Reading(row.number, row.record, columns, row.rows, row.purpose, row.person, row.way, row.read_at, row.entry)
