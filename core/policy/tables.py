"""Published policies, as rows that never change."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, row_id


class PolicyVersion(Row, table=True):
    """A published policy: its text is what was judged by."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    name: str = Field(max_length=200)
    version: str = Field(max_length=32)
    body: str  # TOML
    digest: str = Field(unique=True, max_length=64)
    published_by: str = Field(max_length=16)
    published_at: datetime = Field(sa_type=Instant)
    effective_from: datetime = Field(sa_type=Instant, index=True)
