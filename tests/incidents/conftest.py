"""What the tests of incidents share: people, a model with a version, and short ways to act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from core.access.rules import Actor
from core.improvement.actions.rules import ActionKind
from core.improvement.actions.service import NewAction, start_action
from core.improvement.incidents.clock_rules import shipped_rules
from core.improvement.incidents.clocks import decide_clocks
from core.improvement.incidents.containing import record_containment
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.improvement.incidents.leading import state_contained, state_resolved
from core.improvement.incidents.record import Done
from core.improvement.incidents.recording import record_cause
from core.improvement.incidents.reviewing import Review, write_review
from core.improvement.incidents.rules.life import CauseMethod, Containment
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

    def led(self, **changed: object) -> str:
        """An incident under the command of the developer."""
        return self.declared(commander=self.cast.developer.id, **changed)

    def does(self, act: Callable[..., Done], by: Actor, **said: object) -> Done:
        return act(self.store, self.ledger, actor=by, at=self.at, **said)

    def contained(self, **changed: object) -> str:
        number = self.led(**changed)
        leader = self.cast.developer
        self.does(
            record_containment, leader, incident=number, kind=Containment.MANUAL_FALLBACK,
            what="Clerks decide by hand until further notice.",
        )  # fmt: skip
        self.does(state_contained, leader, incident=number, text="No refusal leaves the branch unseen.")
        return number

    def resolved(self, **changed: object) -> str:
        """With a cause and one action, ACT0001 of the first incident, that is open."""
        number = self.contained(**changed)
        leader = self.cast.developer
        cause = "The bureau file came without the column of limits."
        self.does(record_cause, leader, incident=number, method=CauseMethod.FIVE_WHYS, cause=cause, factors="No schema")
        self.action(number)
        self.does(state_resolved, leader, incident=number, text="Refusals are back at their usual share.")
        return number

    def reviewed(self, **changed: object) -> str:
        number = self.resolved(**changed)
        self.does(write_review, self.cast.validator, incident=number, review=self.review())
        return number

    def review(self, **changed: object) -> Review:
        texts = dict.fromkeys(("happened", "went_well", "lessons", "decisions"), "As told in the meeting.")
        return Review(**({"held_at": self.at, "present": "Everybody concerned"} | texts | changed))  # type: ignore[arg-type]

    def decided(self, incident: str, *applying: str) -> None:
        """Every duty is decided on; those named apply."""
        others = [one.key for one in shipped_rules() if one.key not in applying]
        for rules, applies in ((applying, True), (others, False)):
            if rules:
                said = {"incident": incident, "rules": rules, "applies": applies, "reason": "As counsel advised."}
                self.does(decide_clocks, self.cast.developer, **said)


def a_world(store: Store, ledger: Ledger) -> World:
    cast = a_cast(store)
    model, _ = a_version(store, cast)
    return World(store, ledger, cast, model)


@pytest.fixture
def world(sqlite_store: Store, ledger: Ledger) -> World:
    return a_world(sqlite_store, ledger)
