"""What the API answers about production data: what became of it, what arrived, and what is monitored."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from core.monitoring.intake.rules import BatchKind, SeriesKind
from core.policy.rules import Task


class ProductionReceived(Recorded):
    """What became of rows that were handed in."""

    batches: list[str] = Field(description="One for each version", examples=[["PB0001"]])
    rows: int = Field(description="New ones")
    repeated: int = Field(description="On record already with the same content, and left out")
    late: int = Field(description="With a time before the end of the newest chunk that was checked")
    out_of_order: int = Field(description="With a time before the newest that was on record")
    waiting: int = Field(description="Labels or attributes whose inference has not come yet")
    held: int = Field(description="Rows in quarantine: of a model or version that is not registered, or refused")
    quarantined: list[str] = Field(description="Numbers in quarantine", examples=[["QR0001"]])


class MetricsReceived(Recorded):
    """What became of metric points."""

    points: int = Field(description="New ones")
    repeated: int = Field(description="On record already with the same value, and left out")
    series: int = Field(description="Series that were new")


class ArrivalView(BaseModel):
    """One batch as it came."""

    batch: str
    kind: BatchKind
    version: str
    rows: int
    late: int
    out_of_order: int
    repeated: int
    waiting: int
    first_at: datetime | None
    last_at: datetime | None
    filename: str
    file: str = Field(description="SHA-256 of the Parquet file that holds the new rows; empty where none were new")
    size: int
    entry: int = Field(description="Of the ledger")
    received_at: datetime
    received_by: str
    removed_at: datetime | None = Field(description="When retention removed its file; the row stays")
    removed_reason: str


class DayView(BaseModel):
    """The inferences of one day in UTC, and how many of them have a label by now."""

    day: str = Field(examples=["2026-11-20"])
    rows: int
    labelled: int


class Arrivals(BaseModel):
    """What arrived of a model in one environment, the newest batch first."""

    arrivals: list[ArrivalView]
    total: int
    limit: int
    offset: int
    rows: int = Field(description="Of all inferences")
    labelled: int
    late: int
    out_of_order: int
    repeated: int
    days: list[DayView]


class MonitoredView(BaseModel):
    """What is monitored of a model in one environment."""

    environment: str
    revision: int
    task: Task
    positive_label: str
    features: list[str]
    categorical: list[str]
    sensitive: list[str]
    label: str
    reference: str
    declared_by: str
    declared_at: datetime


class MonitoredDeclared(Recorded):
    """The declaration that is in force now."""

    revision: int


class SeriesView(BaseModel):
    """A metric of a model with its newest point."""

    name: str
    version: str
    unit: str
    kind: SeriesKind
    labels: dict[str, str]
    points: int
    last_at: datetime
    last_value: float


class SeriesList(BaseModel):
    """The series of a model in one environment."""

    series: list[SeriesView]
