"""Takes recorded events out for a bundle, in the form that the offline verification reads."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import orjson
from sqlmodel import Session, select

from core.errors import NotFound, Problem, Unreadable
from core.ledger.batches.queries import batch_by_number, find_event, key_to
from core.ledger.batches.sealing import read_rows
from core.ledger.batches.tables import EventBatch, EventErasure
from core.ledger.batches.writing import bodies
from core.ledger.canonical import canonical
from core.ledger.notes import encode_base64
from core.store import EvidenceFiles

FOLDER = "data/events"
MOST_CHOSEN = 1000


@dataclass(frozen=True)
class EventParts:
    """Files by path, and the ledger entries that a bundle has to carry beside them."""

    files: dict[str, bytes]
    entries: frozenset[int]


def event_parts(
    session: Session, files: EvidenceFiles, *, whole: Collection[str] = (), chosen: Iterable[str] = ()
) -> EventParts:
    """All events of these batches, and single events by id with their paths; raises `NotFound`.

    `data/events/N.rows.jsonl` holds the events of the file that entry N records, one a line in their order, of an
    erased one its leaf hash; `N.chosen.jsonl` some of them, each with its line and path. What retention removed is
    not found.
    """
    made: dict[str, bytes] = {}
    entries: set[int] = set()
    for number in sorted(set(whole)):
        batch = batch_by_number(session, number)
        if batch.removed_at is not None:
            raise NotFound("events of", number)
        made[f"{FOLDER}/{batch.entry}.rows.jsonl"] = b"".join(line + b"\n" for line in _rows(session, files, batch))
        entries.add(batch.entry)
    by_entry: dict[int, list[bytes]] = {}
    for event in _at_most(chosen):
        entry, line = _chosen(session, files, event)
        if entry not in entries:
            by_entry.setdefault(entry, []).append(line)
    for entry, lines in by_entry.items():
        made[f"{FOLDER}/{entry}.chosen.jsonl"] = b"".join(lines)
    return EventParts(made, frozenset(entries | by_entry.keys()))


def _rows(session: Session, files: EvidenceFiles, batch: EventBatch) -> Iterator[bytes]:
    gone = session.exec(select(EventErasure).where(EventErasure.batch_id == batch.id)).all()
    erased = {row.line: row.leaf for row in gone}
    for line, body in enumerate(bodies(read_rows(files, batch.digest))):
        yield canonical({"leaf": erased[line].hex()}) if line in erased else body


def _at_most(chosen: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(chosen))
    if len(wanted) > MOST_CHOSEN:
        raise Unreadable([Problem("too many events", found=f"{len(wanted):,}", expected=f"at most {MOST_CHOSEN:,}")])
    return wanted


def _chosen(session: Session, files: EvidenceFiles, event: str) -> tuple[int, bytes]:
    found = find_event(session, files, event)
    if found.erased:
        raise NotFound("particulars of the erased event", event)
    value = {
        "event": found.body.decode(),
        "input_key": key_to(session, orjson.loads(found.body)),
        "line": found.line,
        "path": [encode_base64(step) for step in found.path],
    }
    return found.batch.entry, canonical(value, limit=1 << 20) + b"\n"
