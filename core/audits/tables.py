"""Audits with their team, criteria, samples, fieldwork and findings, as rows."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.audits.population import Population
from core.audits.rules.life import AuditKind, AuditStatus, FindingStatus, Response, Result
from core.audits.sampling import Method
from core.store.base import Row
from core.store.types import Instant, choice, row_id
from core.validation.rules import Severity


class Audit(Row, table=True):
    """An audit; of one from outside, `conducted_by` and `reference` are the auditor's own."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: AuditKind = Field(sa_type=choice(AuditKind))
    status: AuditStatus = Field(default=AuditStatus.PLANNED, sa_type=choice(AuditStatus), index=True)
    title: str = Field(max_length=300)
    objective: str = Field(max_length=4000)
    scope: str  # JSON of AuditScope
    period_from: datetime = Field(sa_type=Instant)
    period_to: datetime = Field(sa_type=Instant)
    starts_at: datetime = Field(sa_type=Instant, index=True)
    ends_at: datetime = Field(sa_type=Instant)
    lead: str = Field(max_length=16, index=True)
    conducted_by: str = Field(default="", max_length=300)
    reference: str = Field(default="", max_length=300)
    planned_by: str = Field(max_length=16)
    planned_at: datetime = Field(sa_type=Instant)
    begun_at: datetime | None = Field(default=None, sa_type=Instant)
    issued_at: datetime | None = Field(default=None, sa_type=Instant)
    conclusion: str = Field(default="", max_length=4000)  # at closing, or why it was cancelled
    ended_by: str | None = Field(default=None, max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = 1


class AuditMember(Row, table=True):
    """A person audits here, from when until when."""

    __tablename__ = "audit_member"
    __table_args__ = (UniqueConstraint("audit_id", "person"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    audit_id: int = Field(foreign_key="audit.id")
    person: str = Field(max_length=16, index=True)


class AuditCriterion(Row, table=True):
    """An item of a pack that the audit judges by, copied so that it stays as it was then."""

    __tablename__ = "audit_criterion"
    __table_args__ = (UniqueConstraint("audit_id", "pack", "item"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    audit_id: int = Field(foreign_key="audit.id")
    position: int
    pack: str = Field(max_length=60)
    item: str = Field(max_length=60)
    pack_version: str = Field(max_length=60)
    title: str = Field(max_length=500)
    text: str
    clause: str = Field(max_length=500)


class AuditSample(Row, table=True):
    """A sample as it was drawn, with everything that it takes to draw it again."""

    __tablename__ = "audit_sample"
    __table_args__ = (UniqueConstraint("audit_id", "ordinal"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    audit_id: int = Field(foreign_key="audit.id")
    ordinal: int
    population: Population = Field(sa_type=choice(Population))
    query: str = Field(max_length=2000)  # what the population is, in words
    members: str  # a line each: key, tab, tier
    population_size: int
    population_digest: str = Field(max_length=64)
    method: Method = Field(sa_type=choice(Method))
    seed: str = Field(max_length=200)
    seed_source: str = Field(max_length=300)
    size: int
    reason: str = Field(default="", max_length=2000)
    drawn_by: str = Field(max_length=16)
    drawn_at: datetime = Field(sa_type=Instant)


class AuditItem(Row, table=True):
    """One member of a sample."""

    __tablename__ = "audit_item"
    __table_args__ = (UniqueConstraint("sample_id", "key"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    audit_id: int = Field(foreign_key="audit.id", index=True)
    sample_id: int = Field(foreign_key="audit_sample.id")
    position: int
    key: str = Field(max_length=64)
    tier: int
    model: str = Field(max_length=16)


class AuditTest(Row, table=True):
    """What fieldwork found for one sampled item and one criterion; the newest holds, the ledger keeps the others."""

    __tablename__ = "audit_test"
    __table_args__ = (UniqueConstraint("item_id", "criterion_id"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    audit_id: int = Field(foreign_key="audit.id", index=True)
    item_id: int = Field(foreign_key="audit_item.id")
    criterion_id: int = Field(foreign_key="audit_criterion.id")
    result: Result = Field(sa_type=choice(Result))
    notes: str = Field(default="", max_length=4000)
    reason: str = Field(default="", max_length=2000)
    evidence: str = Field(default="", max_length=2000)  # numbers and addresses, a line each
    tested_by: str = Field(max_length=16)
    tested_at: datetime = Field(sa_type=Instant)
    revision: int = 1


class AuditFinding(Row, table=True):
    """What an audit found wanting, until an auditor verifies that it is settled."""

    __tablename__ = "audit_finding"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    audit_id: int = Field(foreign_key="audit.id", index=True)
    item_id: int | None = Field(default=None, foreign_key="audit_item.id")
    criterion_id: int | None = Field(default=None, foreign_key="audit_criterion.id")
    grade: Severity = Field(sa_type=choice(Severity))
    title: str = Field(max_length=300)
    condition: str = Field(max_length=4000)
    criterion: str = Field(max_length=4000)
    cause: str = Field(max_length=4000)
    effect: str = Field(max_length=4000)
    recommendation: str = Field(max_length=4000)
    reference: str = Field(default="", max_length=300)  # of an auditor from outside, with their own grade
    status: FindingStatus = Field(default=FindingStatus.OPEN, sa_type=choice(FindingStatus), index=True)
    owner: str = Field(max_length=16, index=True)
    raised_by: str = Field(max_length=16)
    raised_at: datetime = Field(sa_type=Instant)
    respond_by: datetime = Field(sa_type=Instant)
    response: Response | None = Field(default=None, sa_type=choice(Response))
    response_text: str = Field(default="", max_length=4000)
    responded_by: str | None = Field(default=None, max_length=16)
    responded_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)  # when the action is to be done
    done: str = Field(default="", max_length=4000)
    done_by: str | None = Field(default=None, max_length=16)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_back: str = Field(default="", max_length=2000)  # why, by the auditor
    verification: str = Field(default="", max_length=4000)
    verified_by: str | None = Field(default=None, max_length=16)
    verified_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = 1
