"""The list of models: narrowed, sorted and paged in the database, flat in the number of versions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from core.access.tables import Person
from core.inventory.deployments.queries import beside_production
from core.inventory.profile.rules import Scope
from core.inventory.queries.narrowing import InventoryFilter, conditions_of, newest_stage, numbered
from core.inventory.rules import Exposure, Purpose, Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.store.paging import Page
from core.store.words import MODEL, Depth, matching, words_in


class Sort(StrEnum):
    """What the list can be sorted by; the first is what it is sorted by unless somebody searches."""

    NEXT_REVIEW = "next review"
    MATCH = "best match"
    NUMBER = "number"
    NAME = "model"
    BUSINESS_LINE = "business line"
    OWNER = "owner"
    DEVELOPER = "developer"
    VENDOR = "vendor"
    TIER = "tier"
    STAGE = "stage"
    OPEN_FINDINGS = "open findings"
    REGISTERED = "registered"


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
    developer: str
    vendor: str
    exposure: Exposure
    purpose_class: Purpose
    packs: tuple[str, ...]
    scope: Scope
    registered_at: datetime
    retired_at: datetime | None
    revision: int
    beside: str | None = None  # what is coming into production: “canary 1.1.0 10 %”


def inventory(
    session: Session,
    narrowed: InventoryFilter,
    *,
    limit: int,
    offset: int,
    sort: Sort | None = None,
    descending: bool = False,
) -> Page[InventoryRow]:
    """Models with their newest version: best match first when a text is searched, otherwise by next review."""
    ids, total = inventory_ids(session, narrowed, limit=limit, offset=offset, sort=sort, descending=descending)
    return Page(inventory_rows(session, ids), total)


def inventory_ids(
    session: Session,
    narrowed: InventoryFilter,
    *,
    limit: int,
    offset: int,
    sort: Sort | None = None,
    descending: bool = False,
) -> tuple[Sequence[int], int]:
    """The ids of this page in order, and how many models match in all."""
    by = sort or (Sort.MATCH if narrowed.text else Sort.NEXT_REVIEW)
    conditions = list(conditions_of(session, narrowed))
    order = _order(session, narrowed, by, descending=descending)
    wanted = _joined(select(col(Model.id)), narrowed, by).where(*conditions).order_by(*order)
    if narrowed.stage or narrowed.findings is not None:  # it takes long to tell what matches: once is enough
        rows = session.execute(wanted.add_columns(func.count().over()).limit(limit).offset(offset)).all()
        if rows:
            return [key for key, _ in rows], rows[0][1]
    counting = _joined(select(func.count()).select_from(Model), narrowed, None).where(*conditions)
    total = session.execute(counting).scalar_one()
    return session.execute(wanted.limit(limit).offset(offset)).scalars().all(), total


def inventory_rows(session: Session, ids: Sequence[int]) -> tuple[InventoryRow, ...]:
    """The rows of these models, in this order."""
    in_production = (
        select(ModelVersion.version)
        .join(ProductionPointer, col(ProductionPointer.version_id) == col(ModelVersion.id))
        .where(ProductionPointer.model_id == Model.id, ProductionPointer.environment == "production")
        .correlate(Model)
        .scalar_subquery()
    )
    query = (
        select(Model, col(ModelVersion.version), col(ModelVersion.stage), in_production)
        .add_columns(beside_production())
        .outerjoin(ModelVersion, col(ModelVersion.id) == _newest())
        .where(col(Model.id).in_(ids))
    )
    found = {model.id: _row(model, *rest) for model, *rest in session.execute(query)} if ids else {}
    return tuple(found[key] for key in ids)


def _newest() -> Any:
    return select(func.max(ModelVersion.id)).where(ModelVersion.model_id == Model.id).correlate(Model).scalar_subquery()


def _joined(query: Any, narrowed: InventoryFilter, by: Sort | None) -> Any:
    """With the other tables that the filter or the order asks for, and no more."""
    if by in (Sort.OWNER, Sort.DEVELOPER):
        number = Model.owner if by is Sort.OWNER else Model.developer
        query = query.outerjoin(Person, col(Person.number) == col(number))
    if narrowed.findings is not None and (narrowed.open_findings is not None or by is Sort.OPEN_FINDINGS):
        counted = narrowed.findings.subquery("counted")
        query = query.outerjoin(counted, counted.c[0] == col(Model.id))
        query = query.add_columns() if narrowed.open_findings is None else query.where(
            counted.c[0].is_not(None) if narrowed.open_findings else counted.c[0].is_(None)
        )  # fmt: skip
        if by is Sort.OPEN_FINDINGS:
            query = query.order_by(func.coalesce(counted.c[1], 0).desc())
    return query


def _order(session: Session, narrowed: InventoryFilter, by: Sort, *, descending: bool) -> Iterator[Any]:
    key: Any = {
        Sort.NUMBER: col(Model.id),
        Sort.NAME: func.lower(col(Model.name)),
        Sort.BUSINESS_LINE: func.lower(col(Model.business_line)),
        Sort.OWNER: func.lower(col(Person.name)),
        Sort.DEVELOPER: func.lower(col(Person.name)),
        Sort.VENDOR: func.lower(col(Model.vendor)),
        Sort.TIER: col(Model.tier),
        Sort.STAGE: case({stage: place for place, stage in enumerate(Stage)}, value=newest_stage()),
        Sort.REGISTERED: col(Model.registered_at),
    }.get(by, col(Model.next_review))
    if by is Sort.MATCH:
        yield from _by_match(session, narrowed.text)
    if by is not Sort.OPEN_FINDINGS:
        yield (key.desc() if descending and by is not Sort.MATCH else key.asc()).nulls_last()
    yield col(Model.id)


def _by_match(session: Session, text: str) -> Iterator[Any]:
    """What the text names first, then what it describes."""
    words = words_in(text)
    if words:
        named, described = (matching(session, MODEL, words, depth) for depth in (Depth.TITLE, Depth.FACTS))
        yield case((numbered(text), 0), (col(Model.id).in_(named), 1), (col(Model.id).in_(described), 2), else_=3)


def _row(
    model: Model, version: str | None, stage: Stage | None, production: str | None, beside: str | None
) -> InventoryRow:
    return InventoryRow(
        number=model.number,
        name=model.name,
        business_line=model.business_line,
        owner=model.owner,
        tier=model.tier,
        version=version,
        stage=stage,
        production=production,
        next_review=model.next_review,
        developer=model.developer,
        vendor=model.vendor,
        exposure=model.exposure,
        purpose_class=model.purpose_class,
        packs=tuple(model.packs.split()),
        scope=model.scope,
        registered_at=model.registered_at,
        retired_at=model.retired_at,
        revision=model.revision,
        beside=beside,
    )
