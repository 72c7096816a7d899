"""Puts on record that the file of a batch is gone, and says which batches are."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.ledger.unnamed import remove_unnamed
from core.monitoring.intake.tables import ProductionBatch
from core.store import EvidenceFiles, Store, Transaction


def put_removal_on_record(
    tx: Transaction, ledger: Ledger, batch: ProductionBatch, *, model: str, why: str, days: int, actor: Actor,
    at: datetime,
) -> int:  # fmt: skip
    """The row keeps its digest, counts and moments; `remove_files` takes the file once this has committed."""
    payload: dict[str, JsonValue] = {
        "batch": batch.number, "kind": batch.kind.value, "environment": batch.environment, "file": batch.digest,
        "rows": batch.rows, "kept_days": days, "why": why,
    }  # fmt: skip
    entity = Entity("model", model)
    entry = ledger.record(tx, Event.PRODUCTION_REMOVED, entity=entity, actor=actor, at=at, payload=payload).index
    batch.removed_at, batch.removed_reason, batch.removed_entry = at, why[:300], entry
    tx.session.add(batch)
    return entry


def remove_files(store: Store, files: EvidenceFiles) -> int:
    """Delete the files of removed batches that still lie there and that no other row names; how many there were.

    Every removed batch is looked at, so that a crash after the commit leaves nothing that the next run does not take.
    """
    gone = select(ProductionBatch.digest, ProductionBatch.ids).where(col(ProductionBatch.removed_at).is_not(None))
    with store.reading() as session:
        digests = [digest for row in session.exec(gone) for digest in row]
    return remove_unnamed(store, files, digests)


def removed_of(session: Session, model_id: int, environment: str, version_ids: Iterable[int]) -> tuple[str, ...]:
    """The batches of inferences of these versions there that retention removed."""
    query = select(ProductionBatch.number).where(
        ProductionBatch.model_id == model_id,
        ProductionBatch.environment == environment,
        col(ProductionBatch.version_id).in_(list(version_ids)),
        col(ProductionBatch.removed_at).is_not(None),
    )
    return tuple(session.exec(query.order_by(col(ProductionBatch.id))))
