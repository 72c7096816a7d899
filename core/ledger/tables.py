"""The ledger as rows: entries, tree, checkpoints, and the payloads that entries commit to."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, String, Table, Text
from sqlmodel import Field

from core.ledger.columns import FromBody
from core.store.base import Row
from core.store.types import Instant


class LogEntry(Row, table=True):
    """One entry: `body` is its exact canonical JSON, `leaf` its hash; all other columns follow from `body`.

    `subject` is what the entity is a part of: the model of a version, otherwise the entity itself. Each index ends in
    the entry's number, so that the newest entries of any filter are read from its end, however many there are.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        Index("ix_log_entry_at", "at", "idx"),
        Index("ix_log_entry_actor", "actor", "idx"),
        Index("ix_log_entry_action", "action", "idx"),
        Index("ix_log_entry_actor_action", "actor", "action", "idx"),
        Index("ix_log_entry_entity_kind", "entity_kind", "idx"),
        Index("ix_log_entry_entity_id", "entity_id", "idx"),
        Index("ix_log_entry_subject", "subject", "idx"),
    )

    idx: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    leaf: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    event_id: str = Field(default=None, sa_column=Column(Text, FromBody("id"), unique=True))
    at: datetime = Field(default=None, sa_column=Column(Instant, FromBody("at", number=True)))
    actor: str = Field(default=None, sa_column=Column(Text, FromBody("actor")))
    role: str = Field(default=None, sa_column=Column(Text, FromBody("role")))
    action: str = Field(default=None, sa_column=Column(Text, FromBody("action")))
    entity_kind: str = Field(default=None, sa_column=Column(Text, FromBody("entity", "kind")))
    entity_id: str = Field(default=None, sa_column=Column(Text, FromBody("entity", "id")))
    subject: str = Field(default=None, sa_column=Column(Text, FromBody("entity", "id", first_word=True)))


class LogTile(Row, table=True):
    """Sixteen neighbouring hashes of the tree, written once when complete; level 0 holds leaves, each next 4 higher."""

    __tablename__ = "log_tile"

    level: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    idx: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hashes: bytes = Field(sa_column=Column(LargeBinary(512), nullable=False))


class LogHead(Row, table=True):
    """The single row that writers queue for: the tree's size, and its hashes that fill no tile yet."""

    __tablename__ = "log_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    frontier: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    last_at: datetime = Field(sa_type=Instant)
    checkpoint_digest: str = Field(sa_column=Column(String(64), nullable=False))


class LogCheckpoint(Row, table=True):
    """The signed note of one commit; the token is a time stamp given by an outside authority."""

    __tablename__ = "log_checkpoint"

    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    note: str = Field(sa_column=Column(Text, nullable=False))
    timestamp_token: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class LogPayload(Row, table=True):
    """What an entry commits to; erasure empties `salt` and `body` and nothing else can change."""

    __tablename__ = "log_payload"

    entry_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    salt: bytes | None = Field(sa_column=Column(LargeBinary(32), nullable=True))
    body: str | None = Field(sa_column=Column(Text, nullable=True))
    key_id: str = Field(default="", sa_column=Column(String(64), nullable=False))


def table_of(row: type[Row]) -> Table:
    """The plain table behind a row, for statements that the object mapper need not see."""
    return Row.metadata.tables[str(row.__tablename__)]
