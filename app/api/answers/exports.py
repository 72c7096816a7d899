"""What the API answers about reports, exports and schedules."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from core.reports.formats.kinds import Format
from core.reports.rules import ExportStatus, Rhythm, ScheduleState
from core.reports.service import ExportState
from core.reports.values.report import SubjectKind


class ReportLine(BaseModel):
    """A report that can be asked for."""

    template: str = Field(description="What addresses it", examples=["dossier"])
    title: str
    version: str = Field(description="A new one whenever the same record would be told otherwise")
    what: str
    about: list[SubjectKind] = Field(description="What it can be about")
    has_period: bool = Field(description="Whether it covers a time span, and takes `since`")
    formats: list[Format]


class ReportList(BaseModel):
    """Every report that can be asked for."""

    reports: list[ReportLine]


class SubjectView(BaseModel):
    """What a report is about."""

    kind: SubjectKind
    number: str = ""
    version: str = ""


class DownloadLine(BaseModel):
    """Who took an export away, and when."""

    person: str
    at: datetime


class ExportView(BaseModel):
    """An export: how far it is, and what it holds once it is ready."""

    export: str = Field(examples=["X0001"])
    template: str
    template_version: str
    subject: SubjectView
    as_of: datetime
    since: datetime | None
    format: Format
    status: ExportStatus
    state: ExportState = Field(description="As `status`, but a ready one expires")
    step: str
    steps_done: int
    steps_total: int
    complete: bool | None = Field(description="Whether every part could be built; none until it is ready")
    filename: str
    size: int
    digest: str = Field(description="SHA-256 of the file; it stays when the file has expired")
    unsigned_digest: str = Field(description="SHA-256 of a PDF before its signature")
    error: str
    requested_by: str
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime
    schedule: str = Field(description="The schedule that made it, if one did")
    downloads: list[DownloadLine]


class ExportList(BaseModel):
    """Exports, newest first."""

    exports: list[ExportView]
    total: int
    limit: int
    offset: int


class ExportStarted(Recorded):
    """An export that is being built."""

    export: str = Field(examples=["X0001"])


class ExportStopped(Recorded):
    """An export that was cancelled."""

    export: str
    status: ExportStatus


class ScheduleView(BaseModel):
    """A report that is made again and again."""

    schedule: str = Field(examples=["XS0001"])
    template: str
    subject: SubjectView
    format: Format
    rhythm: Rhythm
    day: int = Field(description="Of the week from 1 for Monday, of the month, or of the quarter's first month")
    time: str = Field(examples=["07:00"])
    zone: str = Field(examples=["Europe/Zurich"])
    state: ScheduleState
    next_at: datetime | None
    recipients: list[str]
    problem: str = Field(description="Why the last run came to nothing; empty when it did not")
    made: int = Field(description="How many exports it has asked for")
    last: str = Field(description="The newest of them")


class ScheduleList(BaseModel):
    """Schedules, newest first."""

    schedules: list[ScheduleView]


class ScheduleMade(Recorded):
    """A schedule that runs from now on, or whose state changed."""

    schedule: str = Field(examples=["XS0001"])
    state: ScheduleState
