"""Reads of the inventory for pages: the list, one model with its versions, and what can be chosen in forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from core.access.tables import Person
from core.errors import NotFound
from core.inventory.moves import load_model
from core.inventory.rules import Duty, Stage
from core.inventory.tables import Contribution, Dataset, Model, ModelVersion, ProductionPointer
from core.store.paging import Page


@dataclass(frozen=True)
class InventoryFilter:
    """What the list is narrowed to; None and empty mean everything."""

    text: str = ""
    business_line: str | None = None
    tier: int | None = None
    stage: Stage | None = None
    overdue_at: datetime | None = None  # only models whose review was due before this moment


@dataclass(frozen=True)
class InventoryRow:
    """One model in the list; `version` and `stage` are its newest version's."""

    number: str
    name: str
    business_line: str
    owner: str
    tier: int
    version: str | None
    stage: Stage | None
    production: str | None
    next_review: datetime | None


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
    """A model and one of its versions, with everything the record shows."""

    model: Model
    version: ModelVersion | None
    versions: tuple[VersionRow, ...]
    training: DatasetFacts | None
    test: DatasetFacts | None
    production: str | None
    parts: Mapping[Duty, tuple[str, ...]]


def inventory(session: Session, narrowed: InventoryFilter, *, limit: int, offset: int) -> Page[InventoryRow]:
    """Models by next review, overdue first, with their newest version."""
    newest = (
        select(func.max(ModelVersion.id)).where(ModelVersion.model_id == Model.id).correlate(Model).scalar_subquery()
    )
    in_production = (
        select(ModelVersion.version)
        .join(ProductionPointer, col(ProductionPointer.version_id) == col(ModelVersion.id))
        .where(ProductionPointer.model_id == Model.id, ProductionPointer.environment == "production")
        .correlate(Model)
        .scalar_subquery()
    )
    query = (
        select(Model, col(ModelVersion.version), col(ModelVersion.stage), in_production)
        .outerjoin(ModelVersion, col(ModelVersion.id) == newest)
        .where(*_conditions(narrowed))
    )
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    found = session.execute(
        query.order_by(col(Model.next_review).asc().nulls_last(), col(Model.id)).limit(limit).offset(offset)
    ).all()
    return Page(tuple(_row(*row) for row in found), total)


def _row(model: Model, version: str | None, stage: Stage | None, production: str | None) -> InventoryRow:
    return InventoryRow(
        model.number,
        model.name,
        model.business_line,
        model.owner,
        model.tier,
        version,
        stage,
        production,
        model.next_review,
    )


def _conditions(narrowed: InventoryFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowed.text:
        owners = select(Person.number).where(col(Person.name).icontains(narrowed.text, autoescape=True))
        conditions.append(
            or_(
                col(Model.name).icontains(narrowed.text, autoescape=True),
                col(Model.number).icontains(narrowed.text, autoescape=True),
                col(Model.owner).in_(owners),
            )
        )
    if narrowed.business_line:
        conditions.append(col(Model.business_line) == narrowed.business_line)
    if narrowed.tier:
        conditions.append(col(Model.tier) == narrowed.tier)
    if narrowed.stage:
        conditions.append(col(ModelVersion.stage) == narrowed.stage)
    if narrowed.overdue_at:
        conditions.append(col(Model.next_review) < narrowed.overdue_at)
    return conditions


def model_count(session: Session) -> int:
    """How many models the inventory holds."""
    return session.exec(select(func.count()).select_from(Model)).one()


def business_lines(session: Session) -> tuple[str, ...]:
    """Every business line in use, in order."""
    return tuple(session.exec(select(Model.business_line).distinct().order_by(col(Model.business_line))).all())


def datasets(session: Session) -> tuple[DatasetFacts, ...]:
    """Every dataset, newest first, for forms."""
    return tuple(_facts(row) for row in session.exec(select(Dataset).order_by(col(Dataset.id).desc())).all())


def model_page(session: Session, number: str, version: str | None = None) -> ModelPage:
    """The model with this version, or its newest one; raises `NotFound`."""
    model = load_model(session, number)
    rows = session.exec(
        select(ModelVersion).where(ModelVersion.model_id == model.id).order_by(col(ModelVersion.id).desc())
    ).all()
    chosen = next((row for row in rows if version is None or row.version == version), None)
    if version is not None and chosen is None:
        raise NotFound(f"version of {number}", version)
    return ModelPage(
        model=model,
        version=chosen,
        versions=tuple(_version_row(row) for row in rows),
        training=_dataset(session, chosen.training_dataset_id) if chosen else None,
        test=_dataset(session, chosen.test_dataset_id) if chosen else None,
        production=production_version(session, model),
        parts=_parts(session, chosen) if chosen else {},
    )


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
    return _facts(row) if row else None


def _facts(row: Dataset) -> DatasetFacts:
    return DatasetFacts(row.number, row.name, row.version, row.source, row.licence, row.classification, row.digest)
