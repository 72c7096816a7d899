"""What the list of models is narrowed to, as conditions of the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, literal, or_
from sqlmodel import Session, col, select

from core.inventory.groups.tables import ModelGroup, ModelGroupMember
from core.inventory.profile.rules import Scope
from core.inventory.queries.called import people_called
from core.inventory.rules import Exposure, Purpose, Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.store.words import MODEL, Depth, matching, words_in

Condition = ColumnElement[bool]


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
    group: str | None = None  # the number of a group of models
    numbers: tuple[str, ...] = ()  # only these models


def conditions_of(session: Session, narrowed: InventoryFilter) -> Iterator[Condition]:
    """Everything that a model has to be like."""
    equal = (
        (Model.business_line, narrowed.business_line),
        (Model.tier, narrowed.tier),
        (Model.owner, narrowed.owner),
        (Model.developer, narrowed.developer),
        (Model.vendor, narrowed.vendor),
        (Model.exposure, narrowed.exposure),
        (Model.purpose_class, narrowed.purpose),
        (Model.scope, narrowed.scope),
    )
    yield from (col(column) == value for column, value in equal if value is not None)
    if narrowed.stage:
        yield newest_stage() == narrowed.stage
    if narrowed.text:
        yield text_condition(session, narrowed.text)
    if narrowed.group:
        yield _in_group(narrowed.group)
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


def _in_group(number: str) -> Condition:
    inside = (
        select(ModelGroupMember.model_id)
        .join(ModelGroup, col(ModelGroup.id) == col(ModelGroupMember.group_id))
        .where(ModelGroup.number == number)
    )
    return col(Model.id).in_(inside)


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
        return or_(numbered(text), col(Model.id).in_(matching(session, MODEL, words, Depth.PROSE)))
    found: Condition = numbered(text)
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


def numbered(text: str) -> Condition:
    """“217” and “m217” mean M0217."""
    digits = text.strip().removeprefix("M").removeprefix("m")
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 9:
        return false()
    return col(Model.number) == f"M{int(digits):04d}"


def newest_stage() -> Any:
    """The stage of the newest version, from the index that finds the version."""
    newest = select(ModelVersion.stage).where(ModelVersion.model_id == Model.id).order_by(col(ModelVersion.id).desc())
    return newest.limit(1).correlate(Model).scalar_subquery()
