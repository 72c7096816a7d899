"""Messages that leave, and every attempt to deliver one, as rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, choice, row_id


class Channel(StrEnum):
    """How a message leaves."""

    WEBHOOK = "webhook"
    REGISTRY = "registry"
    ANCHOR = "anchor"  # a checkpoint of the ledger, to a place outside
    MAIL = "mail"  # to a person, or to an address of an alert channel
    SERVICE = "service"  # Slack, Teams or another service behind an alert channel


class Delivery(StrEnum):
    """How far a message is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given up"


class OutboxMessage(Row, table=True):
    """One message to one receiver; `number` is what the receiver knows it by, the same at every attempt."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_due", "status", "next_at"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=40)
    channel: Channel = Field(sa_type=choice(Channel))
    receiver: str = Field(max_length=200, index=True)
    topic: str = Field(max_length=80)
    body: str
    status: Delivery = Field(default=Delivery.WAITING, sa_type=choice(Delivery))
    attempts: int = 0
    queued_at: datetime = Field(sa_type=Instant)
    next_at: datetime = Field(sa_type=Instant)
    lease_holder: str = Field(default="", max_length=64)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    said: str = Field(default="", max_length=500)  # what the last attempt came to


class OutboxAttempt(Row, table=True):
    """One attempt to deliver a message."""

    __tablename__ = "outbox_attempt"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    message_id: int = Field(foreign_key="outbox_message.id", index=True)
    at: datetime = Field(sa_type=Instant)
    arrived: bool
    said: str = Field(max_length=500)
    milliseconds: int
