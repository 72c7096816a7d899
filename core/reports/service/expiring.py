"""Removes the files of exports that have expired; the rows, their digests and who took them stay."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from core.access.rules import SYSTEM
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.reports.rules import ExportStatus
from core.reports.tables import Export
from core.store import EvidenceFiles, Store

EXPIRY_JOB = "export-expiry"
AT_ONCE = 200


def expiries_due(session: Session, *, at: datetime) -> Iterable[str]:
    """The slot of this hour, while the file of an expired export still lies here."""
    return [f"{at.astimezone(UTC):%Y-%m-%d %H}"] if _expired(session, at, 1) else []


def expire_exports(store: Store, ledger: Ledger, exports: EvidenceFiles, *, at: datetime) -> int:
    """Remove what has expired, each with an entry in the ledger; how many.

    The entry comes first: a crash between the two leaves a file that the next run removes. A file that a younger
    export shares is kept until that one expires.
    """
    removed = 0
    while True:
        with store.transaction() as tx:
            rows = _expired(tx.session, at, AT_ONCE)
            for row in rows:
                row.removed_at = at
                tx.session.add(row)
                payload = {"digest": row.digest}
                entity = Entity("export", row.number)
                ledger.record(tx, Event.EXPORT_REMOVED, entity=entity, actor=SYSTEM, at=at, payload=payload)
        if not rows:
            return removed
        for row in rows:
            if not _shared(store, row.digest):
                exports.remove(row.digest)
        removed += len(rows)


def _expired(session: Session, at: datetime, limit: int) -> list[Export]:
    query = select(Export).where(
        col(Export.expires_at) <= at, col(Export.removed_at).is_(None), Export.status == ExportStatus.READY
    )
    return list(session.exec(query.order_by(col(Export.expires_at)).limit(limit)).all())


def _shared(store: Store, digest: str) -> bool:
    with store.reading() as session:
        kept = select(Export.id).where(
            Export.digest == digest, col(Export.removed_at).is_(None), Export.status == ExportStatus.READY
        )
        return session.exec(kept.limit(1)).first() is not None
