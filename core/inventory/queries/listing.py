"""The list of models: narrowed, sorted and paged in the database, flat in the number of versions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, false, func, literal, or_
from sqlmodel import Session, col, select

from core.access.tables import Person
from core.inventory.deployments.queries import beside_production
from core.inventory.profile.rules import Scope
from core.inventory.queries.called import people_called
from core.inventory.rules import Exposure, Purpose, Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.store.paging import Page
from core.store.words import MODEL, Depth, matching, words_in

Condition = ColumnElement[bool]


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
class InventoryFilter:
    """What the list is narrowed to; None and empty mean everything.

    `text` is looked for by the beginnings of its words in all that describes a model, and in the names of its owner
    and developer. `findings` gives the ids of models with the number of their open findings.
    """

    text: str = ""
    business_line: str | None = None
    tier: int | None = None
    stage: Stage | None = None
    overdue_at: datetime | None = None  # only models whose review was due before this moment
    due_from: datetime | None = None  # only models whose review is due at this moment or later
    unscheduled: bool = False  # only models without a next review
    owner: str | None = None
    developer: str | None = None
    vendor: str | None = None  # empty: our own
    pack: str | None = None
    exposure: Exposure | None = None
    purpose: Purpose | None = None
    scope: Scope | None = None
    in_production: bool | None = None
    retired: bool | None = None
    open_findings: bool | None = None
    findings: Select[int, int] | None = None
    numbers: tuple[str, ...] = ()  # only these models


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
    conditions = list(_conditions(session, narrowed))
    counting = _joined(select(func.count()).select_from(Model), narrowed, None).where(*conditions)
    total = session.execute(counting).scalar_one()
    wanted = _joined(select(col(Model.id)), narrowed, by).where(*conditions)
    order = _order(session, narrowed, by, descending=descending)
    return session.execute(wanted.order_by(*order).limit(limit).offset(offset)).scalars().all(), total


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
    if narrowed.stage or by is Sort.STAGE:
        query = query.outerjoin(ModelVersion, col(ModelVersion.id) == _newest())
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
        Sort.STAGE: case({stage: place for place, stage in enumerate(Stage)}, value=col(ModelVersion.stage)),
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
        yield case((_numbered(text), 0), (col(Model.id).in_(named), 1), (col(Model.id).in_(described), 2), else_=3)


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


def _conditions(session: Session, narrowed: InventoryFilter) -> Iterator[Condition]:
    equal = (
        (Model.business_line, narrowed.business_line),
        (Model.tier, narrowed.tier),
        (ModelVersion.stage, narrowed.stage),
        (Model.owner, narrowed.owner),
        (Model.developer, narrowed.developer),
        (Model.vendor, narrowed.vendor),
        (Model.exposure, narrowed.exposure),
        (Model.purpose_class, narrowed.purpose),
        (Model.scope, narrowed.scope),
    )
    yield from (col(column) == value for column, value in equal if value is not None)
    if narrowed.text:
        yield text_condition(session, narrowed.text)
    if narrowed.numbers:
        yield col(Model.number).in_(narrowed.numbers)
    yield from _conditions_of_dates(narrowed)
    if narrowed.pack:
        packs = literal(" ").concat(col(Model.packs)).concat(" ")
        yield packs.contains(f" {narrowed.pack} ", autoescape=True)
    if narrowed.in_production is not None:
        running = exists().where(
            col(ProductionPointer.model_id) == col(Model.id), col(ProductionPointer.environment) == "production"
        )
        yield running if narrowed.in_production else ~running


def _conditions_of_dates(narrowed: InventoryFilter) -> Iterator[Condition]:
    if narrowed.overdue_at:
        yield col(Model.next_review) < narrowed.overdue_at
    if narrowed.due_from:
        yield col(Model.next_review) >= narrowed.due_from
    if narrowed.unscheduled:
        yield col(Model.next_review).is_(None)
    if narrowed.retired is not None:
        yield col(Model.retired_at).is_not(None) if narrowed.retired else col(Model.retired_at).is_(None)


def text_condition(session: Session, text: str) -> Condition:
    """Models in which every word of the text is found, in the record or in the name of the owner or developer."""
    words = words_in(text)
    if not words:
        return false()
    called = {word: people_called(session, word) for word in words}
    if not any(called.values()):
        return or_(_numbered(text), col(Model.id).in_(matching(session, MODEL, words, Depth.PROSE)))
    found: Condition = _numbered(text)
    every = [
        or_(
            col(Model.id).in_(matching(session, MODEL, [word], Depth.PROSE)),
            col(Model.owner).in_(people),
            col(Model.developer).in_(people),
        )
        for word, people in called.items()
    ]
    for one in every[1:]:
        every[0] = every[0] & one
    return or_(found, every[0])


def _numbered(text: str) -> Condition:
    """“217” and “m217” mean M0217."""
    digits = text.strip().removeprefix("M").removeprefix("m")
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 9:
        return false()
    return col(Model.number) == f"M{int(digits):04d}"
