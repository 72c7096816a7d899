"""Purposes of bias-test data, as rows."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from core.inventory.bias_data.rules import Basis
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class BiasPurpose(Row, table=True):
    """Why special categories of personal data in a dataset are processed to find bias, until when, and who may read."""

    __tablename__ = "bias_purpose"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    dataset_id: int = Field(foreign_key="dataset.id", index=True)
    columns: str = Field(max_length=2000)  # separated by a comma
    purpose: str = Field(max_length=4000)
    necessity: str = Field(max_length=4000)  # why other data, also synthetic or anonymised, would not do
    basis: Basis = Field(sa_type=choice(Basis))
    basis_detail: str = Field(max_length=2000)
    safeguards: str = Field(max_length=4000)
    readers: str = Field(max_length=1000)
    delete_by: datetime = Field(sa_type=Instant, index=True)
    declared_by: str = Field(max_length=16)
    declared_at: datetime = Field(sa_type=Instant)
    ended_by: str | None = Field(default=None, max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_how: str = Field(default="", max_length=1000)  # deleted how, or why the purpose ended
