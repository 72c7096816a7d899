"""Finds a person in recorded events and in particulars of ledger entries, which have an erasure of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, select

from core.ledger.batches.rows import InputForm
from core.ledger.batches.tables import EventBatch
from core.ledger.events import KEPT
from core.ledger.tables import LogEntry, LogPayload
from core.privacy.subjects.contents import naming
from core.privacy.subjects.matching import Matcher
from core.privacy.subjects.values import hits_in
from core.store import EvidenceFiles

SEARCHED = ("actor", "source", "output", "input", "role")
AT_A_TIME = 65536


@dataclass(frozen=True)
class EventHit:
    """An event that names the person: its id, its file, the row, and whether its particulars can be erased."""

    event: str
    batch: str
    model: str
    row: dict[str, object]


@dataclass(frozen=True)
class EntryHit:
    """A ledger entry whose particulars name the person; `kept` says why they stay."""

    index: int
    action: str
    body: str
    hits: int
    kept: str


def events_with(session: Session, files: EvidenceFiles, matcher: Matcher) -> Iterator[EventHit]:
    """Every event whose id or particulars name the person and that still has particulars."""
    batches = select(EventBatch).where(col(EventBatch.removed_at).is_(None)).order_by(col(EventBatch.id))
    for batch in session.exec(batches).all():
        with files.opened() as path, pq.ParquetFile(path(batch.digest)) as stored:
            for part in stored.iter_batches(AT_A_TIME, use_threads=False):
                for row in part.filter(naming(part.select(["id", *SEARCHED]), matcher)).to_pylist():
                    if row["form"] != InputForm.ERASED.value:
                        yield EventHit(row["id"], batch.number, row["model"] or "", row)


def entries_with(session: Session, matcher: Matcher) -> Iterator[EntryHit]:
    """Every ledger entry whose particulars name the person."""
    query = (
        select(col(LogPayload.entry_id), col(LogEntry.action), col(LogPayload.body))
        .join(LogEntry, col(LogEntry.idx) == col(LogPayload.entry_id))
        .where(col(LogPayload.body).is_not(None))
    )
    for index, action, body in session.execute(query.execution_options(yield_per=2000)):
        if body and (hits := hits_in(matcher, body)):
            yield EntryHit(index, action, body, hits, KEPT.get(action, ""))
