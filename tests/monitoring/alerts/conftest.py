"""What the tests of alerts share: people with mail addresses, a model, a channel, and short ways to act."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from core.access.grants import load_person
from core.access.rules import Actor
from core.jobs.outbox.queries import MessageRow, messages
from core.jobs.outbox.tables import OutboxMessage
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.monitoring.alerts.channels import NewChannel, Quiet, Route, add_channel, add_route, people_target, set_quiet
from core.monitoring.alerts.clock import due_alerts, tick
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.monitoring.alerts.tables import Alert, AlertStep
from core.monitoring.alerts.telling import tell_due
from core.monitoring.alerts.vocabulary import AlertAct, ChannelKind
from core.policy.alerting.rules import Severity
from core.store import Store
from tests.builders import NOON, Cast, a_cast, a_model, a_policy

URL = "https://countersign.example.test"


def a_signal(**changed: object) -> Signal:
    """A breach of the error rate."""
    values: dict[str, object] = {
        "kind": AlertKind.BREACH, "key": "breach M0001 production MO-1 ", "severity": Severity.MEDIUM,
        "title": "error_rate above 5 %", "detail": "error_rate was 7.2 % in chunk CH0001; at most 5 % is required.",
        "model": "M0001", "environment": "production", "about": (Ref(RecordKind.CHUNK, "CH0001"),),
    }  # fmt: skip
    return Signal(**(values | changed))  # type: ignore[arg-type]


@dataclass
class World:
    """A store with people, a model of tier 1 (`M0001`) and the policy that ships."""

    store: Store
    ledger: Ledger
    cast: Cast
    at: datetime = NOON
    turn: int = field(default=0)

    def later(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at

    def raised(self, **changed: object) -> str:
        with self.store.transaction() as tx:
            return raise_alert(tx, self.ledger, a_signal(**changed), at=self.at)

    def settled(self, key: str = a_signal().key) -> str | None:
        with self.store.transaction() as tx:
            return settle_alert(tx, self.ledger, key, said="The error rate is 4.1 % again.", at=self.at)

    def alert(self, number: str = "AL0001") -> Alert:
        with self.store.reading() as session:
            return session.exec(select(Alert).where(Alert.number == number)).one()

    def acts(self, number: str = "AL0001") -> list[AlertAct]:
        return [step.act for step in self.steps(number)]

    def steps(self, number: str = "AL0001") -> list[AlertStep]:
        with self.store.reading() as session:
            query = select(AlertStep).join(Alert, col(Alert.id) == col(AlertStep.alert_id))
            return list(session.exec(query.where(Alert.number == number).order_by(col(AlertStep.id))).all())

    def actions(self) -> list[str]:
        with self.store.reading() as session:
            return [row.action for row in reversed(entries(session, limit=200).rows)]

    def channel(self, kind: ChannelKind = ChannelKind.PEOPLE, *, quiet: Quiet | None = None, **route: object) -> str:
        target = {
            ChannelKind.PEOPLE: people_target(["model owner"]),
            ChannelKind.WEBHOOK: "W0001",
            ChannelKind.SERVICE: "slack://a/b/c",
            ChannelKind.ADDRESSES: '["desk@example.test"]',
        }[kind]
        new = NewChannel(kind, "A channel", target, "shown", addresses=int(kind is ChannelKind.ADDRESSES))
        admin = self.cast.administrator
        row = add_channel(
            self.store, self.ledger, new=new, seal=lambda _number, text: text[::-1], actor=admin, at=self.at
        )
        add_route(self.store, self.ledger, channel=row.number, route=Route(**route), actor=admin, at=self.at)  # type: ignore[arg-type]
        if quiet is not None:
            set_quiet(
                self.store, self.ledger, channel=row.number, quiet=quiet, seen=row.revision, actor=admin, at=self.at
            )
        return row.number

    def tell(self, *, mail: bool = True) -> int:
        return tell_due(self.store, url=URL, mail=mail, at=self.at)

    def tick(self) -> list[bool]:
        with self.store.reading() as session:
            slots = due_alerts(session, at=self.at)
        return [tick(self.store, self.ledger, slot=slot, at=self.at) for slot in slots]

    def messages(self) -> tuple[MessageRow, ...]:
        with self.store.reading() as session:
            return tuple(reversed(messages(session, limit=100).rows))

    def bodies(self) -> list[str]:
        with self.store.reading() as session:
            return [row.body for row in session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)))]


def with_addresses(store: Store, *people: Actor) -> None:
    """Give these people mail addresses."""
    with store.transaction() as tx:
        for actor in people:
            load_person(tx.session, actor.id).email = f"{actor.id.lower()}@example.test"


@pytest.fixture
def world(sqlite_store: Store, ledger: Ledger) -> World:
    return a_world(sqlite_store, ledger)


def a_world(store: Store, ledger: Ledger) -> World:
    cast = a_cast(store)
    a_policy(store, at=NOON - timedelta(days=1))
    a_model(store, cast, tier=1)
    people = (cast.owner, cast.developer, cast.validator, cast.second_validator, cast.approver, cast.second_approver)
    with_addresses(store, *people)
    return World(store, ledger, cast)
