"""Where checkpoints are sent, what arrived there, and which key signed from when on, as rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Index, Text, UniqueConstraint
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, choice, row_id


class Outside(StrEnum):
    """What kind of place outside holds our checkpoints."""

    FOLDER = "folder"
    MAILBOX = "mailbox"
    WITNESS = "witness"
    AUTHORITY = "time stamp authority"


class AnchorDestination(Row, table=True):
    """One place outside; `key` is a witness' verifier key or an authority's certificates, `every` is in minutes."""

    __tablename__ = "anchor_destination"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: Outside = Field(sa_type=choice(Outside))
    address: str = Field(max_length=1000)
    key: str = Field(default="", sa_column=Column(Text, nullable=False))
    every: int
    added_by: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class LogAnchor(Row, table=True):
    """A checkpoint that arrived outside; `at` is the outside's time where it states one, `line` a cosignature."""

    __tablename__ = "log_anchor"
    __table_args__ = (
        UniqueConstraint("size", "destination"),
        Index("ix_log_anchor_destination", "destination", "size"),
        Index("ix_log_anchor_kind", "kind", "size"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    destination: str = Field(max_length=16)
    kind: Outside = Field(sa_type=choice(Outside))
    at: datetime = Field(sa_type=Instant)
    line: str = Field(default="", sa_column=Column(Text, nullable=False))


class LogKey(Row, table=True):
    """The key of all checkpoints of more than `size` entries, until the next row's; the entries prove it."""

    __tablename__ = "log_key"

    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    vkey: str = Field(sa_column=Column(Text, nullable=False))
    since: datetime = Field(sa_type=Instant)
