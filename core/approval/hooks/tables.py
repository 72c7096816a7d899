"""Addresses that are told, and senders that are heard, as rows; their secrets are derived, not stored."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, choice, row_id


class Forge(StrEnum):
    """Where code is reviewed."""

    GITHUB = "github"
    GITLAB = "gitlab"


class WebhookEndpoint(Row, table=True):
    """An address that is told when production changes; `key` counts how often its secret was renewed."""

    __tablename__ = "webhook_endpoint"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    address: str = Field(max_length=1000)
    key: int = 1
    added_by: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class CodeHook(Row, table=True):
    """A sender of events about code, and the repository it may speak of; empty: any."""

    __tablename__ = "code_hook"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    forge: Forge = Field(sa_type=choice(Forge))
    repository: str = Field(max_length=300)
    key: int = 1
    added_by: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    heard_at: datetime | None = Field(default=None, sa_type=Instant)
