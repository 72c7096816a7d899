"""Models, their versions and datasets, and who contributed, as rows."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from core.inventory.profile.rules import Scope
from core.inventory.rules import Duty, Exposure, Line, Purpose, Stage
from core.inventory.versions.rules import ChangeKind
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class Model(Row, table=True):
    """A model in the inventory; people are named by number."""

    __table_args__ = (CheckConstraint("tier between 1 and 4", name="tier"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    name: str = Field(unique=True, max_length=200)
    purpose: str = Field(max_length=4000)
    business_line: str = Field(max_length=200, index=True)
    users: str = Field(default="", max_length=1000)
    vendor: str = Field(default="", max_length=200)  # empty: our own
    owner: str = Field(max_length=16, index=True)
    developer: str = Field(max_length=16, index=True)
    exposure: Exposure = Field(sa_type=choice(Exposure))
    purpose_class: Purpose = Field(sa_type=choice(Purpose))
    tier: int = Field(index=True)
    packs: str = Field(default="", max_length=1000)  # regulation packs that apply, ids separated by a space
    scope: Scope = Field(default=Scope.MODEL, sa_type=choice(Scope))
    scope_reason: str = Field(default="", max_length=4000)
    next_review: datetime | None = Field(default=None, sa_type=Instant, index=True)
    registered_by: str = Field(max_length=16)
    registered_at: datetime = Field(sa_type=Instant)
    retired_by: str = Field(default="", max_length=16)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)
    retired_reason: str = Field(default="", max_length=4000)
    revision: int = 1


class Dataset(Row, table=True):
    """One version of a dataset."""

    __table_args__ = (UniqueConstraint("name", "version"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    name: str = Field(max_length=200)
    version: str = Field(max_length=50)
    source: str = Field(max_length=1000)
    licence: str = Field(default="", max_length=200)
    classification: str = Field(default="", max_length=200)
    digest: str = Field(default="", max_length=64)
    declared_schema: str = ""  # JSON: the columns that data of this version must have; empty: none is declared
    rows: int | None = None
    owner: str = Field(default="", max_length=16)  # empty: whoever registered it
    description: str = Field(default="", max_length=4000)
    retention: str = Field(default="", max_length=1000)  # until when it is kept, and why
    sanitisation: str = Field(default="", max_length=1000)  # how personal data were taken out of it
    registered_by: str = Field(max_length=16)
    registered_at: datetime = Field(sa_type=Instant)
    retired_by: str = Field(default="", max_length=16)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)
    retired_reason: str = Field(default="", max_length=4000)
    revision: int = 1


class ModelVersion(Row, table=True):
    """The reviewed snapshot of a model; `evidence_digest` stands for all evidence a decision rests on."""

    __tablename__ = "model_version"
    __table_args__ = (
        UniqueConstraint("model_id", "version"),
        Index("ix_model_version_newest", "model_id", "id", "stage"),
        Index("ix_model_version_model_stage", "model_id", "stage"),
        Index("ix_model_version_created_by", "created_by", "stage"),
    )

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    version: str = Field(max_length=32)
    major: int
    minor: int
    patch: int
    line: Line = Field(default=Line.STABLE, sa_type=choice(Line))
    stage: Stage = Field(default=Stage.DRAFT, sa_type=choice(Stage), index=True)
    intended_use: str = Field(max_length=4000)
    limitations: str = Field(max_length=4000)
    rationale: str = Field(max_length=4000)  # why this version: what changed since the last
    change_kind: ChangeKind | None = Field(
        default=None, sa_type=choice(ChangeKind)
    )  # none: registered before it was asked
    code_reference: str = Field(default="", max_length=1000)
    artefact_digest: str = Field(default="", max_length=64)
    training_dataset_id: int = Field(foreign_key="dataset.id", index=True)
    test_dataset_id: int = Field(foreign_key="dataset.id", index=True)
    evidence_digest: str = Field(max_length=64)
    evidence_parts: str = ""  # JSON: what the digest was made from beside the record; empty: not kept
    created_by: str = Field(max_length=16)
    created_at: datetime = Field(sa_type=Instant)
    revision: int = 1


class Contribution(Row, table=True):
    """A person took this part on this version; kept for segregation of duties."""

    __table_args__ = (UniqueConstraint("version_id", "person", "duty"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    version_id: int = Field(foreign_key="model_version.id", index=True)
    person: str = Field(max_length=16)
    duty: Duty = Field(sa_type=choice(Duty))
    at: datetime = Field(sa_type=Instant)


class ProductionPointer(Row, table=True):
    """Which version of a model is in production in an environment, and since when."""

    __tablename__ = "production_pointer"
    __table_args__ = (UniqueConstraint("model_id", "environment"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    model_id: int = Field(foreign_key="model.id")
    environment: str = Field(default="production", max_length=50)
    version_id: int = Field(foreign_key="model_version.id")
    since: datetime = Field(sa_type=Instant)
    moved_by: str = Field(max_length=16)
