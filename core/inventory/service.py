"""The use cases of the inventory: register models, versions and datasets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import NotFound, Problem, Refusal, Refused, Unreadable
from core.inventory.building import (
    MONTH,
    build_dataset,
    build_model,
    build_version,
    said_of_dataset,
    said_of_model,
    said_of_version,
)
from core.inventory.checking import model_problems, person_problems, retired_refusals
from core.inventory.evidence import evidence_digest
from core.inventory.intake import NewDataset, NewModel, NewVersion, check, problems_of
from core.inventory.moves import load_model, record_part
from core.inventory.people.following import begin_with
from core.inventory.rules import Duty, materiality, version_refusals
from core.inventory.tables import Dataset, Model, ModelVersion
from core.inventory.versions.rules import ChangeKind, kind_refusals
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.service import policy_in_force
from core.store import Store, Transaction
from core.store.numbers import next_number


@dataclass(frozen=True)
class Registered:
    """What was registered, by number, and the ledger entry that says so."""

    model: str
    version: str
    entry: int


def register_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot register a model."""
    return permission_refusals(actor, Permission.MODEL_REGISTER)


def register_version_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot register a version."""
    return permission_refusals(actor, Permission.VERSION_REGISTER)


def register(
    store: Store,
    ledger: Ledger,
    *,
    model: NewModel,
    version: NewVersion,
    datasets: Sequence[NewDataset] = (),
    actor: Actor,
    at: datetime,
) -> Registered:
    """Register a model with its first version and the datasets it names, all or nothing.

    `version` names its datasets by number, or as "name version" of one of `datasets`.
    """
    entity, line = Entity("model", "new"), model.business_line.strip()
    with deciding(store, ledger, "register a model", entity=entity, line=line, actor=actor, at=at) as tx:
        return register_within(tx, ledger, model=model, version=version, datasets=datasets, actor=actor, at=at)


def register_within(
    tx: Transaction,
    ledger: Ledger,
    *,
    model: NewModel,
    version: NewVersion,
    datasets: Sequence[NewDataset] = (),
    actor: Actor,
    at: datetime,
) -> Registered:
    """As `register`, as a part of a larger act: its transaction commits all or nothing."""
    _refuse((*register_refusals(actor), *register_version_refusals(actor)))
    number = next_number(tx.session, "M")  # others who register wait here, so names are looked up after it
    _not_accepted((*problems_of(model, version, *datasets), *model_problems(tx.session, model)))
    for dataset in datasets:
        dataset_row(tx, ledger, dataset, actor=actor, at=at)
    model_row = _model_row(tx, ledger, number, model, actor=actor, at=at)
    return _version_row(tx, ledger, model_row, version, actor=actor, at=at)


def register_version(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    version: NewVersion,
    datasets: Sequence[NewDataset] = (),
    actor: Actor,
    at: datetime,
) -> Registered:
    """Register the next version of a model, with the datasets it adds."""
    with deciding(store, ledger, "register a version", entity=Entity("model", model), actor=actor, at=at) as tx:
        return register_version_within(tx, ledger, model=model, version=version, datasets=datasets, actor=actor, at=at)


def register_version_within(
    tx: Transaction,
    ledger: Ledger,
    *,
    model: str,
    version: NewVersion,
    datasets: Sequence[NewDataset] = (),
    actor: Actor,
    at: datetime,
) -> Registered:
    """As `register_version`, as a part of a larger act: its transaction commits all or nothing."""
    row = load_model(tx.session, model)
    _refuse((*register_version_refusals(actor), *retired_refusals(row)))
    check(version, *datasets)
    tx.session.refresh(row, with_for_update={"key_share": True})  # one new version of a model at a time
    for dataset in datasets:
        dataset_row(tx, ledger, dataset, actor=actor, at=at)
    return _version_row(tx, ledger, row, version, actor=actor, at=at)


def _model_row(tx: Transaction, ledger: Ledger, number: str, entered: NewModel, *, actor: Actor, at: datetime) -> Model:
    tier = materiality(entered.exposure, entered.purpose_class)
    months = policy_in_force(tx.session, at=at).policy.review_months(tier)
    row = build_model(number, entered, next_review=at + months * MONTH, actor=actor, at=at)
    tx.session.add(row)
    tx.session.flush()
    begin_with(tx, row, actor=actor, at=at)
    entity = Entity("model", row.number)
    ledger.record(tx, Event.MODEL_REGISTERED, entity=entity, actor=actor, at=at, payload=said_of_model(row))
    return row


def _version_row(
    tx: Transaction, ledger: Ledger, model: Model, entered: NewVersion, *, actor: Actor, at: datetime
) -> Registered:
    session = tx.session
    earlier = session.exec(
        select(ModelVersion.major, ModelVersion.minor, ModelVersion.patch).where(ModelVersion.model_id == model.id)
    ).all()
    before, kind = tuple((a, b, c) for a, b, c in earlier), entered.change_kind
    _refuse((*version_refusals(entered.version, before), *kind_refusals(entered.version, kind, before)))
    entered = replace(entered, change_kind=kind or ChangeKind.FIRST)
    training, test = (_dataset(session, key) for key in (entered.training_dataset, entered.test_dataset))
    row = build_version(model, entered, training, test, actor=actor, at=at)
    row.evidence_digest = evidence_digest(session, model, row)
    session.add(row)
    session.flush()
    record_part(tx, row, actor, Duty.DEVELOPMENT, at)
    entity, payload = Entity("version", f"{model.number} {row.version}"), said_of_version(row, training, test)
    recorded = ledger.record(tx, Event.VERSION_REGISTERED, entity=entity, actor=actor, at=at, payload=payload)
    return Registered(model.number, row.version, recorded.index)


def dataset_row(
    tx: Transaction, ledger: Ledger, entered: NewDataset, *, actor: Actor, at: datetime
) -> tuple[Dataset, int]:
    """Add a dataset; answers with its row and ledger entry. The caller has asked the rules and checked the fields."""
    number = next_number(tx.session, "D")
    twin = select(Dataset).where(Dataset.name == entered.name.strip(), Dataset.version == entered.version.strip())
    if tx.session.exec(twin).first():
        found = f"{entered.name} {entered.version}"
        _not_accepted([Problem("this version of the dataset is registered", column="name", found=found)])
    if entered.owner:
        _not_accepted(list(person_problems(tx.session, "owner", entered.owner)))
    row = build_dataset(number, entered, actor=actor, at=at)
    tx.session.add(row)
    tx.session.flush()
    entity = Entity("dataset", row.number)
    recorded = ledger.record(
        tx, Event.DATASET_REGISTERED, entity=entity, actor=actor, at=at, payload=said_of_dataset(row)
    )
    return row, recorded.index


def _dataset(session: Session, key: str) -> Dataset:
    """By number, or by "name version"."""
    name, _, version = key.strip().rpartition(" ")
    row = session.exec(select(Dataset).where(Dataset.number == key.strip())).first()
    row = row or session.exec(select(Dataset).where(Dataset.name == name, Dataset.version == version)).first()
    if row is None:
        raise NotFound("dataset", key)
    if row.retired_at is not None:
        retired = f"Dataset {row.number} {row.name} {row.version} is retired"
        _refuse([Refusal("retired", retired, "life cycle", "Choose data that is in use.")])
    return row


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)


def _not_accepted(problems: Sequence[Problem]) -> None:
    if problems:
        raise Unreadable(problems)
