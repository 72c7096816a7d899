"""What the API answers about data whose time ends."""

from datetime import datetime

from pydantic import BaseModel, Field

from core.monitoring.intake.rules import BatchKind
from core.privacy.retention.planning import Kept


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


class FileEndingView(BaseModel):
    """A file of a validation, or rows in quarantine on which nobody decided, whose time ends or has ended."""

    what: Kept
    record: str = Field(examples=["E0003"])
    model: str | None = Field(description="None where nobody registered it")
    of: str = Field(description="The version, or the environment of rows in quarantine")
    kind: str
    rows: int
    days: int = Field(description="For which it is kept")
    by: str = Field(description="Who says so: the policy, a decision on the dataset, or a purpose of bias-test data")
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
    files: list[FileEndingView] = Field(description="Of validations, and rows in quarantine")
    datasets: list[DatasetEndView]
    total: int = Field(description="Batches in all")
    files_total: int = Field(description="Files in all; pages are of the same size")
    limit: int
    offset: int
