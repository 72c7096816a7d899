"""Columns with their classes, by holder: a page of them, their counts, and what follows from them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.classes.rules import Condition, Gap, LegalBasis, Where, gaps_of
from core.inventory.classes.tables import DataColumn, DataHolder
from core.inventory.tables import Dataset, Model
from core.ledger.service import Entity
from core.policy.keeping.rules import DataClass
from core.store.paging import Page

OF_PEOPLE = tuple(one for one in DataClass if one.of_people)


@dataclass(frozen=True)
class ColumnLine:
    """A column with its class, or with what it seems to be as long as nobody decided."""

    name: str
    met: tuple[Where, ...]
    proposed: DataClass
    proposed_because: str
    data_class: DataClass | None
    purpose: str
    basis: LegalBasis | None
    condition: Condition | None
    because: str
    decided_by: str
    decided_at: datetime | None

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is missing for it."""
        return gaps_of(self.data_class, self.purpose, self.basis, self.condition)


@dataclass(frozen=True)
class HolderTerms:
    """How long data are kept by a decision of their own, and whether a hold stands; nothing decided: revision 0."""

    days: int | None
    days_reason: str
    days_by: str
    days_at: datetime | None
    hold_reason: str
    hold_by: str
    hold_at: datetime | None
    revision: int
    noted_at: datetime | None


@dataclass(frozen=True)
class HolderLine:
    """A dataset or model in a list: how many columns it has, of people, and with something missing."""

    holder: str
    name: str
    columns: int
    of_people: int
    unclassed: int
    incomplete: int
    days: int | None


NO_TERMS = HolderTerms(None, "", "", None, "", "", None, 0, None)


def holder_entity(session: Session, holder: str) -> tuple[Entity, str, str]:
    """The record of a holder, its name and its owner; raises `NotFound`."""
    dataset = session.exec(select(Dataset).where(Dataset.number == holder)).first()
    if dataset is not None:
        return Entity("dataset", holder), f"{dataset.name} {dataset.version}", dataset.owner or dataset.registered_by
    model = session.exec(select(Model).where(Model.number == holder)).first()
    if model is None:
        raise NotFound("dataset or model", holder)
    return Entity("model", holder), model.name, model.owner


