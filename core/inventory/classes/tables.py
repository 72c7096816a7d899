"""Columns of data with their classes, and the records that hold them with their retention, as rows."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, UniqueConstraint
from sqlmodel import Field

from core.inventory.classes.rules import Condition, LegalBasis
from core.policy.keeping.rules import DataClass
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class DataHolder(Row, table=True):
    """A dataset, or a model with its production data: up to where its columns were looked at, and how long it is kept.

    `holder` is the number of the dataset or model. Without `days` of its own the policy's hold.
    """

    __tablename__ = "data_holder"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    holder: str = Field(unique=True, max_length=16)
    seen_evidence: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    seen_batch: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    seen_revision: int = 0  # of what is declared: the schema of a dataset, what is monitored of a model
    noted_at: datetime = Field(sa_type=Instant)
    days: int | None = None
    days_reason: str = Field(default="", max_length=1000)
    days_by: str = Field(default="", max_length=16)
    days_at: datetime | None = Field(default=None, sa_type=Instant)
    hold_reason: str = Field(default="", max_length=1000)  # why nothing of it is removed for now; empty: no hold
    hold_by: str = Field(default="", max_length=16)
    hold_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = 1


class DataColumn(Row, table=True):
    """One column of a holder: what it seems to be, and what a person made of it."""

    __tablename__ = "data_column"
    __table_args__ = (UniqueConstraint("holder", "name"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    holder: str = Field(max_length=16)
    name: str = Field(max_length=300)
    met: str = Field(max_length=200)  # where: words of Where, separated by a comma
    proposed: DataClass = Field(sa_type=choice(DataClass, "proposed"))
    proposed_because: str = Field(max_length=500)
    noted_at: datetime = Field(sa_type=Instant)
    data_class: DataClass | None = Field(
        default=None, sa_column=Column(choice(DataClass, "dataclass"), nullable=True, index=True)
    )
    purpose: str = Field(default="", max_length=2000)
    basis: LegalBasis | None = Field(default=None, sa_column=Column(choice(LegalBasis), nullable=True))
    condition: Condition | None = Field(
        default=None, sa_column=Column(choice(Condition, "ninecondition"), nullable=True)
    )
    because: str = Field(default="", max_length=2000)  # why it is not what was proposed
    decided_by: str = Field(default="", max_length=16)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
