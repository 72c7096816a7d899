"""Where an event stands: its file, its line there, its words, and the path from them to the root of the file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.ledger.batches.index import BLOCK, Index, hashes_of, index_bytes, size_of
from core.ledger.batches.preparing import ROW_GROUP
from core.ledger.batches.rows import FORM, FORM_KEY
from core.ledger.batches.sealing import read_rows
from core.ledger.batches.tables import EventBatch, EventErasure
from core.ledger.batches.tree import leaves_of, levels_over, sibling
from core.ledger.batches.writing import column_of, written
from core.store import EvidenceFiles

MOST_OPEN = 20_000
_VERIFIED: dict[tuple[Path, str], Index] = {}


@dataclass(frozen=True)
class FoundEvent:
    """An event in its place: its file, its line there from 0, its canonical JSON, and the path to the file's root."""

    batch: EventBatch
    line: int
    body: bytes
    path: tuple[bytes, ...]
    erased: bool = False


class Place(NamedTuple):
    """What an index is found by."""

    id: int | None
    digest: str
    ids: str
    rows: int


def index_of(session: Session, files: EvidenceFiles, batch: "EventBatch | Place") -> Index:
    """The index of a file, whose digest is verified once in a process; one that is missing or damaged is made anew."""
    key = (files.folder, batch.ids)
    if key not in _VERIFIED:
        path = _intact(files, batch) or _made_anew(session, files, batch)
        if len(_VERIFIED) >= MOST_OPEN:
            _VERIFIED.clear()
        _VERIFIED[key] = Index(path, batch.rows)
    return _VERIFIED[key]


def _intact(files: EvidenceFiles, batch: "EventBatch | Place") -> Path | None:
    try:
        path = files.path(batch.ids)
    except NotFound:
        return None
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    return path if found == batch.ids and path.stat().st_size == size_of(batch.rows) else None


def _made_anew(session: Session, files: EvidenceFiles, batch: "EventBatch | Place") -> Path:
    table = read_rows(files, batch.digest)
    leaves = leaves_of(written(table))
    for gone in session.exec(select(EventErasure).where(EventErasure.batch_id == batch.id)):
        leaves[gone.line] = gone.leaf
    made = index_bytes(hashes_of(table.column("id")), list(levels_over(leaves)))
    return files.path(files.add([made], durable=False).digest)


def find_event(session: Session, files: EvidenceFiles, event_id: str) -> FoundEvent:
    """The event of this id; raises `NotFound`, also for one that retention removed."""
    (wanted,) = hashes_of(column_of([event_id]))
    kept = select(EventBatch.id, EventBatch.digest, EventBatch.ids, EventBatch.rows)
    newest = kept.where(col(EventBatch.removed_at).is_(None)).order_by(col(EventBatch.id).desc())
    for row in session.exec(newest).all():
        place = Place(*row)
        for line in index_of(session, files, place).lines(wanted):
            found = _standing(session, files, session.get_one(EventBatch, place.id), line)
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
    path = (*lower, *index_of(session, files, batch).upper_path(line))
    return FoundEvent(batch, line, rows[line - first], path, line in erased)


def _block(files: EvidenceFiles, batch: EventBatch, first: int) -> list[bytes]:
    with files.opened() as path, pq.ParquetFile(path(batch.digest), memory_map=True) as stored:
        group = stored.read_row_group(first // ROW_GROUP, use_threads=False)
    rows = group.slice(first % ROW_GROUP, BLOCK).to_pylist()
    return [orjson.dumps({**row, FORM_KEY: FORM}, option=orjson.OPT_SORT_KEYS) for row in rows]


def _erased(session: Session, batch: EventBatch, first: int) -> list[EventErasure]:
    line = col(EventErasure.line)
    chosen = select(EventErasure).where(EventErasure.batch_id == batch.id, line >= first, line < first + BLOCK)
    return list(session.exec(chosen).all())
