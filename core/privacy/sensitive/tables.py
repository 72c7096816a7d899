"""Readings of sensitive attributes, as rows."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field

from core.privacy.sensitive.rules import ReadIn
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class SensitiveReading(Row, table=True):
    """One reading by a person: of which record, in which columns, for what, and the ledger's entry that says so."""

    __tablename__ = "sensitive_reading"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    record: str = Field(index=True, max_length=16)  # evidence, or a batch of production data
    model: str = Field(index=True, max_length=16)
    columns: str  # JSON
    rows: int
    digest: str = Field(max_length=64)
    purpose: str = Field(max_length=2000)
    person: str = Field(max_length=16)
    way: ReadIn = Field(sa_type=choice(ReadIn))
    read_at: datetime = Field(sa_type=Instant)
    entry: int = Field(sa_column=Column(BigInteger, nullable=False))
