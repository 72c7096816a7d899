"""What the tests of incidents share: people, a model with a version, and short ways to act."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from core.access.rules import Actor
from core.improvement.actions.rules import ActionKind
from core.improvement.actions.service import NewAction, start_action
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.store import Store
from core.validation.rules import Severity
from tests.builders import NOON, Cast, a_cast, a_version

WHAT = "Refusals in the branch rose to twice the usual share."


@dataclass
class World:
    """A store with people and a model, and the time at which they act."""

    store: Store
    ledger: Ledger
    cast: Cast
    model: str
    at: datetime = NOON

    def new(self, **changed: object) -> NewIncident:
        values: dict[str, object] = {
            "title": "Refusals doubled", "severity": Severity.HIGH, "what": WHAT, "model": self.model,
            "versions": ("1.0.0",), "environment": "production",
        }  # fmt: skip
        return NewIncident(**(values | changed))  # type: ignore[arg-type]

    def declared(self, actor: Actor | None = None, /, **changed: object) -> str:
        who = actor or self.cast.developer
        return declare_incident(self.store, self.ledger, new=self.new(**changed), actor=who, at=self.at).number

    def action(self, incident: str, **changed: object) -> str:
        values: dict[str, object] = {
            "kind": ActionKind.CORRECTIVE, "title": "Mend the join of the bureau file", "owner": self.cast.developer.id,
            "due_at": self.at + timedelta(days=14), "about": (Ref(RecordKind.INCIDENT, incident),),
        }  # fmt: skip
        new = NewAction(**(values | changed))  # type: ignore[arg-type]
        return start_action(self.store, self.ledger, new=new, actor=self.cast.owner, at=self.at).number


def a_world(store: Store, ledger: Ledger) -> World:
    cast = a_cast(store)
    model, _ = a_version(store, cast)
    return World(store, ledger, cast, model)


@pytest.fixture
def world(sqlite_store: Store, ledger: Ledger) -> World:
    return a_world(sqlite_store, ledger)
