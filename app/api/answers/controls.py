"""What the API answers about controls on streams, outputs that people review, and rows in quarantine."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from core.monitoring.controls.rules import HeldBecause, HeldStatus, OutputStatus, OutputVerdict


class ResultView(BaseModel):
    """What one control found in one batch."""

    batch: str = Field(examples=["PB0012"])
    clause: str = Field(description="Of the policy, or the number of the model's own control", examples=["21.1"])
    title: str
    own: bool
    kind: str
    action: str
    version: str
    environment: str
    rows: int = Field(description="That were looked at")
    found: int
    columns: dict[str, int] = Field(description="How many by column")
    absent: list[str] = Field(description="Columns that the control names and that were not there")
    alert_above: float | None = Field(description="The share above which an alert is raised")
    above: bool = Field(description="Whether it was")
    put_up: int = Field(description="Outputs for people to review")
    seed: str = Field(description="From which a sample was drawn: SHA-256 of “seed clause id”")
    at: datetime


class ResultList(BaseModel):
    """What controls found, the newest batch first."""

    results: list[ResultView]
    total: int
    limit: int
    offset: int


class ControlView(BaseModel):
    """A control that holds for a model now, and what it found within 30 days."""

    clause: str
    title: str
    says: str
    own: bool
    reason: str = Field(description="Why the model declared it; empty for a clause of the policy")
    rows: int
    found: int
    last: ResultView | None


class ControlList(BaseModel):
    """Every control that holds: the policy's in its order, then the model's own."""

    controls: list[ControlView]


class ControlDeclared(Recorded):
    """The control that holds from the next batch on."""

    control: str = Field(examples=["OC0001"])


class ControlEnded(Recorded):
    """The control that was ended."""

    control: str


class OutputView(BaseModel):
    """An output that waits for a person, or was reviewed; what it says is masked."""

    output: str = Field(examples=["OR0001"])
    model: str
    version: str
    tier: int
    environment: str
    batch: str
    row: str = Field(description="The id of its row")
    answered_at: datetime
    says: dict[str, str]
    clauses: list[str]
    reasons: list[str]
    flagged_at: datetime
    due_at: datetime
    overdue: bool
    status: OutputStatus
    people: int = Field(description="Who decide on it")
    verdict: OutputVerdict | None
    decided_at: datetime | None


class OutputList(BaseModel):
    """Outputs, those due first; of those decided on, the last decided first."""

    outputs: list[OutputView]
    total: int
    limit: int
    offset: int
    waiting: int = Field(description="In all, whatever is shown")
    overdue: int
    oldest: datetime | None = Field(description="Since when the oldest waits")
    decided: dict[OutputVerdict, int] = Field(description="Within 30 days")


class OpinionView(BaseModel):
    """What one person decided."""

    person: str
    verdict: OutputVerdict
    words: str
    at: datetime


class OutputDetail(OutputView):
    """One output with its inputs, masked, and the decisions; of two people none is shown before both have decided."""

    inputs: dict[str, str]
    decisions: list[OpinionView]


class HeldView(BaseModel):
    """Rows in quarantine."""

    quarantine: str = Field(examples=["QR0001"])
    because: HeldBecause
    kind: str
    model: str = Field(description="As it was named, or its number")
    version: str
    environment: str
    file: str = Field(description="SHA-256")
    rows: int
    columns: list[str]
    clauses: list[str]
    reason: str
    discovery: str
    received_by: str
    received_at: datetime
    status: HeldStatus
    decided_by: str
    decided_at: datetime | None
    decision: str
    batches: list[str]


class HeldList(BaseModel):
    """What lies in quarantine, or what became of it; the newest first."""

    quarantine: list[HeldView]
    total: int
    limit: int
    offset: int


class RowsDecided(Recorded):
    """What became of rows in quarantine."""

    quarantine: str
    batches: list[str] = Field(description="Of production data, where they were taken over")
    rows: int = Field(description="New ones")
