"""Which production data reach their end: by the policy or by the record itself, with everything that holds them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from core.inventory.bias_data.service import purposes
from core.inventory.classes.gaps import keeping_in_force
from core.inventory.classes.queries import places
from core.inventory.classes.rules import CLAUSE, NOTICE_DAYS, Where, kept_days, policy_days
from core.inventory.classes.tables import DataColumn, DataHolder
from core.inventory.tables import Dataset, Model
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.tables import ProductionBatch
from core.policy.keeping.rules import DataClass, DataKeeping
from core.privacy.classes.meeting import PLACES
from core.privacy.retention.holds import holds
from core.privacy.retention.rules import Hold

NOTICE = timedelta(days=NOTICE_DAYS)
AT_ONCE = 100  # records of one transaction

_Due = TypeVar("_Due")


@dataclass(frozen=True)
class Term:
    """For how many days data of one kind are kept, and who says so."""

    days: int
    by: str

    @property
    def said(self) -> str:
        """Why data go that were kept for so long."""
        return f"kept for {self.days:,} days by {self.by}"


@dataclass(frozen=True)
class Ending:
    """A batch of production data whose time ends at `ends_at`, and what holds it; `model` and `batch` are numbers."""

    batch: str
    model: str
    name: str
    environment: str
    kind: BatchKind
    rows: int
    size: int
    last_at: datetime
    term: Term
    ends_at: datetime
    holds: tuple[Hold, ...]

    def due(self, at: datetime) -> bool:
        """Whether it is removed by a run at `at`."""
        return self.ends_at <= at and not self.holds


class Kept(StrEnum):
    """What else is kept for a time beside production data."""

    EVIDENCE = "files of validations"
    QUARANTINE = "rows in quarantine"


@dataclass(frozen=True)
class FileEnding:
    """A file of a validation, or rows in quarantine, whose time ends at `ends_at`, and what holds it.

    `record` is its number; `model` that of its model, empty where nobody registered it; `of` the version or the
    environment; days count from `counted_from`.
    """

    what: Kept
    record: str
    model: str
    name: str
    of: str
    kind: str
    rows: int
    size: int
    counted_from: datetime
    term: Term
    ends_at: datetime
    holds: tuple[Hold, ...]
    filename: str = ""

    def due(self, at: datetime) -> bool:
        """Whether it is removed by a run at `at`."""
        return self.ends_at <= at and not self.holds


@dataclass(frozen=True)
class DatasetEnd:
    """A dataset whose own time ends; its data lie elsewhere, so a person deletes them and retires it."""

    dataset: str
    name: str
    owner: str
    days: int
    ends_at: datetime


def parts(due: Sequence[_Due]) -> Iterator[Sequence[_Due]]:
    """What is due in lots of `AT_ONCE`, each for a transaction of its own."""
    return (due[first : first + AT_ONCE] for first in range(0, len(due), AT_ONCE))


def endings(
    session: Session, *, at: datetime, within: timedelta = NOTICE, models: Collection[str] | None = None
) -> tuple[Ending, ...]:
    """Every batch whose time ends within this time from `at`, or has ended, the first to end first."""
    known, terms = _models(session, models), terms_by_model(session, at=at)
    holding = holds(session, at=at) if any(terms.get(number) for number in known) else None
    found = []
    for number, model in known.items():
        for kind, term in terms.get(number, {}).items():
            for batch in _past(session, model, kind, at + within - timedelta(days=term.days)):
                counted = counted_from(batch)
                found.append(
                    Ending(
                        batch.number,
                        number,
                        model.name,
                        batch.environment,
                        kind,
                        batch.rows,
                        batch.size,
                        counted,
                        term,
                        counted + timedelta(days=term.days),
                        holding.on(number, batch) if holding else (),
                    )
                )
    return tuple(sorted(found, key=lambda one: (one.ends_at, one.batch)))


def dataset_ends(session: Session, *, at: datetime, within: timedelta = NOTICE) -> tuple[DatasetEnd, ...]:
    """Datasets in use whose own time ends within this time from `at`, or has ended, the first to end first."""
    query = (
        select(Dataset, DataHolder.days)
        .join(DataHolder, col(DataHolder.holder) == col(Dataset.number))
        .where(col(DataHolder.days).is_not(None), col(Dataset.retired_at).is_(None))
    )
    found = [
        DatasetEnd(
            row.number, f"{row.name} {row.version}", row.owner or row.registered_by, days or 0,
            row.registered_at + timedelta(days=days or 0),
        )
        for row, days in session.exec(query)
    ]  # fmt: skip
    return tuple(sorted((one for one in found if one.ends_at <= at + within), key=lambda one: one.ends_at))


def terms_by_model(session: Session, *, at: datetime) -> Mapping[str, Mapping[BatchKind, Term]]:
    """By number of the model and kind of data, for how long it is kept; what has no end is left out."""
    policy = keeping_in_force(session, at=at)
    own = dict(session.exec(select(DataHolder.holder, DataHolder.days)).all())
    classes = _classes(session)
    numbers = {*own, *classes}
    found = {number: dict(_terms(number, own.get(number), classes.get(number, {}), policy)) for number in numbers}
    return {number: terms for number, terms in found.items() if terms}


def timers_run(session: Session, *, at: datetime) -> bool:
    """Whether anything has an end at all: by the policy, by a purpose of bias-test data, or by a decision."""
    policy = keeping_in_force(session, at=at)
    if policy.by_class or policy.attributes or any(one.row.ended_at is None for one in purposes(session)):
        return True
    return session.exec(select(DataHolder.id).where(col(DataHolder.days).is_not(None)).limit(1)).first() is not None


def counted_from(batch: ProductionBatch) -> datetime:
    """From when the days of a batch count: its newest inference, or when it came where that is not known."""
    return batch.last_at or batch.received_at


def _terms(
    number: str, own: int | None, classes: Mapping[Where, frozenset[DataClass]], policy: DataKeeping
) -> Iterator[tuple[BatchKind, Term]]:
    for kind, where in PLACES.items():
        said = policy_days(where, classes.get(where, frozenset()), policy)
        days = kept_days(where, classes.get(where, frozenset()), policy, own)
        if days is not None:
            yield kind, Term(days, f"policy {CLAUSE}" if days == said else f"a decision on {number}")


def _classes(session: Session) -> Mapping[str, Mapping[Where, frozenset[DataClass]]]:
    """By holder and place, the classes that people decided; a proposal ends nothing."""
    found: dict[str, dict[Where, set[DataClass]]] = defaultdict(lambda: defaultdict(set))
    rows = select(DataColumn.holder, DataColumn.met, DataColumn.data_class).where(
        col(DataColumn.data_class).is_not(None), col(DataColumn.holder).startswith("M")
    )
    for holder, met, data_class in session.exec(rows.distinct()):
        for where in places(met):
            found[holder][where].add(DataClass(str(data_class)))
    return {holder: {where: frozenset(classes) for where, classes in held.items()} for holder, held in found.items()}


def _models(session: Session, numbers: Collection[str] | None) -> Mapping[str, Model]:
    """Models that hold production data, retired ones too."""
    held = select(ProductionBatch.model_id).where(col(ProductionBatch.removed_at).is_(None), ProductionBatch.rows > 0)
    query = select(Model).where(col(Model.id).in_(held.distinct()))
    if numbers is not None:
        query = query.where(col(Model.number).in_(numbers))
    return {row.number: row for row in session.exec(query.order_by(col(Model.id)))}


def _past(session: Session, model: Model, kind: BatchKind, before: datetime) -> Iterator[ProductionBatch]:
    query = select(ProductionBatch).where(
        ProductionBatch.model_id == model.id,
        ProductionBatch.kind == kind,
        ProductionBatch.rows > 0,
        col(ProductionBatch.removed_at).is_(None),
        func.coalesce(col(ProductionBatch.last_at), col(ProductionBatch.received_at)) <= before,
    )
    unread = defer(ProductionBatch.scan)  # type: ignore[arg-type]
    yield from session.exec(query.order_by(col(ProductionBatch.id)).options(unread))
