"""Registers thousands of models, versions and datasets in a few statements, as one of each is registered elsewhere.

All rows and ledger entries are made ready before the transaction begins; within it they are only laid down, so that
other writers wait as briefly as can be.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar, cast

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from core.access.rules import Actor
from core.errors import NotFound
from core.inventory.building import (
    MONTH,
    build_dataset,
    build_model,
    build_version,
    said_of_dataset,
    said_of_model,
    said_of_version,
)
from core.inventory.evidence import digest_of
from core.inventory.importing.plan.known import chunks
from core.inventory.importing.plan.values import ModelStep, VersionStep
from core.inventory.rules import Duty, materiality
from core.inventory.tables import Contribution, Dataset, Model, ModelVersion
from core.ledger.service import Entity, Event, Happening, Ledger, Ready, made_ready
from core.ledger.tables import table_of
from core.policy.service import policy_in_force
from core.store import Transaction
from core.store.numbers import next_numbers

Say = Callable[[str, int, int], None]
NewStep = ModelStep | VersionStep
Kept = TypeVar("Kept", Dataset, Model)
Stored = TypeVar("Stored", Dataset, Model, ModelVersion)
PART = 1000  # steps between two words to whoever waits


@dataclass
class Rows(Generic[Stored]):
    """Rows of one table, with ids below zero, and the values that are stored of each."""

    kind: type[Stored]
    rows: list[Stored] = field(default_factory=list)
    values: list[dict[str, object]] = field(default_factory=list)

    def add(self, row: Stored) -> None:
        """Once the row is as it will be stored, but for the ids."""
        row.id = -len(self.rows) - 1
        self.rows.append(row)
        self.values.append(row.model_dump(exclude={"id"}))


@dataclass
class Registering:
    """What an import registers, by the names that its steps use; rows that are not stored yet have ids below zero."""

    actor: Actor
    at: datetime
    datasets: dict[str, Dataset] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    new_datasets: Rows[Dataset] = field(default_factory=lambda: Rows(Dataset))
    new_models: Rows[Model] = field(default_factory=lambda: Rows(Model))
    new_versions: Rows[ModelVersion] = field(default_factory=lambda: Rows(ModelVersion))
    late: list[VersionStep] = field(default_factory=list)  # of models that the same import changes first
    happened: list[Happening] = field(default_factory=list)
    ready: tuple[Ready, ...] = ()


@dataclass(frozen=True)
class Numbers:
    """The numbers that the new models and datasets get, in the order of the steps."""

    models: tuple[str, ...]
    datasets: tuple[str, ...]


def wanted(steps: Sequence[NewStep]) -> tuple[int, int]:
    """How many models and how many datasets these steps register."""
    return sum(isinstance(step, ModelStep) for step in steps), sum(len(step.datasets) for step in steps)


def prepare(
    session: Session,
    steps: Sequence[NewStep],
    numbers: Numbers,
    *,
    changing: Collection[str] = (),
    actor: Actor,
    at: datetime,
    say: Say,
) -> Registering:
    """Every row and entry that the steps register, in memory; who imports contributes to each version.

    Versions of the models that are `changing` wait: their digests follow from the models as changed.
    """
    work = Registering(actor, at)
    work.late = [step for step in steps if isinstance(step, VersionStep) and step.model in changing]
    work.datasets.update(_known_datasets(session, steps))
    work.models.update(_known_models(session, steps))
    of_models, of_datasets = iter(numbers.models), iter(numbers.datasets)
    review_months = policy_in_force(session, at=at).policy.review_months
    for start in range(0, len(steps), PART):
        part = steps[start : start + PART]
        _add_datasets(work, part, of_datasets)
        _add_models(work, part, of_models, review_months)
        _add_versions(work, [step for step in part if isinstance(step, ModelStep) or step.model not in changing])
        say("Preparing", start + len(part), len(steps))
    work.ready = made_ready(work.happened, actor)
    return work


def store(tx: Transaction, ledger: Ledger, work: Registering) -> None:
    """Lay down what was prepared; whoever calls holds the numbers that it uses."""
    session = tx.session
    datasets = _stored(session, work.new_datasets, "number")
    models = _stored(session, work.new_models, "number")
    for values in work.new_versions.values:
        for name, keys in (("model_id", models), ("training_dataset_id", datasets), ("test_dataset_id", datasets)):
            values[name] = keys.get(cast(int, values[name]), values[name])
    _store_versions(session, work)
    ledger.record_ready(tx, work.ready, at=work.at)


def store_late(tx: Transaction, ledger: Ledger, work: Registering) -> None:
    """Register the versions that waited until their models were changed; everything else is stored."""
    if not work.late:
        return
    tx.session.expire_all()
    work.models.update(_known_models(tx.session, work.late))
    work.new_versions, work.happened = Rows(ModelVersion), []
    _add_versions(work, work.late)
    _store_versions(tx.session, work)
    ledger.record_many(tx, work.happened, actor=work.actor, at=work.at)


def _store_versions(session: Session, work: Registering) -> None:
    keys = _stored(session, work.new_versions, "model_id", "version").values()
    parts = [
        {"version_id": key, "person": person, "duty": Duty.DEVELOPMENT, "at": work.at}
        for key in keys
        for person in sorted(work.actor.people)
    ]
    if parts:
        session.execute(insert(table_of(Contribution)), parts)


def register_steps(
    tx: Transaction, ledger: Ledger, steps: Sequence[NewStep], *, actor: Actor, at: datetime, say: Say
) -> None:
    """Prepare and store within one transaction, for a few steps or for rows that only it sees."""
    models, datasets = wanted(steps)
    numbers = Numbers(next_numbers(tx.session, "M", models), next_numbers(tx.session, "D", datasets))
    tx.session.flush()
    store(tx, ledger, prepare(tx.session, steps, numbers, actor=actor, at=at, say=say))


def _stored(session: Session, rows: Rows[Stored], *named: str) -> dict[int, int]:
    """Insert these rows in one statement; from the id that each had in memory to the one that it has now.

    `named` are the columns by which a row is known again: with a RETURNING, SQLite would take each row by itself.
    """
    if not rows.rows:
        return {}
    table = table_of(rows.kind)
    before = session.execute(select(func.max(table.c.id))).scalar_one() or 0
    session.execute(insert(table), rows.values)
    columns = [table.c[name] for name in named]
    now = session.execute(select(table.c.id, *columns).where(table.c.id > before)).all()
    key_of = {tuple(values): key for key, *values in now}
    found = {}
    for row, values in zip(rows.rows, rows.values, strict=True):
        key = key_of[tuple(values[name] for name in named)]
        found[row.id or 0], row.id = key, key
    return found


def _add_datasets(work: Registering, steps: Sequence[NewStep], numbers: Iterator[str]) -> None:
    for entered in (one for step in steps for one in step.datasets):
        row = build_dataset(next(numbers), entered, actor=work.actor, at=work.at)
        work.datasets[f"{row.name} {row.version}"] = row
        work.new_datasets.add(row)
        work.happened.append(Happening(Event.DATASET_REGISTERED, Entity("dataset", row.number), said_of_dataset(row)))


def _add_models(
    work: Registering, steps: Sequence[NewStep], numbers: Iterator[str], review_months: Callable[[int], int]
) -> None:
    for step in steps:
        if not isinstance(step, ModelStep):
            continue
        entered = step.model
        cadence = work.at + review_months(materiality(entered.exposure, entered.purpose_class)) * MONTH
        row = build_model(next(numbers), entered, next_review=step.next_review or cadence, actor=work.actor, at=work.at)
        work.models[entered.name] = row
        work.new_models.add(row)
        work.happened.append(Happening(Event.MODEL_REGISTERED, Entity("model", row.number), said_of_model(row)))


def _add_versions(work: Registering, steps: Sequence[NewStep]) -> None:
    for step in steps:
        model = _found(work.models, step.model.name if isinstance(step, ModelStep) else step.model, "model")
        training = _found(work.datasets, step.version.training_dataset, "dataset")
        test = _found(work.datasets, step.version.test_dataset, "dataset")
        row = build_version(model, step.version, training, test, actor=work.actor, at=work.at)
        row.evidence_digest = digest_of(model, row, (training, test))
        work.new_versions.add(row)
        entity = Entity("version", f"{model.number} {row.version}")
        work.happened.append(Happening(Event.VERSION_REGISTERED, entity, said_of_version(row, training, test)))


def _known_datasets(session: Session, steps: Iterable[NewStep]) -> Iterator[tuple[str, Dataset]]:
    named = {key for step in steps for key in (step.version.training_dataset, step.version.test_dataset)}
    for part in chunks(sorted(named)):
        for row in session.execute(select(Dataset).where(col(Dataset.number).in_(part))).scalars():
            yield row.number, row


def _known_models(session: Session, steps: Iterable[NewStep]) -> Iterator[tuple[str, Model]]:
    named = {step.model for step in steps if isinstance(step, VersionStep)}
    for part in chunks(sorted(named)):
        for row in session.execute(select(Model).where(col(Model.number).in_(part))).scalars():
            yield row.number, row


def _found(rows: Mapping[str, Kept], key: str, what: str) -> Kept:
    if key not in rows:
        raise NotFound(what, key)
    return rows[key]
