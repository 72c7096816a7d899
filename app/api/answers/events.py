"""What the API answers about recorded events."""

from datetime import datetime

from pydantic import BaseModel, Field


class EventBatchLine(BaseModel):
    """One file of events."""

    batch: str = Field(examples=["B0001"])
    entry: int = Field(description="The ledger entry that records it")
    events: int
    kinds: list[str] = Field(examples=[["inference"]])
    models: list[str] = Field(examples=[["M0001"]])
    first_at: datetime
    last_at: datetime
    recorded_at: datetime
    recorded_by: str = Field(examples=["T0001"])
    file: str = Field(description="SHA-256 of the file")
    size: int = Field(description="Bytes of the file")
    kept_until: datetime = Field(description="When retention removes it, by the policy in force")
    removed_at: datetime | None
    erased: int = Field(description="Events whose particulars were erased")


class EventBatchList(BaseModel):
    """One page of the files of events."""

    batches: list[EventBatchLine]
    total: int
    limit: int
    offset: int


class EventView(BaseModel):
    """One event as it is on record."""

    id: str
    at: datetime
    kind: str
    model: str
    version: str
    actor: str
    role: str
    source: str = Field(description="Where the input came from")
    duration: int | None = Field(description="Processing time in microseconds")
    output: str
    form: str = Field(description="How the input is kept: none, commitment, masked; erased where it was taken out")
    input: str = Field(description="The commitment in hexadecimal, or the masked text")
    batch: str
    line: int = Field(description="In the file, from 0")
    entry: int
    recorded_at: datetime
    recorded_by: str
    kept_until: datetime
