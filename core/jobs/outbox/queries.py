"""The delivery log, as typed rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.jobs.outbox.tables import Channel, Delivery, OutboxMessage
from core.store.paging import Page


@dataclass(frozen=True)
class MessageRow:
    """One message with what became of it."""

    number: str
    channel: Channel
    receiver: str
    topic: str
    status: Delivery
    attempts: int
    queued_at: datetime
    next_at: datetime
    settled_at: datetime | None
    said: str


@dataclass(frozen=True)
class Standing:
    """How many messages of one way out wait or were given up, and when the oldest of them was queued."""

    channel: Channel
    status: Delivery
    many: int
    oldest: datetime


def standing(session: Session) -> tuple[Standing, ...]:
    """What has not left; delivered messages are not counted, as they only grow."""
    found = session.exec(
        select(OutboxMessage.channel, OutboxMessage.status, func.count(), func.min(OutboxMessage.queued_at))
        .where(OutboxMessage.status != Delivery.DELIVERED)
        .group_by(col(OutboxMessage.channel), col(OutboxMessage.status))
    ).all()
    return tuple(Standing(Channel(channel), Delivery(status), many, oldest) for channel, status, many, oldest in found)


def messages(session: Session, *, status: Delivery | None = None, limit: int = 25, offset: int = 0) -> Page[MessageRow]:
    """The newest messages first."""
    query = select(OutboxMessage)
    if status is not None:
        query = query.where(OutboxMessage.status == status)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    rows = session.exec(query.order_by(col(OutboxMessage.id).desc()).limit(limit).offset(offset)).all()
    return Page(tuple(_row(row) for row in rows), total)


def _row(row: OutboxMessage) -> MessageRow:
    return MessageRow(
        row.number, row.channel, row.receiver, row.topic, row.status, row.attempts, row.queued_at, row.next_at,
        row.settled_at, row.said,
    )  # fmt: skip
