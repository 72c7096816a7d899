"""What was found at entrances and in tables, what waits for a person, and what people decided, as rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index
from sqlmodel import Field

from core.access.personal_data.entrances import Entrance, Handling
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class TextVerdict(StrEnum):
    """What becomes of a text that was held back."""

    RELEASE = "release"
    MASK = "keep it masked"
    WITHHOLD = "withhold"


class TextStatus(StrEnum):
    """How far a held text is."""

    WAITING = "waiting"
    SECOND = "second opinion"
    DECIDED = "decided"


class ColumnVerdict(StrEnum):
    """What a person says of a column in which something was found."""

    ALLOWED = "allowed here"
    FALSE_ALARM = "not personal data"
    KEPT_OUT = "stays out"


class PlaceSeen(Row, table=True):
    """Personal data that was met at an entrance, by kind and place, never by value."""

    __tablename__ = "personal_data_seen"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    at: datetime = Field(sa_type=Instant, index=True)
    entrance: Entrance = Field(sa_type=choice(Entrance))
    handling: Handling = Field(sa_type=choice(Handling))
    place: str = Field(max_length=200)  # in words
    kinds: str = Field(max_length=400)
    places: int
    entity_kind: str = Field(max_length=40)
    entity_id: str = Field(max_length=200)


class HeldText(Row, table=True):
    """A text that stands masked on its record, while its original lies sealed until a person has decided."""

    __tablename__ = "held_text"
    __table_args__ = (Index("ix_held_text_status", "status", "held_at"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    in_table: str = Field(max_length=80)
    in_column: str = Field(max_length=80)
    in_row: int
    entity_kind: str = Field(max_length=40)
    entity_id: str = Field(max_length=200)
    place: str = Field(max_length=200)
    masked: str
    sealed: bytes  # empty once decided
    kinds: str = Field(max_length=400)
    author: str = Field(max_length=16)
    held_at: datetime = Field(sa_type=Instant)
    status: TextStatus = Field(default=TextStatus.WAITING, sa_type=choice(TextStatus))
    verdict: TextVerdict | None = Field(default=None, sa_type=choice(TextVerdict))
    decided_at: datetime | None = Field(default=None, sa_type=Instant)


class HeldOpinion(Row, table=True):
    """What one person decided on a held text."""

    __tablename__ = "held_text_opinion"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    held_id: int = Field(sa_column=Column(row_id(), ForeignKey("held_text.id"), index=True, nullable=False))
    person: str = Field(max_length=16)
    verdict: TextVerdict = Field(sa_type=choice(TextVerdict, "opinion"))
    reason: str = Field(max_length=2000)
    at: datetime = Field(sa_type=Instant)


class ColumnFound(Row, table=True):
    """A column that stopped an upload or a stream: once for each scope, column and kinds while nobody has decided."""

    __tablename__ = "personal_data_finding"
    __table_args__ = (Index("ix_personal_data_finding_scope", "scope", "column_name"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    scope: str = Field(max_length=16)  # a model or a dataset, by number
    where_met: str = Field(max_length=200)
    column_name: str = Field(max_length=200)
    kinds: str = Field(max_length=400)  # comma-separated, in order
    said: str = Field(max_length=400)
    shape: str = Field(max_length=80)
    share: float
    first_line: int | None = None
    handed_in_by: str = Field(max_length=16)
    found_at: datetime = Field(sa_type=Instant)
    last_at: datetime = Field(sa_type=Instant)
    times: int = 1
    decision: str = Field(default="", max_length=16)


class ColumnDecision(Row, table=True):
    """What a person decided of a column; it counts until its date, or until it is withdrawn."""

    __tablename__ = "personal_data_decision"
    __table_args__ = (Index("ix_personal_data_decision_scope", "scope", "column_name"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    finding: str = Field(max_length=16)
    scope: str = Field(max_length=16)
    column_name: str = Field(max_length=200)
    kinds: str = Field(max_length=400)
    verdict: ColumnVerdict = Field(sa_type=choice(ColumnVerdict))
    reason: str = Field(max_length=2000)
    until: datetime = Field(sa_type=Instant)
    decided_by: str = Field(max_length=16)
    decided_at: datetime = Field(sa_type=Instant)
    withdrawn_by: str = Field(default="", max_length=16)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_reason: str = Field(default="", max_length=2000)
