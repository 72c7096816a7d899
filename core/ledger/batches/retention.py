"""Removes files of events past their time, and destroys the keys of their inputs; proofs that were given stay valid."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.errors import NotFound, Problem, Unreadable
from core.ledger.batches.erasing import sweep_erased
from core.ledger.batches.inputs import destroyable, input_key
from core.ledger.batches.rows import SHORTEST_DAYS
from core.ledger.batches.service import BATCH_KIND
from core.ledger.batches.tables import EventBatch, EventInputKey
from core.ledger.canonical import JsonValue
from core.ledger.erasure import empty_write_ahead_log
from core.ledger.events import Event
from core.ledger.service import Actor, Entity, Ledger, Recorded
from core.store import EvidenceFiles, Store, Transaction

LEFT_BEHIND = timedelta(days=1)
SHORTEST = timedelta(days=SHORTEST_DAYS)


@dataclass(frozen=True)
class Removed:
    """How many files and events retention removed, and the keys of how many days' inputs."""

    batches: int
    rows: int
    keys: int


def remove_events(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, older_than: timedelta, actor: Actor, at: datetime
) -> Removed:
    """Remove files whose newest event is older than this; each removal is on record before its file goes.

    Raises `Unreadable` for a time below six months. The entry of the file, its root and every proof that was given
    stay. A crash in between leaves a file that `sweep_removed` takes.
    """
    if older_than < SHORTEST:
        found, expected = f"{older_than.days} days", f"at least {SHORTEST.days}"
        raise Unreadable([Problem("events are kept for too short a time", found=found, expected=expected)])
    with store.transaction() as tx:
        past = tx.session.exec(
            select(EventBatch)
            .where(col(EventBatch.last_at) < at - older_than, col(EventBatch.removed_at).is_(None))
            .order_by(col(EventBatch.id))
            .with_for_update()
        ).all()
        for batch in past:
            batch.removed_at = at
            tx.session.add(batch)
            payload: dict[str, JsonValue] = {
                "file": batch.digest,
                "rows": batch.rows,
                "kept_days": older_than.days,
            }
            entity = Entity(BATCH_KIND, batch.number)
            ledger.record(tx, Event.EVENTS_REMOVED, entity=entity, actor=actor, at=at, payload=payload)
        days = destroyable(tx.session, (at - older_than).date())
        for day in days:
            _destroy(tx, ledger, day, "The events of this day are past their time", actor=actor, at=at)
    empty_write_ahead_log(store)
    with store.reading() as session:
        sweep_removed(session, files)
        sweep_erased(session, files)
        sweep_stray(session, files, left_since=at - LEFT_BEHIND)
    return Removed(len(past), sum(batch.rows for batch in past), len(days))


def sweep_stray(session: Session, files: EvidenceFiles, *, left_since: datetime) -> int:
    """Delete files that no batch knows, which an intake left that was broken off; how many there were."""
    rows = session.exec(select(EventBatch.digest, EventBatch.ids).where(col(EventBatch.removed_at).is_(None))).all()
    known = {digest for row in rows for digest in row}
    strays = [
        path
        for path in files.folder.glob("??/*")
        if path.name not in known and path.stat().st_mtime < left_since.timestamp()
    ]
    return sum(files.remove(path.name) for path in strays)


def past_keeping(session: Session, *, older_than: timedelta, at: datetime) -> bool:
    """Whether there is anything that `remove_events` would remove."""
    past = select(EventBatch.id).where(col(EventBatch.last_at) < at - older_than, col(EventBatch.removed_at).is_(None))
    return session.exec(past.limit(1)).first() is not None or bool(destroyable(session, (at - older_than).date()))


def destroy_input_key(
    tx: Transaction, ledger: Ledger, *, day: date, reason: str, actor: Actor, at: datetime
) -> Recorded:
    """Destroy the key of one day's input commitments: no input can be tied to its events any more; `NotFound`.

    `empty_write_ahead_log` after the commit leaves no copy in the store's files.
    """
    if input_key(tx.session, day.isoformat()) is None:
        raise NotFound("input key of", day)
    return _destroy(tx, ledger, day.isoformat(), reason, actor=actor, at=at)


def _destroy(tx: Transaction, ledger: Ledger, day: str, reason: str, *, actor: Actor, at: datetime) -> Recorded:
    entity, event = Entity("input key", day), Event.INPUT_KEY_DESTROYED
    recorded = ledger.record(tx, event, entity=entity, actor=actor, at=at, payload={"reason": reason})
    tx.session.execute(update(EventInputKey).where(col(EventInputKey.day) == day).values(key=None))
    return recorded


def sweep_removed(session: Session, files: EvidenceFiles) -> int:
    """Delete the files of removed batches that still lie there; how many there were."""
    kept = set(session.exec(select(EventBatch.digest).where(col(EventBatch.removed_at).is_(None))).all())
    swept = 0
    for digest, ids in session.exec(
        select(EventBatch.digest, EventBatch.ids).where(col(EventBatch.removed_at).is_not(None))
    ).all():
        swept += digest not in kept and files.remove(digest)
        files.remove(ids)
    return swept
