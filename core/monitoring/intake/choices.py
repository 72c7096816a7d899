"""What a declaration can name: columns that are known of a model, and data that production can be held against."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from sqlmodel import Session, col, select

from core.inventory.moves import load_model
from core.inventory.tables import ModelVersion
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.rules import ADDED, OURS, BatchKind
from core.monitoring.intake.tables import ProductionBatch
from core.store import EvidenceFiles
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence

NEWEST = 20


@dataclass(frozen=True)
class Reference:
    """Data that production can be held against: `number` of an evidence or batch, and what it is in words."""

    number: str
    words: str


@dataclass(frozen=True)
class Declarable:
    """Columns that came or were validated, without those that have a meaning of their own; references, newest first."""

    columns: tuple[str, ...]
    references: tuple[Reference, ...]


def declarable(session: Session, files: EvidenceFiles, model: str, environment: str) -> Declarable:
    """What the declaration of this model there can name by now."""
    stream = Stream(load_model(session, model).id or 0, environment)
    batches, evidence = _batches(session, stream), _evidence(session, stream.model_id)
    newest = {batch.kind: batch.digest for batch in reversed(batches)}  # the newest of each kind
    tables = [*newest.values(), *(row.table_digest for row, _ in evidence[:1])]
    references = [
        *(Reference(one.number, f"batch of {one.rows:,} rows") for one in batches if one.kind is BatchKind.REFERENCE),
        *(Reference(row.number, f"{row.kind} of {version}, {row.rows:,} rows") for row, version in evidence),
    ]
    return Declarable(tuple(dict.fromkeys(_columns(files, tables))), tuple(references))


def _batches(session: Session, stream: Stream) -> list[ProductionBatch]:
    """The newest of each kind, and every batch of reference data; the newest first."""
    of_stream = select(ProductionBatch).where(
        ProductionBatch.model_id == stream.model_id,
        ProductionBatch.environment == stream.environment,
        ProductionBatch.rows > 0,
        col(ProductionBatch.removed_at).is_(None),
    )
    newest = of_stream.order_by(col(ProductionBatch.id).desc())
    found = list(session.exec(newest.where(ProductionBatch.kind == BatchKind.REFERENCE).limit(NEWEST)))
    for kind in (BatchKind.ATTRIBUTES, BatchKind.INFERENCES):
        found += session.exec(newest.where(ProductionBatch.kind == kind).limit(1))
    return found


def _evidence(session: Session, model_id: int) -> list[tuple[Evidence, str]]:
    rows = session.exec(
        select(Evidence, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == Evidence.version_id)
        .where(
            ModelVersion.model_id == model_id,
            col(Evidence.kind).in_([EvidenceKind.PREDICTIONS, EvidenceKind.REFERENCE]),
            col(Evidence.replaced_at).is_(None),
            col(Evidence.removed_at).is_(None),
        )
        .order_by(col(Evidence.id).desc())
        .limit(NEWEST)
    )
    return list(rows.all())


def _columns(files: EvidenceFiles, tables: Iterable[str]) -> Iterable[str]:
    for digest in tables:
        with files.opened() as path:
            names = list(pl.read_parquet_schema(path(digest)))
        yield from (name for name in names if name not in (*OURS, *ADDED))