def columns_of(
    session: Session,
    holder: str,
    *,
    text: str = "",
    classes: Collection[DataClass] = (),
    missing: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> Page[ColumnLine]:
    """Columns by name: with this text in it, of these classes (proposed where none is decided), with a gap."""
    wanted: list[ColumnElement[bool]] = [col(DataColumn.holder) == holder]
    if text:
        wanted.append(col(DataColumn.name).icontains(text, autoescape=True))
    if classes:
        wanted.append(func.coalesce(col(DataColumn.data_class), col(DataColumn.proposed)).in_(list(classes)))
    if missing:
        wanted.append(_open())
    total = session.exec(select(func.count()).select_from(DataColumn).where(*wanted)).one()
    ordered = select(DataColumn).where(*wanted).order_by(col(DataColumn.name), col(DataColumn.id))
    return Page(tuple(line(row) for row in session.exec(ordered.limit(limit).offset(offset))), total)


def counts_of(session: Session, holder: str) -> Mapping[DataClass | None, int]:
    """How many columns of a holder are of each class; None: nobody decided."""
    query = select(DataColumn.data_class, func.count()).where(DataColumn.holder == holder)
    found = session.exec(query.group_by(col(DataColumn.data_class))).all()
    return {DataClass(one) if one else None: number for one, number in found}


def terms_of(session: Session, holder: str) -> HolderTerms:
    """What was decided for the data of a holder as a whole."""
    row = session.exec(select(DataHolder).where(DataHolder.holder == holder)).first()
    if row is None:
        return NO_TERMS
    return HolderTerms(
        row.days, row.days_reason, row.days_by, row.days_at, row.hold_reason, row.hold_by, row.hold_at, row.revision,
        row.noted_at,
    )  # fmt: skip


def holder_lines(session: Session, *, missing: bool = False, limit: int, offset: int) -> Page[HolderLine]:
    """Datasets and models in use with known columns, those with most missing first."""
    of_people = col(DataColumn.data_class).in_(OF_PEOPLE)
    unclassed = _counted(col(DataColumn.data_class).is_(None))
    columns = (
        sql_select(
            col(DataColumn.holder).label("holder"), func.count().label("columns"),
            _counted(of_people).label("of_people"), unclassed.label("unclassed"), _counted(_open()).label("open"),
        )
        .group_by(col(DataColumn.holder))
        .subquery()
    )  # fmt: skip
    names = names_in_use().subquery()
    query = (
        sql_select(columns, names.c.name, col(DataHolder.days))
        .join(names, names.c.holder == columns.c.holder)
        .outerjoin(DataHolder, col(DataHolder.holder) == columns.c.holder)
    )
    if missing:
        query = query.where(columns.c.open > 0)
    total = session.execute(sql_select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(query.order_by(columns.c.open.desc(), columns.c.holder).limit(limit).offset(offset))
    return Page(
        tuple(
            HolderLine(
                row.holder, row.name, row.columns, int(row.of_people), int(row.unclassed), int(row.open), row.days
            )
            for row in rows
        ),
        total,
    )


def classes_met(session: Session, holder: str) -> Mapping[Where, frozenset[DataClass]]:
    """The classes that people decided for columns, by where these were met."""
    found: dict[Where, set[DataClass]] = defaultdict(set)
    rows = select(DataColumn.met, DataColumn.data_class).where(
        DataColumn.holder == holder, col(DataColumn.data_class).is_not(None)
    )
    for met, data_class in session.exec(rows):
        for where in places(met):
            if data_class is not None:
                found[where].add(DataClass(data_class))
    return {where: frozenset(classes) for where, classes in found.items()}


def bias_only(session: Session, holders: Collection[str]) -> frozenset[str]:
    """The columns of these holders that are held to find bias, and for nothing else."""
    query = select(DataColumn.name).where(col(DataColumn.holder).in_(holders), DataColumn.condition == Condition.BIAS)
    return frozenset(session.exec(query).all())


def line(row: DataColumn) -> ColumnLine:
    """A row as it is shown."""
    return ColumnLine(
        row.name, places(row.met), row.proposed, row.proposed_because, row.data_class, row.purpose, row.basis,
        row.condition, row.because, row.decided_by, row.decided_at,
    )  # fmt: skip


def places(met: str) -> tuple[Where, ...]:
    """Where a column was met, as it is stored."""
    return tuple(Where(one) for one in met.split(",") if one)


def _open() -> ColumnElement[bool]:
    """Columns with something missing, as `gaps_of` says it."""
    basis, condition = col(DataColumn.basis), col(DataColumn.condition)
    missing = or_(
        col(DataColumn.purpose) == "",
        and_(basis.is_(None), or_(condition.is_(None), condition != Condition.BIAS)),
        and_(col(DataColumn.data_class) == DataClass.SPECIAL, condition.is_(None)),
    )
    return or_(col(DataColumn.data_class).is_(None), and_(col(DataColumn.data_class).in_(OF_PEOPLE), missing))


def _counted(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((which, 1), else_=0))


def names_in_use() -> CompoundSelect[*tuple[Any, ...]]:
    """Holders in use: number, name, owner, and of a dataset its words on retention."""
    datasets: Select[*tuple[Any, ...]] = sql_select(
        col(Dataset.number).label("holder"),
        (col(Dataset.name) + " " + col(Dataset.version)).label("name"),
        func.coalesce(func.nullif(col(Dataset.owner), ""), col(Dataset.registered_by)).label("owner"),
        col(Dataset.retention).label("words"),
        col(Dataset.registered_at).label("registered_at"),
    ).where(col(Dataset.retired_at).is_(None))
    models = sql_select(
        col(Model.number), col(Model.name), col(Model.owner), _nothing(), col(Model.registered_at)
    ).where(col(Model.retired_at).is_(None))
    return datasets.union_all(models)


def _nothing() -> ColumnElement[str]:
    return func.nullif("", "")
