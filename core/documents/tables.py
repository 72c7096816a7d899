"""Templates, documents and their versions, as rows; versions never change."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.policy.packs.signals import DocumentKind
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class DocumentTemplate(Row, table=True):
    """A version of a template that the organisation published; the first is the one that ships and has no row."""

    __tablename__ = "document_template"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    kind: DocumentKind = Field(sa_type=choice(DocumentKind))
    version: int
    body: str  # Markdown with places
    digest: str = Field(max_length=64)
    reason: str = Field(max_length=2000)
    published_by: str = Field(max_length=16)
    published_at: datetime = Field(sa_type=Instant)


class Document(Row, table=True):
    """A document of one kind about one version of a model; `open_places` are left to fill in its newest version."""

    __table_args__ = (UniqueConstraint("version_id", "kind"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    version_id: int = Field(foreign_key="model_version.id")
    kind: DocumentKind = Field(sa_type=choice(DocumentKind))
    revision: int = 1  # of the newest version
    open_places: int = 0
    kept_by: str = Field(max_length=16)
    kept_at: datetime = Field(sa_type=Instant, index=True)


class DocumentVersion(Row, table=True):
    """One version of a document: its text, and the template that it was filled from."""

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("document_id", "revision"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    document_id: int = Field(foreign_key="document.id")
    revision: int
    body: str  # Markdown
    digest: str = Field(max_length=64)
    template_version: int
    template_digest: str = Field(max_length=64)
    open_places: int
    comment: str = Field(default="", max_length=2000)
    kept_by: str = Field(max_length=16)
    kept_at: datetime = Field(sa_type=Instant)
