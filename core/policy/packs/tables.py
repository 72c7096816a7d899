"""Packs that the organisation published, as rows that never change."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, row_id


class RegulationPack(Row, table=True):
    """One version of a pack of the organisation; the next version supersedes it and both stay."""

    __tablename__ = "regulation_pack"
    __table_args__ = (UniqueConstraint("pack", "version"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    pack: str = Field(max_length=60)
    version: str = Field(max_length=60)
    extends: str = Field(default="", max_length=60)  # the shipped pack its items are added to, empty for none
    form: str = Field(max_length=8)  # toml or json
    body: str
    digest: str = Field(max_length=64)
    reason: str = Field(max_length=2000)
    published_by: str = Field(max_length=16)
    published_at: datetime = Field(sa_type=Instant)
