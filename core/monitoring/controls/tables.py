"""Controls of single models, what controls found, outputs that people review, and rows in quarantine."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from core.monitoring.controls.rules import HeldBecause, HeldStatus, OutputStatus, OutputVerdict
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class OwnControl(Row, table=True):
    """A control that a model declares beside those of the policy, until it is ended."""

    __tablename__ = "own_control"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    model_id: int = Field(foreign_key="model.id", index=True)
    body: str  # TOML: one [[control]], as a policy says it
    reason: str = Field(max_length=2000)
    declared_by: str = Field(max_length=16)
    declared_at: datetime = Field(sa_type=Instant)
    ended_by: str = Field(default="", max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_reason: str = Field(default="", max_length=2000)


class ControlResult(Row, table=True):
    """What one control found in one batch; the share of `found` among `rows` is what an alert asks for."""

    __tablename__ = "control_result"
    __table_args__ = (
        UniqueConstraint("batch", "clause"),
        CheckConstraint("found <= rows", name="found"),
        Index("ix_control_result_at", "model_id", "environment", "at"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    version_id: int | None = Field(default=None, foreign_key="model_version.id")
    environment: str = Field(max_length=50)
    batch: str = Field(max_length=16)  # of production data (PB0001), or in quarantine (QR0001) where it was held back
    clause: str = Field(max_length=40)  # of the policy, or the number of the model's own control
    title: str = Field(max_length=200)
    own: bool = False
    kind: str = Field(max_length=40)  # a ControlKind
    action: str = Field(max_length=40)  # a ControlAction
    rows: int
    found: int
    columns: str = ""  # JSON: how many by column
    absent: str = Field(default="", max_length=4000)  # JSON: columns that it names and that were not there
    alert_above: float | None = None
    put_up: int = 0  # outputs for people to review
    seed: str = Field(default="", max_length=64)  # from which a sample was drawn
    policy_version_id: int = Field(foreign_key="policy_version.id")
    at: datetime = Field(sa_type=Instant)


class OutputReview(Row, table=True):
    """An output that waits for a person, or was reviewed; what is kept of its row is masked."""

    __tablename__ = "output_review"
    __table_args__ = (
        UniqueConstraint("model_id", "environment", "output_id"),
        CheckConstraint("people between 1 and 2", name="people"),
        Index("ix_output_review_status", "status", "due_at", "id"),
        Index("ix_output_review_model", "model_id", "status", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    model_id: int = Field(foreign_key="model.id")
    version_id: int = Field(foreign_key="model_version.id", index=True)
    environment: str = Field(max_length=50)
    batch: str = Field(max_length=16)
    output_id: str = Field(max_length=64)
    output_at: datetime = Field(sa_type=Instant)
    output: str  # JSON: prediction and score
    inputs: str  # JSON: by column
    clauses: str = Field(max_length=1000)  # JSON
    reasons: str = Field(max_length=8000)  # JSON: one in words for each clause
    tier: int
    people: int  # who decide
    flagged_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    status: OutputStatus = Field(default=OutputStatus.WAITING, sa_type=choice(OutputStatus))
    verdict: OutputVerdict | None = Field(default=None, sa_type=choice(OutputVerdict))
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = 1


class OutputOpinion(Row, table=True):
    """What one person decided on an output."""

    __tablename__ = "output_opinion"
    __table_args__ = (UniqueConstraint("review_id", "person"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    review_id: int = Field(foreign_key="output_review.id")
    person: str = Field(max_length=16)
    verdict: OutputVerdict = Field(sa_type=choice(OutputVerdict))
    said: str = Field(max_length=4000)
    at: datetime = Field(sa_type=Instant)


class HeldRows(Row, table=True):
    """Rows in quarantine: of a model nobody registered, or refused by a control; taken over or discarded by people."""

    __tablename__ = "quarantine"
    __table_args__ = (
        Index("ix_quarantine_status", "status", "id"),
        Index("ix_quarantine_model", "model_id", "id"),
        Index(
            "uq_quarantine_held",
            "digest",
            "model",
            "version",
            "environment",
            unique=True,
            sqlite_where=text("status = 'held'"),
            postgresql_where=text("status = 'held'"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    because: HeldBecause = Field(sa_type=choice(HeldBecause))
    kind: str = Field(max_length=20)  # a BatchKind: inferences, labels or attributes
    model: str = Field(max_length=500)  # as whoever handed the rows in named it
    version: str = Field(default="", max_length=100)
    model_id: int | None = Field(default=None, foreign_key="model.id")  # where the inventory knows it
    environment: str = Field(max_length=50)
    digest: str = Field(max_length=64, index=True)
    size: int
    rows: int
    columns: str  # JSON: the names of its columns
    first_at: datetime | None = Field(default=None, sa_type=Instant)
    last_at: datetime | None = Field(default=None, sa_type=Instant)
    clauses: str = Field(default="", max_length=1000)  # JSON: that refused the rows
    reason: str = Field(max_length=4000)
    discovery: str = Field(default="", max_length=16)
    received_by: str = Field(max_length=16)
    through: str = Field(default="", max_length=16)
    received_at: datetime = Field(sa_type=Instant)
    status: HeldStatus = Field(default=HeldStatus.HELD, sa_type=choice(HeldStatus))
    decided_by: str = Field(default="", max_length=16)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decision: str = Field(default="", max_length=2000)  # in words
    taken_as: str = Field(default="", max_length=400)  # JSON: the batches of production data that it became
    removed_entry: int | None = Field(default=None, sa_type=BigInteger)  # a timer discarded it, as nobody decided
