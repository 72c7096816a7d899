"""Where an event stands: its file, its line there, its words, and the path from them to the root of the file."""

import hashlib
from dataclasses import dataclass

import orjson
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.ledger.batches.index import BLOCK, Index, hashes_of, index_bytes, size_of
from core.ledger.batches.preparing import ROW_GROUP
from core.ledger.batches.rows import FORM, FORM_KEY
from core.ledger.batches.tables import EventBatch, EventErasure
from core.ledger.batches.tree import leaves_of, levels_over, sibling
from core.ledger.batches.writing import column_of, written
from core.store import EvidenceFiles


@dataclass(frozen=True)
class FoundEvent:
    """An event in its place: its file, its line there from 0, its canonical JSON, and the path to the file's root."""

    batch: EventBatch
    line: int
    body: bytes
    path: tuple[bytes, ...]
    erased: bool = False


def index_of(files: EvidenceFiles, batch: EventBatch) -> Index:
    """The index of a file; one that is missing or cut short is made anew from the rows."""
    try:
        path = files.path(batch.ids)
    except NotFound:
        path = None
    if path is None or path.stat().st_size != size_of(batch.rows):
        table = pq.read_table(files.path(batch.digest))
        levels = list(levels_over(leaves_of(written(table))))
        path = files.path(files.add([index_bytes(hashes_of(table.column("id")), levels)]).digest)
    return Index(path, batch.rows)


def find_event(session: Session, files: EvidenceFiles, event_id: str) -> FoundEvent:
    """The event of this id; raises `NotFound`, also for one that retention removed."""
    (wanted,) = hashes_of(column_of([event_id]))
    kept = select(EventBatch).where(col(EventBatch.removed_at).is_(None)).order_by(col(EventBatch.id).desc())
    for batch in session.exec(kept):
        for line in index_of(files, batch).lines(wanted):
            found = _standing(session, files, batch, line)
            if orjson.loads(found.body)["id"] == event_id:
                return found
    raise NotFound("event", event_id)


def _standing(session: Session, files: EvidenceFiles, batch: EventBatch, line: int) -> FoundEvent:
    """What stands on this line: sixteen rows are read, and a hash for each level above them."""
    first = line // BLOCK * BLOCK
    rows = _block(files, batch, first)
    leaves = [hashlib.sha256(b"\0" + row).digest() for row in rows]
    erased = {row.line: row.leaf for row in _erased(session, batch, first)}
    for gone, leaf in erased.items():
        leaves[gone - first] = leaf
    lower = sibling(list(levels_over(leaves)), line - first)
    path = (*lower, *index_of(files, batch).upper_path(line))
    return FoundEvent(batch, line, rows[line - first], path, line in erased)


def _block(files: EvidenceFiles, batch: EventBatch, first: int) -> list[bytes]:
    with pq.ParquetFile(files.path(batch.digest), memory_map=True) as stored:
        group = stored.read_row_group(first // ROW_GROUP, use_threads=False)
    rows = group.slice(first % ROW_GROUP, BLOCK).to_pylist()
    return [orjson.dumps({**row, FORM_KEY: FORM}, option=orjson.OPT_SORT_KEYS) for row in rows]


def _erased(session: Session, batch: EventBatch, first: int) -> list[EventErasure]:
    line = col(EventErasure.line)
    chosen = select(EventErasure).where(EventErasure.batch_id == batch.id, line >= first, line < first + BLOCK)
    return list(session.exec(chosen).all())
