"""What the API answers about routine checks."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from core.compliance.vocabulary import FindingStatus, Outcome, Source
from core.validation.rules import Severity


class CheckState(BaseModel):
    """One check: how it is run, what it came to last, and since when."""

    check: str = Field(examples=["production-approved"])
    title: str
    why: str
    reads: str
    severity: Severity
    shows: list[str] = Field(description="Items of packs that it helps to show")
    on: bool
    every_hours: int
    parameters: dict[str, int]
    outcome: Outcome
    since: datetime | None
    last_run: datetime | None
    examined: int
    open: int = Field(description="Deviations that stand")
    overdue: int


class CheckStates(BaseModel):
    """Every check, what deviates first."""

    checks: list[CheckState]


class DeviationView(BaseModel):
    """One deviation; `cause` is the key of what puts it right, `cause_kind` its kind."""

    deviation: str = Field(examples=["CD0001"])
    check: str
    subject: str
    model: str | None
    said: str
    cause_kind: str
    cause: str
    severity: Severity
    status: FindingStatus
    owner: str | None = Field(description="None: whoever holds `role`")
    role: str | None
    due_at: datetime
    repeat: int = Field(description="How often the same was found and ended before")
    opened_in: str
    opened_at: datetime
    closed_in: str | None
    closed_at: datetime | None
    closing_reason: str


class DeviationList(BaseModel):
    """A page of deviations."""

    deviations: list[DeviationView]
    total: int
    limit: int
    offset: int


class ResultView(BaseModel):
    """What one check came to in a run."""

    check: str
    outcome: Outcome
    examined: int
    deviations: int
    digest: str = Field(description="SHA-256 of what was read")
    figures: dict[str, str | int]
    said: str
    milliseconds: int


class RunLine(BaseModel):
    """One run."""

    run: str = Field(examples=["CK0001"])
    source: Source
    run_by: str
    run_at: datetime
    checks: int
    deviating: int
    failed: int
    opened: int
    closed: int
    milliseconds: int


class ComplianceRunView(RunLine):
    """A run with its results."""

    results: list[ResultView]


class RunList(BaseModel):
    """A page of runs."""

    runs: list[RunLine]
    total: int
    limit: int
    offset: int


class ComplianceRan(Recorded):
    """A run that was just made, with what deviates; `holds` is what a pipeline gates on."""

    holds: bool
    run: ComplianceRunView
    open: list[DeviationView] = Field(description="What stands of the checks that were run, the first 200")


class RunWish(BaseModel, extra="forbid"):
    """Which checks to run."""

    checks: list[str] | None = Field(default=None, max_length=100, description="By key; none: all that are on")
