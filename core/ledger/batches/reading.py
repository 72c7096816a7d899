"""One event in words, for pages and answers: its particulars, and each step of its proof with what it found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.ledger.batches.places import FoundEvent
from core.ledger.batches.preparing import ROW_GROUP
from core.ledger.batches.rows import UNKNOWN_DURATION
from core.ledger.batches.tables import EventBatch
from core.store import EvidenceFiles
from core.store.types import instant


@dataclass(frozen=True)
class EventTold:
    """The particulars of one event; `duration` in microseconds, None where it is not known."""

    id: str
    at: datetime
    kind: str
    model: str
    version: str
    actor: str
    role: str
    source: str
    duration: int | None
    output: str
    form: str
    input: str


def read_event(found: FoundEvent) -> EventTold:
    """What the event says."""
    return told(orjson.loads(found.body))


def told(event: Mapping[str, Any]) -> EventTold:
    """A row of a file of events, as values."""
    duration = event["duration"]
    return EventTold(
        id=event["id"],
        at=instant(event["at"]),
        kind=event["kind"],
        model=event["model"],
        version=event["version"],
        actor=event["actor"],
        role=event["role"],
        source=event["source"],
        duration=None if duration == UNKNOWN_DURATION else duration,
        output=event["output"],
        form=event["form"],
        input=event["input"],
    )


def events_of(files: EvidenceFiles, batch: EventBatch, *, limit: int, offset: int) -> tuple[EventTold, ...]:
    """Some events of a file in its order; nothing where retention removed it."""
    if batch.removed_at is not None:
        return ()
    with files.opened() as path, pq.ParquetFile(path(batch.digest), memory_map=True) as stored:
        first, last = offset // ROW_GROUP, min(offset + limit - 1, batch.rows - 1) // ROW_GROUP
        read = stored.read_row_groups(list(range(first, last + 1)), use_threads=False)
    return tuple(told(row) for row in read.slice(offset - first * ROW_GROUP, limit).to_pylist())
