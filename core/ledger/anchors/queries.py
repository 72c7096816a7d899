"""Reads for pages: the places outside, what arrived there, and the keys of this ledger."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.jobs.outbox.tables import Channel, Delivery, OutboxMessage
from core.ledger.anchors.tables import AnchorDestination, LogAnchor, Outside


@dataclass(frozen=True)
class PlaceRow:
    """One place outside: the newest checkpoint that arrived, and what the last attempt came to.

    `failing` is what the last attempt said when it did not arrive; `next_at` is when the next one follows.
    """

    number: str
    kind: Outside
    address: str
    key: str
    every: int
    added_at: datetime
    closed_at: datetime | None
    size: int | None
    arrived_at: datetime | None
    waiting: bool
    failing: str
    given_up: bool
    next_at: datetime | None


@dataclass(frozen=True)
class ArrivalRow:
    """One checkpoint that arrived outside."""

    number: str
    kind: Outside
    size: int
    at: datetime
    line: str


def places(session: Session) -> tuple[PlaceRow, ...]:
    """Every place, open ones first, each with its last arrival."""
    rows = session.exec(
        select(AnchorDestination).order_by(col(AnchorDestination.closed_at).is_not(None), col(AnchorDestination.id))
    ).all()
    return tuple(_place(session, row) for row in rows)


def arrivals(session: Session, *, kind: Outside | None = None, limit: int = 10) -> tuple[ArrivalRow, ...]:
    """The newest arrivals."""
    query = select(LogAnchor)
    if kind is not None:
        query = query.where(LogAnchor.kind == kind)
    rows = session.exec(query.order_by(col(LogAnchor.id).desc()).limit(limit)).all()
    return tuple(ArrivalRow(row.destination, Outside(row.kind), row.size, row.at, row.line) for row in rows)


def _place(session: Session, row: AnchorDestination) -> PlaceRow:
    arrived = session.exec(
        select(LogAnchor.size, LogAnchor.at)
        .where(LogAnchor.destination == row.number)
        .order_by(col(LogAnchor.size).desc())
        .limit(1)
    ).first()
    message = session.exec(
        select(OutboxMessage)
        .where(OutboxMessage.receiver == row.number, OutboxMessage.channel == Channel.ANCHOR)
        .order_by(col(OutboxMessage.id).desc())
        .limit(1)
    ).first()
    waiting = message is not None and message.status is Delivery.WAITING
    failed = message is not None and message.status is not Delivery.DELIVERED and bool(message.said)
    return PlaceRow(
        row.number, Outside(row.kind), row.address, row.key, row.every, row.added_at, row.closed_at,
        arrived[0] if arrived else None, arrived[1] if arrived else None, waiting,
        message.said if message and failed else "", message is not None and message.status is Delivery.GIVEN_UP,
        message.next_at if message and waiting else None,
    )  # fmt: skip
