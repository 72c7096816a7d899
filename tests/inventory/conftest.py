"""What the tests of the inventory share: people, a policy, and what a person enters."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlmodel import func, select

from core.access.rules import Actor
from core.errors import Unreadable
from core.inventory.intake import NewDataset, NewModel, NewVersion
from core.inventory.rules import Exposure, Purpose
from core.inventory.service import Registered, register, register_version
from core.inventory.tables import Dataset, Model, ModelVersion
from core.inventory.versions.rules import ChangeKind
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.store import Store
from tests.builders import NOON, Cast, a_cast, a_policy

DATA = (
    NewDataset("applications-train", "2024", "Core banking"),
    NewDataset("applications-test", "2025", "Core banking"),
)


@dataclass(frozen=True)
class Desk:
    """A store with people, and the acts of registering."""

    store: Store
    ledger: Ledger
    cast: Cast

    def model(self, **changed: object) -> NewModel:
        entered = {
            "name": "Credit default",
            "purpose": "Ranks applications for review.",
            "business_line": "Lending",
            "owner": self.cast.owner.id,
            "developer": self.cast.developer.id,
            "exposure": Exposure.HIGH,
            "purpose_class": Purpose.RIGHTS,
        }
        return NewModel(**(entered | changed))  # type: ignore[arg-type]

    def version(self, version: str = "1.0.0", **changed: object) -> NewVersion:
        entered = {
            "version": version,
            "intended_use": "Support for a person's decision.",
            "limitations": "Not shown to work outside the population of the test data.",
            "rationale": "First version.",
            "training_dataset": "applications-train 2024",
            "test_dataset": "applications-test 2025",
            "change_kind": kind_for(version),
        }
        return NewVersion(**(entered | changed))  # type: ignore[arg-type]

    def register(
        self,
        model: NewModel | None = None,
        version: NewVersion | None = None,
        datasets: tuple[NewDataset, ...] = DATA,
        *,
        actor: Actor | None = None,
        at: datetime = NOON,
    ) -> Registered:
        return register(
            self.store,
            self.ledger,
            model=model or self.model(),
            version=version or self.version(),
            datasets=datasets,
            actor=actor or self.cast.developer,
            at=at,
        )

    def register_next(
        self,
        version: str | NewVersion,
        datasets: tuple[NewDataset, ...] = (),
        *,
        model: str = "M0001",
        actor: Actor | None = None,
    ) -> Registered:
        entered = self.version(version) if isinstance(version, str) else version
        return register_version(
            self.store,
            self.ledger,
            model=model,
            version=entered,
            datasets=datasets,
            actor=actor or self.cast.developer,
            at=NOON,
        )

    def on_record(self) -> list[tuple[str, str]]:
        """Action and entity of every entry, oldest first."""
        with self.store.reading() as session:
            rows = entries(session, limit=200).rows
        return [(row.action, f"{row.entity_kind} {row.entity_id}") for row in reversed(rows)]


def kind_for(version: str) -> ChangeKind | None:
    """A kind of change that goes with this number."""
    if version == "1.0.0":
        return None
    if version.endswith(".0.0"):
        return ChangeKind.METHOD
    return ChangeKind.RETRAINED if version.endswith(".0") else ChangeKind.CORRECTION


def stored(desk: Desk) -> tuple[int, int, int]:
    """How many models, versions and datasets there are."""
    with desk.store.reading() as session:
        models, versions, data = (
            session.exec(select(func.count()).select_from(table)).one() for table in (Model, ModelVersion, Dataset)
        )
    return models, versions, data


def columns(error: Unreadable) -> set[str | None]:
    """The fields that are named."""
    return {problem.column for problem in error.problems}


def at_once(work: Callable[[int], None]) -> None:
    """Four people do the same at the same moment."""
    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


@pytest.fixture
def desk(store: Store, ledger: Ledger) -> Desk:
    a_policy(store)
    return Desk(store, ledger, a_cast(store))


@pytest.fixture
def small_desk(sqlite_store: Store, ledger: Ledger) -> Desk:
    """For rules that do not differ between databases."""
    a_policy(sqlite_store)
    return Desk(sqlite_store, ledger, a_cast(sqlite_store))
