"""Production data as rows: what arrived, what is known of each stream and day, and the points of metric series."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field

from core.monitoring.intake.rules import BatchKind, SeriesKind
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class MonitoredModel(Row, table=True):
    """What is monitored of a model in one environment, as declared last."""

    __tablename__ = "monitored_model"
    __table_args__ = (UniqueConstraint("model_id", "environment"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    environment: str = Field(max_length=50)
    mapping: str  # MonitoredData, as JSON
    revision: int = 1
    declared_by: str = Field(max_length=16)
    declared_at: datetime = Field(sa_type=Instant)


class ProductionBatch(Row, table=True):
    """One file of production data, sorted by time and id, without the rows that were on record before.

    `first_at` and `last_at` are those of its inferences; of labels and attributes those of the inferences that they
    belong to, and empty until one is there. `waiting` counts rows whose inference has not come yet.
    """

    __tablename__ = "production_batch"
    __table_args__ = (
        Index("ix_production_batch_span", "model_id", "environment", "kind", "last_at"),
        Index("ix_production_batch_received", "model_id", "environment", "received_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: BatchKind = Field(sa_type=choice(BatchKind))
    model_id: int = Field(foreign_key="model.id")
    version_id: int | None = Field(default=None, foreign_key="model_version.id", index=True)
    environment: str = Field(max_length=50)
    digest: str = Field(default="", max_length=64, index=True)  # empty where nothing in it was new
    ids: str = Field(default="", max_length=64)  # digest of the index, which finds its rows by id
    size: int = 0
    rows: int = 0
    first_at: datetime | None = Field(default=None, sa_type=Instant)
    last_at: datetime | None = Field(default=None, sa_type=Instant)
    late_rows: int = 0
    out_of_order_rows: int = 0
    repeated_rows: int = 0
    waiting: int = 0
    filename: str = Field(default="", max_length=200)
    scan: str = ""
    key: str = Field(default="", max_length=200)
    entry: int = Field(sa_column=Column(BigInteger, nullable=False))
    through: str = Field(max_length=16)
    received_by: str = Field(max_length=16)
    received_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant, index=True)  # its file is gone, on record
    removed_reason: str = Field(default="", max_length=300)
    removed_entry: int | None = Field(default=None, sa_type=BigInteger)


class ProductionStream(Row, table=True):
    """What has arrived of a model in one environment, in all; whoever adds to it locks this row first.

    `checked_until` is the end of the newest chunk of time that was checked: what comes with an earlier time is late.
    """

    __tablename__ = "production_stream"
    __table_args__ = (UniqueConstraint("model_id", "environment"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    environment: str = Field(max_length=50)
    rows: int = 0
    labelled_rows: int = 0
    late_rows: int = 0
    out_of_order_rows: int = 0
    repeated_rows: int = 0
    first_at: datetime | None = Field(default=None, sa_type=Instant)
    last_at: datetime | None = Field(default=None, sa_type=Instant)
    received_at: datetime | None = Field(default=None, sa_type=Instant)
    checked_until: datetime | None = Field(default=None, sa_type=Instant)


class ProductionDay(Row, table=True):
    """How many inferences of a version fall on a day, and how many of them have a label."""

    __tablename__ = "production_day"
    __table_args__ = (UniqueConstraint("model_id", "environment", "day", "version_id"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    environment: str = Field(max_length=50)
    day: int  # since 1 January 1970, in UTC
    version_id: int = Field(foreign_key="model_version.id")
    rows: int = 0
    labelled_rows: int = 0


class MetricSeries(Row, table=True):
    """A metric of a model over time, under any name; `labels` are canonical JSON of the further labels."""

    __tablename__ = "metric_series"
    __table_args__ = (UniqueConstraint("model_id", "environment", "name", "version_key", "labels"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    version_id: int | None = Field(default=None, foreign_key="model_version.id")
    version_key: int = 0  # the version, or 0 for none, since a database takes two empty ones for different
    environment: str = Field(max_length=50)
    name: str = Field(max_length=200)
    unit: str = Field(default="", max_length=50)
    labels: str = Field(default="{}", max_length=2000)
    kind: SeriesKind = Field(default=SeriesKind.GAUGE, sa_type=choice(SeriesKind))


class MetricPoint(Row, table=True):
    """The value of a series at a moment."""

    __tablename__ = "metric_point"

    series_id: int = Field(sa_column=Column(BigInteger, ForeignKey("metric_series.id"), primary_key=True))
    at: datetime = Field(sa_type=Instant, primary_key=True)
    value: float
    received_at: datetime = Field(sa_type=Instant)
