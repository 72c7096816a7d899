"""Runs of the checks with their results, what they opened, and the organisation's settings, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field

from core.compliance.vocabulary import FindingStatus, Outcome, Source
from core.store.base import Row
from core.store.types import Instant, choice, row_id
from core.validation.rules import Severity


class ComplianceSetting(Row, table=True):
    """How the organisation runs a check, other than the catalogue says; the newest of a check holds."""

    __tablename__ = "compliance_setting"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    check_key: str = Field(max_length=60, index=True)
    on: bool
    every_hours: int
    parameters: str  # JSON: name -> whole number
    reason: str = Field(max_length=2000)
    set_by: str = Field(max_length=16)
    set_at: datetime = Field(sa_type=Instant)


class ComplianceRun(Row, table=True):
    """One run of some checks, or of all that are switched on."""

    __tablename__ = "compliance_run"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    source: Source = Field(sa_type=choice(Source))
    checks: int
    deviating: int
    failed: int
    opened: int  # findings
    closed: int
    milliseconds: int
    run_by: str = Field(max_length=16)
    run_at: datetime = Field(sa_type=Instant)


class ComplianceResult(Row, table=True):
    """What one check came to in one run."""

    __tablename__ = "compliance_result"
    __table_args__ = (UniqueConstraint("run_id", "check_key"), Index("ix_compliance_result_newest", "check_key", "id"))

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    run_id: int = Field(foreign_key="compliance_run.id")
    check_key: str = Field(max_length=60)
    outcome: Outcome = Field(sa_type=choice(Outcome))
    examined: int
    deviations: int
    digest: str = Field(max_length=64)  # of what was read
    parameters: str  # JSON, as they were
    figures: str = ""  # JSON: what a check states beside the counts
    said: str = Field(default="", max_length=1000)
    milliseconds: int
    run_at: datetime = Field(sa_type=Instant)


class ComplianceFinding(Row, table=True):
    """A deviation, opened once and closed when the check holds again; no two of one subject are open at a time."""

    __tablename__ = "compliance_finding"
    __table_args__ = (
        Index(
            "uq_compliance_finding_open",
            "check_key",
            "subject",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_compliance_finding_owner", "owner", "status"),
        Index("ix_compliance_finding_check", "check_key", "status", "id"),
        Index("ix_compliance_finding_listed", "severity", "status", "due_at", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    check_key: str = Field(max_length=60)
    subject: str = Field(max_length=200)  # what deviates, the same at every run
    model: str = Field(default="", max_length=16, index=True)  # its number, where there is one
    said: str = Field(max_length=1000)  # the deviation in words, as it was found
    cause_kind: str = Field(max_length=32)  # where it is put right, see Cause
    cause: str = Field(max_length=200)
    severity: Severity = Field(sa_type=choice(Severity))
    status: FindingStatus = Field(default=FindingStatus.OPEN, sa_type=choice(FindingStatus))
    owner: str = Field(default="", max_length=16)  # empty: whoever holds `role`
    role: str = Field(default="", max_length=16)
    due_at: datetime = Field(sa_type=Instant)
    repeat: int = 0  # how many of the same subject were closed before
    opened_in: str = Field(max_length=16)  # the run's number
    opened_at: datetime = Field(sa_type=Instant)
    closed_in: str | None = Field(default=None, max_length=16)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closing_reason: str = Field(default="", max_length=1000)
