"""Exports that were made, who took them away, and which are made on a schedule, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field

from core.reports.formats.kinds import Format
from core.reports.rules import ExportStatus, Rhythm, ScheduleState
from core.reports.values.report import SubjectKind
from core.store.base import Row
from core.store.types import Instant, choice, row_id

__all__ = ["Export", "ExportDownload", "ExportRecipient", "ExportSchedule", "ExportStatus"]


class ExportSchedule(Row, table=True):
    """A report that is made again and again, at a time of the clock in a zone, for some people."""

    __tablename__ = "export_schedule"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    template: str = Field(max_length=60)
    subject_kind: SubjectKind = Field(sa_type=choice(SubjectKind))
    subject_number: str = Field(default="", max_length=40)
    subject_version: str = Field(default="", max_length=60)
    model_id: int | None = Field(default=None, foreign_key="model.id", index=True)
    format: Format = Field(sa_type=choice(Format))
    rhythm: Rhythm = Field(sa_type=choice(Rhythm))
    day: int  # of the week from 1 for Monday, of the month, or of the quarter's first month
    minutes: int  # since midnight of the zone
    zone: str = Field(max_length=60)
    state: ScheduleState = Field(default=ScheduleState.ACTIVE, sa_type=choice(ScheduleState), index=True)
    counts_from: datetime = Field(sa_type=Instant)  # no time before it is due
    problem: str = ""
    created_by: str = Field(max_length=16)
    created_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class ExportRecipient(Row, table=True):
    """Somebody in whose work the exports of a schedule appear."""

    __tablename__ = "export_recipient"

    schedule_id: int = Field(foreign_key="export_schedule.id", primary_key=True)
    person: str = Field(primary_key=True, max_length=16)


class Export(Row, table=True):
    """One report in one form, built once; its file is kept until it expires, the row and its digest for good."""

    __tablename__ = "report_export"
    __table_args__ = (
        Index("ix_report_export_expires_at", "expires_at", "removed_at"),
        Index("ix_report_export_template", "template", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    template: str = Field(max_length=60)
    template_version: str = Field(default="", max_length=100)
    subject_kind: SubjectKind = Field(sa_type=choice(SubjectKind))
    subject_number: str = Field(default="", max_length=40)
    subject_version: str = Field(default="", max_length=60)
    model_id: int | None = Field(default=None, foreign_key="model.id", index=True)
    version_id: int | None = Field(default=None, foreign_key="model_version.id", index=True)
    as_of: datetime = Field(sa_type=Instant)
    since: datetime | None = Field(default=None, sa_type=Instant)
    format: Format = Field(sa_type=choice(Format))
    status: ExportStatus = Field(default=ExportStatus.QUEUED, sa_type=choice(ExportStatus), index=True)
    step: str = Field(default="", max_length=100)
    steps_done: int = 0
    steps_total: int = 0
    filename: str = Field(max_length=300)
    digest: str = Field(default="", max_length=64, index=True)
    unsigned_digest: str = Field(default="", max_length=64)
    size: int = 0
    gaps: int | None = None  # parts that could not be built; 0: complete
    error: str = ""
    requested_by: str = Field(max_length=16, index=True)
    requested_at: datetime = Field(sa_type=Instant)
    ready_at: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)
    schedule_id: int | None = Field(default=None, foreign_key="export_schedule.id", index=True)


class ExportDownload(Row, table=True):
    """Somebody took an export away."""

    __tablename__ = "report_download"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    export_id: int = Field(foreign_key="report_export.id", index=True)
    person: str = Field(max_length=16)
    at: datetime = Field(sa_type=Instant)
