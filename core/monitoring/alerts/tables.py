"""Alerts and what happened to each, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from core.monitoring.alerts.vocabulary import AlertAct, AlertStatus, Cause
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
