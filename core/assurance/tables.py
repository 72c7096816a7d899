"""Drills of access with what differed, and what the permission monitor saw, as rows."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlmodel import Field

from core.assurance.rules import DrillSource, DrillStatus, Part, Seen
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class AccessDrill(Row, table=True):
    """One drill; its report lies among the exports under `digest`, `signature` is over its bytes."""

    __tablename__ = "access_drill"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    source: DrillSource = Field(sa_type=choice(DrillSource))
    status: DrillStatus = Field(default=DrillStatus.QUEUED, sa_type=choice(DrillStatus))
    reason: str = Field(default="", max_length=1000)
    run_by: str = Field(max_length=16)
    asked_at: datetime = Field(sa_type=Instant)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    played: int = 0  # cells so far
    cells: int = 0
    differences: int = 0
    not_reached: int = 0
    milliseconds: int = 0  # of the processor
    matrix_digest: str = Field(default="", max_length=64)  # of the written table of what is expected
    counts: str = ""  # JSON: what was seen by part, principal and act
    digest: str = Field(default="", max_length=64)
    size: int = 0
    signature: str = ""  # detached CMS in PEM
    entry: int | None = None  # in the ledger
    error: str = ""


class DrillDifference(Row, table=True):
    """A cell that was seen otherwise than the written table expects."""

    __tablename__ = "access_drill_difference"
    __table_args__ = (Index("ix_access_drill_difference_key", "key", "id"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    drill_id: int = Field(foreign_key="access_drill.id", index=True)
    key: str = Field(max_length=200)  # the cell, the same in every drill
    part: Part = Field(sa_type=choice(Part))
    principal: str = Field(max_length=60)
    act: str = Field(max_length=120)
    stage: str = Field(default="", max_length=40)
    relation: str = Field(default="", max_length=40)
    seen: Seen = Field(sa_type=choice(Seen))
    expected: str = Field(max_length=200)
    answer: str = Field(max_length=1000)  # codes of the reasons, or what came back


class PermissionDifference(Row, table=True):
    """A row that stood other than the ledger says; no two of one key stand at a time."""

    __tablename__ = "permission_difference"
    __table_args__ = (
        Index(
            "uq_permission_difference_open",
            "key",
            unique=True,
            sqlite_where=text("gone_at IS NULL"),
            postgresql_where=text("gone_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    key: str = Field(max_length=200)
    person: str = Field(max_length=16, index=True)
    said: str = Field(max_length=1000)
    opens: bool
    alert: str = Field(default="", max_length=16)
    found_at: datetime = Field(sa_type=Instant, index=True)
    gone_at: datetime | None = Field(default=None, sa_type=Instant)


class PermissionLook(Row, table=True):
    """The last look of the permission monitor that was kept: the only row."""

    __tablename__ = "permission_look"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    looked_at: datetime = Field(sa_type=Instant)
    replayed_at: datetime = Field(sa_type=Instant)  # when the ledger was last replayed from its beginning
    entries: int  # read of it by then
    people: int
    grants: int
    tokens: int
    sessions: int
    standing: int  # differences
    milliseconds: int
