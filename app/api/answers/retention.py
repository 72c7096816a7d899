"""What the API answers about data whose time ends."""

from datetime import datetime

from pydantic import BaseModel, Field

from core.monitoring.intake.rules import BatchKind


class HoldView(BaseModel):
    """One reason for which data stay."""

    kind: str = Field(examples=["incident"])
    number: str
    said: str


class EndingView(BaseModel):
    """A batch of production data whose time ends or has ended."""

    batch: str
    model: str
    environment: str
    kind: BatchKind
    rows: int
    days: int = Field(description="For which it is kept")
    by: str = Field(description="Who says so: the policy, or a decision on the model")
    ends_at: datetime
    due: bool = Field(description="A run now would remove it")
    holds: list[HoldView]


class DatasetEndView(BaseModel):
    """A dataset whose own time ends; its data lie elsewhere."""

    dataset: str
    name: str
    days: int
    ends_at: datetime


class RetentionView(BaseModel):
    """What ends within some days; nothing is removed by asking."""

    batches: list[EndingView]
    datasets: list[DatasetEndView]
    total: int = Field(description="Batches in all")
    limit: int
    offset: int
