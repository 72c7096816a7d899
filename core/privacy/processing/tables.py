"""Records of processing, impact assessments and purposes of bias-test data, as rows."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.privacy.processing.rules import Basis, PaperKind
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class ProcessingPaper(Row, table=True):
    """One version of a record of processing, or of an impact assessment, of a model; versions never change."""

    __tablename__ = "processing_paper"
    __table_args__ = (UniqueConstraint("model_id", "kind", "revision"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    kind: PaperKind = Field(sa_type=choice(PaperKind))
    revision: int
    body: str  # Markdown
    answers: str  # JSON, what a person said
    needed: bool = False  # of an impact assessment: whether the screening asks for one
    gaps: int = 0
    digest: str = Field(max_length=64)
    kept_by: str = Field(max_length=16)
    kept_at: datetime = Field(sa_type=Instant)


class BiasPurpose(Row, table=True):
    """Why special categories of personal data in a dataset are processed to find bias, until when, and who may read."""

    __tablename__ = "bias_purpose"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    dataset_id: int = Field(foreign_key="dataset.id", index=True)
    columns: str = Field(max_length=2000)  # separated by a comma
    purpose: str = Field(max_length=4000)
    necessity: str = Field(max_length=4000)  # why other data, also synthetic or anonymised, would not do
    basis: Basis = Field(sa_type=choice(Basis))
    basis_detail: str = Field(max_length=2000)
    safeguards: str = Field(max_length=4000)
    readers: str = Field(max_length=1000)
    delete_by: datetime = Field(sa_type=Instant, index=True)
    declared_by: str = Field(max_length=16)
    declared_at: datetime = Field(sa_type=Instant)
    ended_by: str | None = Field(default=None, max_length=16)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_how: str = Field(default="", max_length=1000)  # deleted how, or why the purpose ended
