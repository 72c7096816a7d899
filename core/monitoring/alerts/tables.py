"""Alerts, what happened to each, the channels that are told, and what each is to be told, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field

from core.monitoring.alerts.vocabulary import AlertAct, AlertStatus, Cause, ChannelKind
from core.store.base import Row
from core.store.types import Instant, choice, row_id
from core.validation.rules import Severity


class Alert(Row, table=True):
    """One condition that somebody should know of, from its first sign until a person closes it.

    No two alerts of one key are open at a time; `count` says how often the condition was seen meanwhile.
    """

    __table_args__ = (
        Index(
            "uq_alert_open",
            "key",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_alert_scope", "model", "environment", "id"),
        Index("ix_alert_status", "status", "id"),
        Index("ix_alert_escalate", "escalate_at"),
        Index("ix_alert_assignee", "assignee", "status"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: str = Field(max_length=40)  # an AlertKind
    key: str = Field(max_length=400)  # what the condition is known by
    severity: Severity = Field(sa_type=choice(Severity))
    clause: str = Field(default="", max_length=40)  # of the policy, where it set the severity
    title: str = Field(max_length=300)
    detail: str = Field(max_length=4000)
    model: str = Field(default="", max_length=16)  # its number, where there is one
    version: str = Field(default="", max_length=60)
    environment: str = Field(default="", max_length=60)
    cluster: str = Field(max_length=16, index=True)  # the number of the first alert of its group
    cluster_at: datetime = Field(sa_type=Instant)
    former: str = Field(default="", max_length=16)  # the closed alert after which the condition came again
    count: int = 1
    raised_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)  # when the condition was last seen
    recovered_at: datetime | None = Field(default=None, sa_type=Instant)
    status: AlertStatus = Field(default=AlertStatus.OPEN, sa_type=choice(AlertStatus))
    assignee: str = Field(default="", max_length=16)
    acknowledged_by: str = Field(default="", max_length=16)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Instant)
    snoozed_until: datetime | None = Field(default=None, sa_type=Instant)
    level: int = 0  # how often it was escalated
    waits_since: datetime = Field(sa_type=Instant)  # from when the minutes of an escalation count
    waited: int = -1  # the minutes of the last escalation; -1: there was none since then
    escalate_at: datetime | None = Field(default=None, sa_type=Instant)  # next, unless somebody takes it
    cause: Cause | None = Field(default=None, sa_type=choice(Cause))
    closed_by: str = Field(default="", max_length=16)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closing: str = Field(default="", max_length=2000)  # in words
    revision: int = 1


class AlertStep(Row, table=True):
    """One thing that happened to an alert."""

    __tablename__ = "alert_act"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    alert_id: int = Field(foreign_key="alert.id", index=True)
    at: datetime = Field(sa_type=Instant)
    act: AlertAct = Field(sa_type=choice(AlertAct))
    by: str = Field(max_length=16)
    said: str = Field(default="", max_length=4000)


class AlertPerson(Row, table=True):
    """A person whom an escalation reached, and who may handle the alert since."""

    __tablename__ = "alert_person"
    __table_args__ = (UniqueConstraint("alert_id", "person"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    alert_id: int = Field(foreign_key="alert.id")
    person: str = Field(max_length=16, index=True)
    since: datetime = Field(sa_type=Instant)


class AlertChannel(Row, table=True):
    """A way to people outside the product; whom it reaches is fixed, and what is secret in that is encrypted."""

    __tablename__ = "alert_channel"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: ChannelKind = Field(sa_type=choice(ChannelKind))
    name: str = Field(max_length=100)
    shown: str = Field(max_length=500)  # what may be shown of the target
    target: str = Field(max_length=8000)  # encrypted where it is an address
    addresses: int = 0  # how many mail addresses it holds
    quiet_from: int | None = None  # minute of the day; the same as the end: the whole day
    quiet_to: int | None = None
    zone: str = Field(default="UTC", max_length=60)
    added_by: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = 1


class AlertRoute(Row, table=True):
    """Which alerts go to a channel; what is empty stands for all."""

    __tablename__ = "alert_route"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    channel_id: int = Field(foreign_key="alert_channel.id", index=True)
    least: Severity = Field(sa_type=choice(Severity))
    kinds: str = Field(default="", max_length=400)  # values of AlertKind, separated by commas
    tiers: str = Field(default="", max_length=20)
    model: str = Field(default="", max_length=16)
    environment: str = Field(default="", max_length=60)
    added_by: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class AlertNotice(Row, table=True):
    """Something that a channel, or one person, is to be told of an alert; stored with the act that it tells of."""

    __tablename__ = "alert_notice"
    __table_args__ = (Index("ix_alert_notice_due", "told_at", "due_at"), Index("ix_alert_notice_alert", "alert_id"))

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    alert_id: int = Field(foreign_key="alert.id")
    to: str = Field(max_length=16)  # a channel, or a person
    act: AlertAct = Field(sa_type=choice(AlertAct, "noticed"))
    severity: Severity = Field(sa_type=choice(Severity))  # as it was then
    queued_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    held: bool = False  # until quiet hours are over
    told_at: datetime | None = Field(default=None, sa_type=Instant)
    message: str = Field(default="", max_length=40)  # of the outbox; empty when nobody could be told
