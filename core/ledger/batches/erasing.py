"""Takes the particulars of one event out of its file (GDPR article 17): on record first, and every proof stays valid.

The row keeps its id, time, kind, model and version; actor, role, source, duration, input and output are emptied. The
leaf hash that the row had stands for it in the tree, so the root and the proofs of all other events are as they were.
"""

import hashlib
from datetime import datetime

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.ledger.batches.places import find_event
from core.ledger.batches.preparing import parquet_of
from core.ledger.batches.rows import SCHEMA, UNKNOWN_DURATION, InputForm, OfEvent
from core.ledger.batches.sealing import read_rows
from core.ledger.batches.service import BATCH_KIND
from core.ledger.batches.tables import EventBatch, EventErasure
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.head import lock_head
from core.ledger.service import Actor, Entity, Ledger, Recorded
from core.store import EvidenceFiles, Transaction

EMPTIED = {
    OfEvent.ACTOR: "",
    OfEvent.DURATION: UNKNOWN_DURATION,
    OfEvent.FORM: InputForm.ERASED.value,
    OfEvent.INPUT: "",
    OfEvent.OUTPUT: "",
    OfEvent.ROLE: "",
    OfEvent.SOURCE: "",
}


def erase_event(
    tx: Transaction, ledger: Ledger, files: EvidenceFiles, event: str, *, reason: str, actor: Actor, at: datetime
) -> Recorded:
    """Erase one event's particulars; raises `NotFound`, also for one that is erased already.

    The file that still holds them goes with the next `sweep_erased`, once this is committed. Backups made before hold
    them too.
    """
    lock_head(tx.session)
    found = find_event(tx.session, files, event)
    if found.erased:
        raise NotFound("particulars of the erased event", event)
    batch, leaf = found.batch, hashlib.sha256(b"\0" + found.body).digest()
    left = without(read_rows(files, batch.digest), found.line)
    stored = files.add([parquet_of(left)], sealing=files.sealed.holds(batch.digest))
    payload: dict[str, JsonValue] = {"file": stored.digest, "leaf": leaf.hex(), "line": found.line, "reason": reason}
    entity = Entity(BATCH_KIND, batch.number)
    recorded = ledger.record(tx, Event.EVENT_ERASED, entity=entity, actor=actor, at=at, payload=payload)
    erased = EventErasure(
        batch_id=batch.id or 0,
        line=found.line,
        leaf=leaf,
        entry=recorded.index,
        former=batch.digest,
        erased_at=recorded.at,
    )
    batch.digest, batch.size = stored.digest, stored.size
    tx.session.add_all([erased, batch])
    return recorded


def without(table: pa.Table, line: int) -> pa.Table:
    """The table with the particulars of this line emptied."""
    chosen = pa.array([row == line for row in range(len(table))])
    for name, empty in EMPTIED.items():
        kind = SCHEMA.field(name.value).type
        emptied = pc.if_else(chosen, pa.scalar(empty, kind), table.column(name.value))
        table = table.set_column(table.column_names.index(name.value), SCHEMA.field(name.value), emptied)
    return table


def sweep_erased(session: Session, files: EvidenceFiles) -> int:
    """Delete the files that still hold erased events; how many there were."""
    kept = set(session.exec(select(EventBatch.digest)).all())
    former = session.exec(select(EventErasure.former).where(col(EventErasure.former).not_in(kept)).distinct()).all()
    return sum(files.remove(digest) for digest in former)
