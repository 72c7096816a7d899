"""Incidents with what they affect, their notes, causes, clocks and reviews, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from core.improvement.incidents.rules.life import CauseMethod, Containment, IncidentStatus
from core.store.base import Row
from core.store.types import Instant, choice, row_id
from core.validation.rules import Severity


class Incident(Row, table=True):
    """Something went wrong: facts that can be corrected, each with its history, and where it stands."""

    __table_args__ = (
        Index("ix_incident_status", "status", "severity"),
        Index("ix_incident_model", "model", "id"),
        Index("ix_incident_commander", "commander", "status"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    title: str = Field(max_length=300)
    severity: Severity = Field(sa_type=choice(Severity))
    status: IncidentStatus = Field(default=IncidentStatus.DECLARED, sa_type=choice(IncidentStatus))
    what: str = Field(max_length=4000)
    model: str = Field(default="", max_length=16)  # the one it is about first; empty: none that is registered
    environment: str = Field(default="", max_length=60)
    commander: str | None = Field(default=None, max_length=16)
    people_affected: str = Field(default="", max_length=4000)
    decisions_affected: str = Field(default="", max_length=4000)
    harm: str = Field(default="", max_length=4000)
    began_at: datetime | None = Field(default=None, sa_type=Instant)
    aware_at: datetime = Field(sa_type=Instant)  # the clocks count from here
    declared_by: str = Field(max_length=16)
    declared_at: datetime = Field(sa_type=Instant)
    contained_at: datetime | None = Field(default=None, sa_type=Instant)
    resolved_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_by: str | None = Field(default=None, max_length=16)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    conclusion: str = Field(default="", max_length=4000)
    duplicate_of: str | None = Field(default=None, max_length=16)
    revision: int = 1


class IncidentAffected(Row, table=True):
    """A version that the incident affects, or a whole model where `version` is empty."""

    __tablename__ = "incident_affected"
    __table_args__ = (UniqueConstraint("incident_id", "model", "version"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    incident_id: int = Field(foreign_key="incident.id")
    model: str = Field(max_length=16, index=True)
    version: str = Field(default="", max_length=60)
    added_by: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)


class IncidentNote(Row, table=True):
    """What somebody put into the timeline, or where `containment` is set, what stopped the harm."""

    __tablename__ = "incident_note"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    incident_id: int = Field(foreign_key="incident.id", index=True)
    containment: Containment | None = Field(default=None, sa_type=choice(Containment))
    text: str = Field(max_length=4000)
    ref_kind: str = Field(default="", max_length=40)  # a RecordKind
    ref_number: str = Field(default="", max_length=100)
    happened_at: datetime = Field(sa_type=Instant)  # may lie before it was written
    written_by: str = Field(max_length=16)
    written_at: datetime = Field(sa_type=Instant)
    entry: int  # in the ledger


class IncidentInformed(Row, table=True):
    """Somebody was told about the incident: who, when, by which means, and what."""

    __tablename__ = "incident_informed"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    incident_id: int = Field(foreign_key="incident.id", index=True)
    who: str = Field(max_length=300)
    means: str = Field(max_length=100)
    what: str = Field(max_length=4000)
    told_at: datetime = Field(sa_type=Instant)
    written_by: str = Field(max_length=16)
    written_at: datetime = Field(sa_type=Instant)
    entry: int


class IncidentCause(Row, table=True):
    """The root cause as it was understood; the newest holds, the former stay."""

    __tablename__ = "incident_cause"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    incident_id: int = Field(foreign_key="incident.id", index=True)
    method: CauseMethod = Field(sa_type=choice(CauseMethod))
    cause: str = Field(max_length=4000)
    factors: str = Field(default="", max_length=4000)  # that contributed, a line each
    found_how: str = Field(default="", max_length=4000)
    written_by: str = Field(max_length=16)
    written_at: datetime = Field(sa_type=Instant)
    entry: int


class IncidentReview(Row, table=True):
    """The post-incident review; the newest holds, the former stay."""

    __tablename__ = "incident_review"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    incident_id: int = Field(foreign_key="incident.id", index=True)
    held_at: datetime = Field(sa_type=Instant)
    present: str = Field(max_length=1000)
    happened: str = Field(max_length=4000)
    went_well: str = Field(max_length=4000)
    lessons: str = Field(max_length=4000)
    decisions: str = Field(max_length=4000)
    document: str = Field(default="", max_length=100)
    written_by: str = Field(max_length=16)
    written_at: datetime = Field(sa_type=Instant)
    entry: int


class IncidentClock(Row, table=True):
    """A decision whether a duty to notify applies; the newest of a rule holds, the former stay."""

    __tablename__ = "incident_clock"
    __table_args__ = (Index("ix_incident_clock_due", "applies", "due_at"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    incident_id: int = Field(foreign_key="incident.id", index=True)
    rule: str = Field(max_length=60)
    title: str = Field(max_length=300)  # the rule as it read then
    authority: str = Field(max_length=300)
    clause: str = Field(max_length=300)
    hours: int
    applies: bool
    reason: str = Field(max_length=4000)
    starts_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    decided_by: str = Field(max_length=16)
    decided_at: datetime = Field(sa_type=Instant)
    entry: int


class IncidentNotification(Row, table=True):
    """An authority was notified under a rule: when, whom, and their reference."""

    __tablename__ = "incident_notification"
    __table_args__ = (Index("ix_incident_notification_rule", "incident_id", "rule"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    incident_id: int = Field(foreign_key="incident.id")
    rule: str = Field(max_length=60)
    receiver: str = Field(max_length=300)
    reference: str = Field(max_length=300)
    what: str = Field(default="", max_length=4000)
    notified_at: datetime = Field(sa_type=Instant)
    written_by: str = Field(max_length=16)
    written_at: datetime = Field(sa_type=Instant)
    entry: int


class ClockWarning(Row, table=True):
    """A clock was found to be near its end or past it: once for each due time."""

    __tablename__ = "incident_clock_warning"
    __table_args__ = (UniqueConstraint("incident_id", "rule", "due_at", "step"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    incident_id: int = Field(foreign_key="incident.id")
    rule: str = Field(max_length=60)
    due_at: datetime = Field(sa_type=Instant)
    step: str = Field(max_length=20)
    warned_at: datetime = Field(sa_type=Instant)


class ClockRule(Row, table=True):
    """A duty to notify that the organisation added; what ships is a file. The newest of a key holds."""

    __tablename__ = "incident_clock_rule"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    key: str = Field(max_length=60, index=True)
    title: str = Field(max_length=300)
    authority: str = Field(max_length=300)
    clause: str = Field(max_length=300)
    starts: str = Field(max_length=300)  # from which moment, in words
    applies_when: str = Field(max_length=2000)
    hours: int
    source: str = Field(max_length=1000)
    reviewed_on: datetime = Field(sa_type=Instant)
    active: bool = True
    reason: str = Field(max_length=4000)
    added_by: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)
