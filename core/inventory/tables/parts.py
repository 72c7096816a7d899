"""What stands around the models: prompts, workflows, decision points and vendors, and the links between all of them."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field

from core.inventory.parts.rules import AssetKind, NodeKind, Relation
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class Asset(Row, table=True):
    """A prompt, workflow, human decision point or vendor; `details` is JSON with the fields of its kind."""

    __table_args__ = (UniqueConstraint("kind", "name"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: AssetKind = Field(sa_type=choice(AssetKind))
    name: str = Field(max_length=200)
    owner: str = Field(max_length=16)
    description: str = Field(default="", max_length=4000)
    details: str = "{}"
    registered_by: str = Field(max_length=16)
    registered_at: datetime = Field(sa_type=Instant)
    retired_by: str = Field(default="", max_length=16)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)
    retired_reason: str = Field(default="", max_length=4000)
    revision: int = 1


class AssetVersion(Row, table=True):
    """A text of a prompt or workflow as it stood, with the SHA-256 of its UTF-8 bytes; never changed."""

    __tablename__ = "asset_version"
    __table_args__ = (UniqueConstraint("asset_id", "version"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    asset_id: int = Field(foreign_key="asset.id")
    version: int  # 1, 2, 3 without gaps
    body: str
    digest: str = Field(max_length=64)
    rationale: str = Field(max_length=4000)
    created_by: str = Field(max_length=16)
    created_at: datetime = Field(sa_type=Instant)


class Link(Row, table=True):
    """One thing bears on another, named by number; a link is ended, never deleted."""

    __table_args__ = (
        Index(
            "uq_link_standing",
            "source",
            "relation",
            "target",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    source_kind: NodeKind = Field(sa_column=Column(choice(NodeKind, "sourcekind"), nullable=False))
    source: str = Field(max_length=16)
    relation: Relation = Field(sa_type=choice(Relation))
    target_kind: NodeKind = Field(sa_column=Column(choice(NodeKind, "targetkind"), nullable=False))
    target: str = Field(max_length=16, index=True)
    note: str = Field(default="", max_length=1000)
    made_by: str = Field(max_length=16)
    made_at: datetime = Field(sa_type=Instant)
    ended_by: str = Field(default="", max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_reason: str = Field(default="", max_length=1000)
