"""Evidence, runs with their verdicts, findings, questions and conclusions, as rows."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, text
from sqlmodel import Field

from core.metrics.verdicts import Verdict
from core.store.base import Row
from core.store.types import Instant, choice, row_id
from core.validation.rules import EvidenceKind, FindingSource, FindingStatus, Outcome, RunStatus, Severity


class Evidence(Row, table=True):
    """A file that was handed in for a version, with the mapping and the personal-data scan it was accepted under."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    version_id: int = Field(foreign_key="model_version.id", index=True)
    kind: EvidenceKind = Field(default=EvidenceKind.PREDICTIONS, sa_type=choice(EvidenceKind))
    filename: str = Field(max_length=300)
    file_digest: str = Field(max_length=64)  # as received
    table_digest: str = Field(max_length=64)  # the Parquet that every figure is computed from
    size: int
    rows: int
    mapping: str  # JSON of ColumnMapping
    scan: str  # JSON of the personal-data scan, masked
    declared: str = ""  # JSON: column -> reason for which personal data was let in
    uploaded_by: str = Field(max_length=16)
    uploaded_through: str = Field(default="page", max_length=16)  # page or the token's number
    uploaded_at: datetime = Field(sa_type=Instant)
    replaced_at: datetime | None = Field(default=None, sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant, index=True)  # its files are gone, on record
    removed_reason: str = Field(default="", max_length=300)
    removed_entry: int | None = Field(default=None, sa_type=BigInteger)


class Run(Row, table=True):
    """One validation of one evidence under one policy."""

    __table_args__ = (Index("ix_run_newest", "version_id", "status", "id"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    version_id: int = Field(foreign_key="model_version.id")
    evidence_id: int = Field(foreign_key="evidence.id")
    policy_version_id: int = Field(foreign_key="policy_version.id")
    inputs: str = ""  # JSON of RunInputs: every digest that the result depends on
    inputs_digest: str = Field(default="", max_length=64, index=True)
    status: RunStatus = Field(default=RunStatus.QUEUED, sa_type=choice(RunStatus), index=True)
    step: str = Field(default="", max_length=200)
    steps_done: int = 0
    steps_total: int = 0
    result: str = ""  # JSON, full precision
    result_digest: str = Field(default="", max_length=64)
    error: str = ""
    requested_by: str = Field(max_length=16, index=True)
    requested_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)


class RunFigures(Row, table=True):
    """The figures of a finished run that a policy may set a threshold on, apart from the rest of its result.

    A draft policy is held against the figures of every version, for which whole results would be too much to read.
    """

    __tablename__ = "run_figures"

    run_id: int = Field(sa_column=Column(row_id(), ForeignKey("run.id"), primary_key=True, autoincrement=False))
    body: str  # JSON, see core/validation/figures.py


class CheckResult(Row, table=True):
    """One figure against one threshold of the policy."""

    __tablename__ = "check_result"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    run_id: int = Field(foreign_key="run.id", index=True)
    position: int
    kind: str = Field(max_length=20)  # a CheckKind
    metric: str = Field(max_length=80)
    subject: str = Field(default="", max_length=400)  # for example "race: African-American"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    direction: str = Field(default="", max_length=10)  # at least, at most
    required: bool
    verdict: Verdict = Field(sa_type=choice(Verdict))
    reason: str = Field(default="", max_length=1000)
    clause: str = Field(max_length=20)


class Finding(Row, table=True):
    """Something that validation found wanting, until it is verified closed."""

    __table_args__ = (
        Index("ix_finding_listed", "severity", "status", "due_at", "id"),
        Index("ix_finding_check", "check_key", "status"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    version_id: int = Field(foreign_key="model_version.id", index=True)
    run_id: int | None = Field(default=None, foreign_key="run.id")
    check_key: str = Field(default="", max_length=500)  # metric and subject, when a check raised it
    source: str = Field(default=FindingSource.VALIDATION.value, max_length=20)  # a FindingSource
    repeat: int = 0  # how many findings of the same check on this model were closed before
    title: str = Field(max_length=300)
    detail: str = Field(max_length=4000)
    severity: Severity = Field(sa_type=choice(Severity))
    status: FindingStatus = Field(default=FindingStatus.OPEN, sa_type=choice(FindingStatus), index=True)
    owner: str = Field(max_length=16, index=True)
    raised_by: str = Field(max_length=16)
    raised_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    remediation: str = Field(default="", max_length=4000)
    remediated_by: str | None = Field(default=None, max_length=16)
    remediated_at: datetime | None = Field(default=None, sa_type=Instant)
    closing_note: str = Field(default="", max_length=4000)
    closed_by: str | None = Field(default=None, max_length=16)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = 1


class FindingEvidence(Row, table=True):
    """What shows that a finding was remediated: another record, or a file by its digest."""

    __tablename__ = "finding_evidence"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    finding_id: int = Field(foreign_key="finding.id", index=True)
    kind: str = Field(max_length=40)  # a RecordKind, or “file”
    key: str = Field(max_length=100)  # its number, or the file's SHA-256
    name: str = Field(default="", max_length=300)  # of the file
    size: int = 0  # of the file, in bytes
    added_by: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)


class FindingAct(Row, table=True):
    """One thing that was done about a finding, with what stood before and after where something moved."""

    __tablename__ = "finding_act"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    finding_id: int = Field(foreign_key="finding.id", index=True)
    what: str = Field(max_length=40)  # a FindingChange
    text: str = Field(default="", max_length=4000)
    before: str = Field(default="", max_length=100)
    after: str = Field(default="", max_length=100)
    by: str = Field(max_length=16)
    at: datetime = Field(sa_type=Instant)


class Question(Row, table=True):
    """Effective challenge: a validator's question and the answer on record."""

    __table_args__ = (
        Index(
            "ix_question_unanswered",
            "asked_at",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    version_id: int = Field(foreign_key="model_version.id", index=True)
    text: str = Field(max_length=4000)
    asked_by: str = Field(max_length=16, index=True)
    asked_at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=4000)
    answered_by: str | None = Field(default=None, max_length=16)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)


class BiasAuditStatement(Row, table=True):
    """What somebody stated of a bias audit that no file knows; the newest counts, the former ones stay."""

    __tablename__ = "bias_audit_statement"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    version_id: int = Field(foreign_key="model_version.id", index=True)
    tool: str = Field(max_length=200)
    auditor: str = Field(max_length=200)
    audit_date: date | None = None
    distribution_date: date | None = None
    data_source: str = Field(max_length=1000)
    data_explanation: str = Field(max_length=4000)
    data_kind: str = Field(max_length=20)
    why_test_data: str = Field(max_length=4000)
    how_test_data: str = Field(max_length=4000)
    latest_use: date | None = None
    stated_by: str = Field(max_length=16)
    stated_at: datetime = Field(sa_type=Instant)


class Conclusion(Row, table=True):
    """How a validator concluded, on which evidence."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    version_id: int = Field(foreign_key="model_version.id", index=True)
    run_id: int = Field(foreign_key="run.id")
    outcome: Outcome = Field(sa_type=choice(Outcome))
    summary: str = Field(max_length=4000)
    evidence_digest: str = Field(max_length=64)
    concluded_by: str = Field(max_length=16)
    concluded_at: datetime = Field(sa_type=Instant)
