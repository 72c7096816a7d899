"""Registers thousands of models, versions and datasets in a few statements, as one of each is registered elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlmodel import col, select

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
from core.inventory.evidence import evidence_digest
from core.inventory.importing.plan.known import chunks
from core.inventory.importing.plan.values import ModelStep, VersionStep
from core.inventory.rules import Duty, materiality
from core.inventory.tables import Contribution, Dataset, Model, ModelVersion
from core.ledger.service import Entity, Event, Happening, Ledger
from core.policy.service import policy_in_force
from core.store import Transaction
from core.store.numbers import next_numbers

Say = Callable[[str, int, int], None]
NewStep = ModelStep | VersionStep
Kept = TypeVar("Kept", Dataset, Model)
PART = 1000  # steps that are flushed together


@dataclass
class _Registering:
    """What one import has registered so far, by the names that its steps use."""

    tx: Transaction
    actor: Actor
    at: datetime
    datasets: dict[str, Dataset] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    happened: list[Happening] = field(default_factory=list)


def register_steps(
    tx: Transaction, ledger: Ledger, steps: Sequence[NewStep], *, actor: Actor, at: datetime, say: Say
) -> None:
    """Register what the steps say; who imports contributes to each version, as whoever registers one by one does."""
    work = _Registering(tx, actor, at)
    work.datasets.update(_known_datasets(tx, steps))
    work.models.update(_known_models(tx, steps))
    numbers = iter(next_numbers(tx.session, "M", sum(isinstance(step, ModelStep) for step in steps)))
    of_datasets = iter(next_numbers(tx.session, "D", sum(len(step.datasets) for step in steps)))
    policy = policy_in_force(tx.session, at=at).policy
    for start in range(0, len(steps), PART):
        part = steps[start : start + PART]
        _add_datasets(work, part, of_datasets)
        _add_models(work, part, numbers, policy.review_months)
        _add_versions(work, part)
        say("Registering", start + len(part), len(steps))
    say("Recording", 0, len(work.happened))
    ledger.record_many(tx, work.happened, actor=actor, at=at)


def _add_datasets(work: _Registering, steps: Sequence[NewStep], numbers: Iterator[str]) -> None:
    for entered in (one for step in steps for one in step.datasets):
        row = build_dataset(next(numbers), entered, actor=work.actor, at=work.at)
        work.datasets[f"{row.name} {row.version}"] = row
        work.tx.session.add(row)
        work.happened.append(Happening(Event.DATASET_REGISTERED, Entity("dataset", row.number), said_of_dataset(row)))
    work.tx.session.flush()


def _add_models(
    work: _Registering, steps: Sequence[NewStep], numbers: Iterator[str], review_months: Callable[[int], int]
) -> None:
    for step in steps:
        if not isinstance(step, ModelStep):
            continue
        entered = step.model
        cadence = work.at + review_months(materiality(entered.exposure, entered.purpose_class)) * MONTH
        row = build_model(next(numbers), entered, next_review=step.next_review or cadence, actor=work.actor, at=work.at)
        work.models[entered.name] = row
        work.tx.session.add(row)
        work.happened.append(Happening(Event.MODEL_REGISTERED, Entity("model", row.number), said_of_model(row)))
    work.tx.session.flush()


def _add_versions(work: _Registering, steps: Sequence[NewStep]) -> None:
    session = work.tx.session
    added: list[tuple[Model, ModelVersion, Dataset, Dataset]] = []
    for step in steps:
        model = _found(work.models, step.model.name if isinstance(step, ModelStep) else step.model, "model")
        training = _found(work.datasets, step.version.training_dataset, "dataset")
        test = _found(work.datasets, step.version.test_dataset, "dataset")
        row = build_version(model, step.version, training, test, actor=work.actor, at=work.at)
        row.evidence_digest = evidence_digest(session, model, row)
        added.append((model, row, training, test))
    session.add_all(row for _, row, _, _ in added)
    session.flush()
    for model, row, training, test in added:
        session.add(Contribution(version_id=row.id or 0, person=work.actor.id, duty=Duty.DEVELOPMENT, at=work.at))
        entity = Entity("version", f"{model.number} {row.version}")
        work.happened.append(Happening(Event.VERSION_REGISTERED, entity, said_of_version(row, training, test)))
    session.flush()


def _known_datasets(tx: Transaction, steps: Iterable[NewStep]) -> Iterator[tuple[str, Dataset]]:
    named = {key for step in steps for key in (step.version.training_dataset, step.version.test_dataset)}
    for part in chunks(sorted(named)):
        for row in tx.session.exec(select(Dataset).where(col(Dataset.number).in_(part))).all():
            yield row.number, row


def _known_models(tx: Transaction, steps: Iterable[NewStep]) -> Iterator[tuple[str, Model]]:
    named = {step.model for step in steps if isinstance(step, VersionStep)}
    for part in chunks(sorted(named)):
        for row in tx.session.exec(select(Model).where(col(Model.number).in_(part))).all():
            yield row.number, row


def _found(rows: Mapping[str, Kept], key: str, what: str) -> Kept:
    if key not in rows:
        raise NotFound(what, key)
    return rows[key]
