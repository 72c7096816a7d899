"""One model and one of its versions, with everything that the record shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.moves import load_model
from core.inventory.rules import Duty, Stage
from core.inventory.tables import Contribution, Dataset, Model, ModelVersion, ProductionPointer

MOST_VERSIONS = 100


@dataclass(frozen=True)
class DatasetFacts:
    """A dataset as a version names it."""

    number: str
    name: str
    version: str
    source: str
    licence: str
    classification: str
    digest: str


@dataclass(frozen=True)
class VersionRow:
    """One version in a model's list, newest first."""

    version: str
    stage: Stage
    line: str
    rationale: str
    created_by: str
    created_at: datetime
    evidence_digest: str


@dataclass(frozen=True)
class ModelPage:
    """A model and one of its versions, with everything the record shows; `versions` holds the newest 100."""

    model: Model
    version: ModelVersion | None
    versions: tuple[VersionRow, ...]
    training: DatasetFacts | None
    test: DatasetFacts | None
    production: str | None
    parts: Mapping[Duty, tuple[str, ...]]


def model_page(session: Session, number: str, version: str | None = None) -> ModelPage:
    """The model with this version, or its newest one; raises `NotFound`."""
    model = load_model(session, number)
    ours = select(ModelVersion).where(ModelVersion.model_id == model.id)
    chosen = session.exec(
        ours.order_by(col(ModelVersion.id).desc()).limit(1)
        if version is None
        else ours.where(ModelVersion.version == version)
    ).first()
    if version is not None and chosen is None:
        raise NotFound(f"version of {number}", version)
    return ModelPage(
        model=model,
        version=chosen,
        versions=_versions(session, model, chosen),
        training=_dataset(session, chosen.training_dataset_id) if chosen else None,
        test=_dataset(session, chosen.test_dataset_id) if chosen else None,
        production=production_version(session, model),
        parts=_parts(session, chosen) if chosen else {},
    )


def _versions(session: Session, model: Model, chosen: ModelVersion | None) -> tuple[VersionRow, ...]:
    """The newest versions, and the chosen one where it is older."""
    ours = select(ModelVersion).where(ModelVersion.model_id == model.id).order_by(col(ModelVersion.id).desc())
    rows = [_version_row(row) for row in session.exec(ours.limit(MOST_VERSIONS))]
    if chosen is not None and all(row.version != chosen.version for row in rows):
        rows.append(_version_row(chosen))
    return tuple(rows)


def production_version(session: Session, model: Model) -> str | None:
    """Which version of the model is in production, if any."""
    return session.exec(
        select(ModelVersion.version)
        .join(ProductionPointer, col(ProductionPointer.version_id) == col(ModelVersion.id))
        .where(ProductionPointer.model_id == model.id, ProductionPointer.environment == "production")
    ).first()


def _version_row(row: ModelVersion) -> VersionRow:
    return VersionRow(
        row.version,
        row.stage,
        row.line.value,
        row.rationale,
        row.created_by,
        row.created_at,
        row.evidence_digest,
    )


def _parts(session: Session, version: ModelVersion) -> dict[Duty, tuple[str, ...]]:
    rows = session.exec(select(Contribution).where(Contribution.version_id == version.id)).all()
    return {duty: tuple(sorted(row.person for row in rows if row.duty is duty)) for duty in Duty}


def _dataset(session: Session, key: int) -> DatasetFacts | None:
    row = session.get(Dataset, key)
    return dataset_facts(row) if row else None


def dataset_facts(row: Dataset) -> DatasetFacts:
    """A dataset as versions and forms name it."""
    return DatasetFacts(row.number, row.name, row.version, row.source, row.licence, row.classification, row.digest)
