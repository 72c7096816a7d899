"""What the API answers about checks on production data."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from core.metrics.verdicts import Verdict
from core.monitoring.checks.recomputing import Again
from core.monitoring.checks.tables import MonitorState


class FigureView(BaseModel):
    """One figure of a chunk and what it was held against."""

    chunk: str = Field(examples=["CH0001"])
    revision: int = Field(description="Data that come late make a further one")
    position: int
    size: str = Field(examples=["1 day", "5000 rows"])
    starts_at: datetime
    ends_at: datetime
    clause: str
    kind: str
    metric: str
    title: str
    subject: str = Field(description="The column, attribute or series that it is about, where there is one")
    rows: int = Field(description="That the figure rests on")
    labelled_rows: int = Field(description="Of the whole chunk")
    value: float | None
    low: float | None = Field(description="Lower end of the 95 % interval")
    high: float | None
    lower: float | None = Field(description="The least that it may be")
    upper: float | None = Field(description="The most that it may be")
    verdict: Verdict
    severity: str
    reason: str
    estimated: bool = Field(description="Found without labels, from calibrated scores")


class MonitoringView(BaseModel):
    """Where a model stands by its newest checks."""

    model: str
    environment: str
    version: str | None = Field(description="In use there")
    state: MonitorState
    last_data_at: datetime | None = Field(description="Of the newest inference")
    last_run_at: datetime | None
    error: str = Field(description="Why the last run could not check")
    failed: int = Field(description="Of the newest figures of each clause")
    insufficient: int
    newest: list[FigureView] = Field(description="The figures of the newest chunk of each clause")


class FigureList(BaseModel):
    """Figures of chunks, the oldest first."""

    figures: list[FigureView]


class AskedFor(Recorded):
    """Checks that run as soon as a worker is free."""

    slot: str


class RecomputedView(BaseModel):
    """What computing a chunk again came to."""

    chunk: str
    revision: int
    outcome: Again
    said: str
    different: list[str]
