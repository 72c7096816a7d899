"""Files from which people were erased, as rows."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, row_id


class FileRedaction(Row, table=True):
    """One file from which a person's rows were erased, or that was destroyed whole; its note lies beside its place."""

    __tablename__ = "file_redaction"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    former: str = Field(max_length=64, index=True)  # SHA-256 of the file as it was
    replacement: str = Field(default="", max_length=64)  # of the file without those rows; empty where there is none
    folder: str = Field(max_length=20)  # evidence, exports, imports
    request: str = Field(max_length=16, index=True)
    entry: int = Field(sa_column=Column(BigInteger, nullable=False))
    rows: int = 0
    redacted_at: datetime = Field(sa_type=Instant)
