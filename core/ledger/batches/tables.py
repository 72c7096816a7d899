"""The files of events, as rows."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, row_id


class EventBatch(Row, table=True):
    """One file of events; what the ledger says of it counts, this row only finds it.

    `root` is that of the tree over its rows, `removed_at` the moment at which retention removed the file.
    """

    __tablename__ = "event_batch"
    __table_args__ = (Index("ix_event_batch_span", "last_at", "first_at"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    entry: int = Field(sa_column=Column(BigInteger, unique=True, nullable=False))
    digest: str = Field(max_length=64, index=True)
    root: str = Field(max_length=64)
    rows: int
    size: int
    ids: str = Field(max_length=64)  # digest of the index, which finds its events by id
    first_at: datetime = Field(sa_type=Instant)
    last_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(max_length=16)
    recorded_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)


class EventCount(Row, table=True):
    """How many events of a day, kind, model, version and role a file holds; it stays when the file is removed."""

    __tablename__ = "event_count"
    __table_args__ = (
        Index("ix_event_count_batch", "batch_id"),
        Index("ix_event_count_model", "model", "day"),
        Index("ix_event_count_day", "day"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    batch_id: int = Field(foreign_key="event_batch.id")
    day: int  # since 1 January 1970, in UTC
    kind: str = Field(max_length=16)
    model: str = Field(max_length=200)
    version: str = Field(max_length=64)
    role: str = Field(max_length=200)
    rows: int


class EventInputKey(Row, table=True):
    """The key of the input commitments of one day's events; emptied, none of them can be tied to an input any more.

    A day and not a file has it, so that an event that is sent again commits to its input in the same words.
    """

    __tablename__ = "event_input_key"

    day: str = Field(primary_key=True, max_length=10)  # 2026-11-20, of the event's own time in UTC
    key: bytes | None = None


class EventErasure(Row, table=True):
    """One event whose particulars were taken out of its file: its line, and the leaf hash that stands for its row."""

    __tablename__ = "event_erasure"
    __table_args__ = (UniqueConstraint("batch_id", "line"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    batch_id: int = Field(foreign_key="event_batch.id")
    line: int
    leaf: bytes
    entry: int = Field(sa_column=Column(BigInteger, nullable=False))
    former: str = Field(max_length=64)  # digest of the file that still held it, until it is swept
    erased_at: datetime = Field(sa_type=Instant)
