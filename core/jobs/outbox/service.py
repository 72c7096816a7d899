"""Stores messages with the change they tell of, hands them out under a lease, and repeats them until they arrive."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import col, select

from core.errors import NotFound
from core.jobs.outbox.tables import Channel, Delivery, OutboxAttempt, OutboxMessage
from core.store import Store, Transaction

LEASE = timedelta(minutes=2)
# after which failure the next attempt follows (Standard Webhooks 1.0 suggests such a schedule); then it is given up
WAITS = tuple(timedelta(seconds=one) for one in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))


@dataclass(frozen=True)
class Message:
    """A message that this worker is to deliver until its lease runs out."""

    row_id: int
    number: str
    channel: Channel
    receiver: str
    topic: str
    body: str
    attempt: int
    holder: str


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to; `said` is an answer's status or what failed, never a secret."""

    arrived: bool
    said: str
    milliseconds: int


def enqueue_message(
    tx: Transaction, channel: Channel, receiver: str, topic: str, body: str, *, at: datetime
) -> OutboxMessage:
    """Store a message that leaves once this transaction is committed, and never if it is not."""
    row = OutboxMessage(
        number=f"msg_{secrets.token_hex(16)}",
        channel=channel,
        receiver=receiver,
        topic=topic,
        body=body,
        queued_at=at,
        next_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return row


def take_message(store: Store, *, at: datetime) -> Message | None:
    """The message that has waited longest; when its worker dies it comes back, so that it arrives at least once."""
    ahead = col(OutboxMessage.next_at) > at + max(WAITS) + LEASE  # said by a clock that was set right since
    due = (OutboxMessage.status == Delivery.WAITING, or_(col(OutboxMessage.next_at) <= at, ahead))
    with store.reading() as session:  # most looks find nothing and need no writer's lock
        if session.exec(select(OutboxMessage.id).where(*due).limit(1)).first() is None:
            return None
    with store.transaction() as tx:
        row = tx.session.exec(
            select(OutboxMessage)
            .where(*due)
            .order_by(col(OutboxMessage.next_at), col(OutboxMessage.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None or row.id is None:
            return None
        row.attempts += 1
        row.lease_holder, row.next_at = secrets.token_hex(8), at + LEASE
        tx.session.add(row)
        return Message(
            row.id, row.number, row.channel, row.receiver, row.topic, row.body, row.attempts, row.lease_holder
        )


def settle_message(store: Store, message: Message, outcome: Outcome, *, at: datetime) -> None:
    """Note the attempt; a message that did not arrive waits longer each time and is given up after the last wait."""
    with store.transaction() as tx:
        row = tx.session.exec(select(OutboxMessage).where(OutboxMessage.id == message.row_id).with_for_update()).one()
        tx.session.add(
            OutboxAttempt(
                message_id=message.row_id,
                at=at,
                arrived=outcome.arrived,
                said=outcome.said[:500],
                milliseconds=outcome.milliseconds,
            )
        )
        if row.lease_holder != message.holder and not outcome.arrived:  # another worker has it by now
            return
        row.said = outcome.said[:500]
        if outcome.arrived:
            row.status, row.settled_at = Delivery.DELIVERED, at
        elif message.attempt > len(WAITS):
            row.status, row.settled_at = Delivery.GIVEN_UP, at
        else:
            row.next_at = at + WAITS[message.attempt - 1]
        tx.session.add(row)


def send_again(tx: Transaction, number: str, *, at: datetime) -> OutboxMessage:
    """Let a message leave anew with the same id; raises `NotFound`."""
    row = tx.session.exec(select(OutboxMessage).where(OutboxMessage.number == number).with_for_update()).first()
    if row is None:
        raise NotFound("message", number)
    row.status, row.attempts, row.next_at, row.settled_at = Delivery.WAITING, 0, at, None
    tx.session.add(row)
    return row
