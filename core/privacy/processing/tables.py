"""Records of processing and impact assessments, as rows."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.privacy.processing.rules import PaperKind
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
