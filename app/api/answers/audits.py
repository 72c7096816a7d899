"""What the API answers about audits."""

from datetime import datetime

from pydantic import BaseModel, Field

from core.audits.population import Population
from core.audits.rules.life import AuditKind, AuditStatus, FindingStatus, Response, Result
from core.audits.sampling import Method
from core.validation.rules import Severity


class AuditLine(BaseModel):
    """One audit in a list."""

    audit: str = Field(examples=["AU0001"])
    title: str
    kind: AuditKind
    status: AuditStatus
    scope: str = Field(description="In words")
    lead: str
    conducted_by: str = Field(description="Of an external audit")
    reference: str = Field(description="The auditor's own")
    starts_at: datetime
    ends_at: datetime
    tests: int = Field(description="Conclusions recorded")
    to_test: int = Field(description="Conclusions that fieldwork takes: sampled items by criteria")
    findings: int
    pending: int = Field(description="Findings that are not verified closed")


class AuditList(BaseModel):
    """A page of audits."""

    audits: list[AuditLine]
    total: int
    limit: int
    offset: int


class SampleView(BaseModel):
    """A sample with all that it takes to draw it again; see docs/audits.md for how."""

    sample: int
    population: Population
    query: str
    population_size: int
    population_digest: str = Field(description="SHA-256 of `members`")
    members: str = Field(description="A line each: key, tab, tier")
    method: Method
    seed: str
    seed_source: str
    size: int
    reason: str
    drawn_by: str
    drawn_at: datetime
    items: list[str] = Field(description="In the order in which they were drawn")


class TestView(BaseModel):
    """What fieldwork concluded for one item and one criterion."""

    item: str
    criterion: str = Field(examples=["sr-26-2 MRM-05"])
    result: Result
    notes: str
    reason: str
    evidence: str
    tested_by: str
    tested_at: datetime


class AuditFindingView(BaseModel):
    """One finding with its response and what became of it."""

    finding: str = Field(examples=["AF0001"])
    grade: Severity
    title: str
    condition: str
    criterion: str
    cause: str
    effect: str
    recommendation: str
    reference: str
    item: str
    by_criterion: str
    owner: str
    status: FindingStatus
    raised_by: str
    raised_at: datetime
    respond_by: datetime
    response: Response | None
    response_text: str
    due_at: datetime | None
    done: str
    done_at: datetime | None
    verification: str
    verified_by: str | None
    verified_at: datetime | None


class CriterionView(BaseModel):
    """An item of a pack, as it was when the audit was planned."""

    pack: str
    item: str
    pack_version: str
    title: str
    text: str
    clause: str


class AuditView(AuditLine):
    """An audit whole."""

    objective: str
    period_from: datetime
    period_to: datetime
    auditors: list[str]
    criteria: list[CriterionView]
    samples: list[SampleView]
    fieldwork: list[TestView]
    found: list[AuditFindingView]
    conclusion: str
    closed_at: datetime | None
