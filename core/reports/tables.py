"""Exports that were made, and who took them away, as rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, choice, row_id


class ExportKind(StrEnum):
    """The form of an export."""

    PDF = "pdf"
    BUNDLE = "bundle"


class ExportStatus(StrEnum):
    """How far an export is."""

    QUEUED = "queued"
    READY = "ready"
    FAILED = "failed"


class Export(Row, table=True):
    """One dossier, built once and kept until it expires."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    version_id: int = Field(foreign_key="model_version.id", index=True)
    kind: ExportKind = Field(sa_type=choice(ExportKind))
    status: ExportStatus = Field(default=ExportStatus.QUEUED, sa_type=choice(ExportStatus))
    filename: str = Field(max_length=300)
    digest: str = Field(default="", max_length=64)
    size: int = 0
    error: str = ""
    requested_by: str = Field(max_length=16, index=True)
    requested_at: datetime = Field(sa_type=Instant)
    ready_at: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)


class ExportDownload(Row, table=True):
    """Somebody took an export away."""

    __tablename__ = "export_download"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    export_id: int = Field(foreign_key="export.id", index=True)
    person: str = Field(max_length=16)
    at: datetime = Field(sa_type=Instant)
