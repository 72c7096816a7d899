"""Queues checkpoints for places outside, and keeps what came back from there."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel, Delivery, OutboxMessage
from core.ledger.anchors.tables import AnchorDestination, LogAnchor, Outside
from core.ledger.checkpoints import parse_checkpoint
from core.ledger.notes import split_note
from core.ledger.service import newest_note
from core.ledger.tables import LogCheckpoint, table_of
from core.store import Store, Transaction

ANCHOR_JOB = "anchor"
TOPIC = "ledger.checkpoint"


def destination(session: Session, number: str) -> AnchorDestination:
    """The place with this number; raises `NotFound`."""
    found = session.exec(select(AnchorDestination).where(AnchorDestination.number == number)).first()
    if found is None:
        raise NotFound("place outside", number)
    return found


def open_destinations(session: Session) -> tuple[AnchorDestination, ...]:
    """Every place that checkpoints are sent to, the first one first."""
    standing = select(AnchorDestination).where(col(AnchorDestination.closed_at).is_(None))
    return tuple(session.exec(standing.order_by(col(AnchorDestination.id))).all())


def newest_size(session: Session) -> int:
    """The number of entries under the newest checkpoint."""
    note = newest_note(session)
    return 0 if note is None else parse_checkpoint(split_note(note)[0]).size


def due_anchors(session: Session, *, at: datetime) -> Iterator[str]:
    """The slots in which a place is due a checkpoint that it has not got: `AN0001 29375812`."""
    size = newest_size(session)
    for one in open_destinations(session):
        if size > (last_arrived(session, one.number) or 0):
            yield f"{one.number} {int(at.timestamp()) // (60 * one.every)}"


def last_arrived(session: Session, number: str) -> int | None:
    """The size of the last checkpoint that arrived there."""
    sizes = select(LogAnchor.size).where(LogAnchor.destination == number)
    return session.exec(sizes.order_by(col(LogAnchor.size).desc()).limit(1)).first()


def queue_anchor(tx: Transaction, number: str, *, at: datetime) -> bool:
    """Let the newest checkpoint leave for this place; False when one waits to leave already, which then leaves at once.

    After failures the outbox waits for hours; a slot of the place, or a person who put it right, does not.
    """
    waiting = select(OutboxMessage).where(
        OutboxMessage.receiver == number,
        OutboxMessage.channel == Channel.ANCHOR,
        OutboxMessage.status == Delivery.WAITING,
    )
    standing = tx.session.exec(waiting.limit(1).with_for_update()).first()
    if standing is not None:
        standing.next_at = min(standing.next_at, at)
        tx.session.add(standing)
        return False
    enqueue_message(tx, Channel.ANCHOR, number, TOPIC, "{}", at=at)
    return True


def keep_anchor(
    store: Store, place: AnchorDestination, *, size: int, at: datetime, line: str = "", token: bytes | None = None
) -> None:
    """Note that a checkpoint arrived, with a witness' line or an authority's token; only the first arrival counts."""
    with store.transaction() as tx:
        known = select(LogAnchor.id).where(LogAnchor.size == size, LogAnchor.destination == place.number)
        if tx.session.exec(known).first() is not None:
            return
        if token is not None:
            checkpoint = table_of(LogCheckpoint)
            tx.session.execute(
                update(checkpoint)
                .where(checkpoint.c.size == size, checkpoint.c.timestamp_token.is_(None))
                .values(timestamp_token=token)
            )
        tx.session.add(LogAnchor(size=size, destination=place.number, kind=Outside(place.kind), at=at, line=line))
