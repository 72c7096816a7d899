"""What the API answers about the records around models."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from core.inventory.parts.rules import NodeKind, Relation


class RecordedPart(Recorded):
    """What was recorded, by number; `version` counts from 1 where there is a text."""

    number: str = Field(examples=["PR0001"])
    version: int | None = None


class Edited(Recorded):
    """What changed, by field."""

    number: str
    fields: list[str]
    revision: int


class PartLine(BaseModel):
    """One part in a list."""

    number: str
    kind: NodeKind
    name: str
    version: str
    owner: str
    registered_at: datetime
    retired: bool


class PartList(BaseModel):
    """One page of a kind."""

    parts: list[PartLine]
    total: int
    limit: int
    offset: int


class TextView(BaseModel):
    """One version of a text."""

    version: int
    text: str
    digest: str = Field(description="SHA-256 of the text's UTF-8 bytes")
    rationale: str
    created_by: str
    created_at: datetime


class LinkView(BaseModel):
    """A link that stands; one that a version's record says has no number."""

    number: str | None
    source: str
    relation: Relation
    target: str


class PartView(BaseModel):
    """A part with its fields, texts and links."""

    number: str
    kind: NodeKind
    name: str
    version: str
    owner: str
    fields: dict[str, str]
    revision: int
    schema_fingerprint: str = Field(description="SHA-256 of a dataset's declared schema; empty: none is declared")
    retired_at: datetime | None
    texts: list[TextView]
    links: list[LinkView]


class Dependent(BaseModel):
    """A record that would break, and how it is reached."""

    number: str
    kind: NodeKind
    name: str
    owner: str
    distance: int = Field(description="In how many steps")
    through: LinkView


class Dependents(BaseModel):
    """What breaks if a record is withdrawn, nearest first."""

    about: str
    dependents: list[Dependent]


class FieldChangeView(BaseModel):
    """One change of one field."""

    field: str
    old: str
    new: str
    reason: str
    revision: int
    changed_by: str
    changed_at: datetime


class FieldHistoryView(BaseModel):
    """Changes of a record's fields, newest first."""

    changes: list[FieldChangeView]
    total: int
    limit: int
    offset: int
