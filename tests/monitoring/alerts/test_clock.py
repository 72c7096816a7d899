"""By the clock: an alert that nobody takes goes to more people, the snoozed wake, and each step is taken once."""

from datetime import timedelta

import pytest

from core.ledger.service import Ledger
from core.monitoring.alerts.clock import due_alerts, postpone, tick
from core.monitoring.alerts.handling import acknowledge, snooze
from core.monitoring.alerts.vocabulary import AlertAct
from core.policy.alerting.rules import AlertKind, Severity
from core.store import Store
from tests.builders import NOON, a_model
from tests.monitoring.alerts.conftest import World, a_world

A = AlertAct
WORDS = "The feed of the bureau is late today."


def test_an_alert_that_nobody_takes_is_escalated_as_the_policy_says(world: World) -> None:
    world.raised(severity=Severity.HIGH)
    world.later(minutes=239)
    assert world.tick() == []
    world.later(minutes=1)  # clause 24.5: after 240 minutes to the model owner
    assert world.tick() == [True]
    world.later(hours=20)  # clause 24.6: after a day to the approvers, and critical from then on
    assert world.tick() == [True]

    row = world.alert()
    assert (row.level, row.severity, row.clause) == (2, Severity.CRITICAL, "24.6")
    assert row.escalate_at == world.at + timedelta(minutes=30)  # what is critical now is escalated as such
    said = [step.said for step in world.steps() if step.act is A.ESCALATED]
    assert said[0] == f"nobody took it in 4 h (clause 24.5): told to {world.cast.owner.id}"
    assert said[1].endswith("; critical from now on, before high")
    assert world.actions()[-2:] == ["alert.escalated"] * 2


def test_an_escalation_reaches_people_by_mail_who_may_handle_the_alert_from_then_on(world: World) -> None:
    world.raised(severity=Severity.CRITICAL)
    world.later(minutes=30)
    world.tick()
    world.tell()

    assert sorted(row.receiver for row in world.messages()) == sorted(
        one.id for one in (world.cast.owner, world.cast.validator, world.cast.second_validator)
    )
    acknowledge(world.store, world.ledger, alert="AL0001", actor=world.cast.second_validator, at=world.at)


def test_what_somebody_took_what_recovered_and_what_is_light_is_not_escalated(world: World) -> None:
    world.raised(severity=Severity.CRITICAL, key="taken")
    world.raised(severity=Severity.CRITICAL, key="recovered")
    world.raised(severity=Severity.LOW, key="light", kind=AlertKind.DEVIATION)
    acknowledge(world.store, world.ledger, alert="AL0001", actor=world.cast.owner, at=NOON)
    world.settled("recovered")

    world.later(days=30)

    assert world.tick() == []


def test_a_condition_that_comes_back_counts_the_minutes_anew(world: World) -> None:
    world.raised(severity=Severity.CRITICAL)
    world.settled()
    world.later(hours=5)
    world.raised(severity=Severity.CRITICAL)

    assert world.alert().escalate_at == world.at + timedelta(minutes=30)


def test_the_policy_caps_what_alerts_of_low_tiers_weigh(world: World) -> None:
    a_model(world.store, world.cast, tier=4)
    world.raised(model="M0002", severity=Severity.CRITICAL)

    row = world.alert()
    assert (row.severity, row.clause) == (Severity.MEDIUM, "24.2")


def test_a_snoozed_alert_wakes_by_itself_and_its_assignee_hears_of_it(world: World) -> None:
    world.raised()
    acknowledge(world.store, world.ledger, alert="AL0001", actor=world.cast.owner, at=NOON)
    until = NOON + timedelta(hours=2)
    snooze(world.store, world.ledger, alert="AL0001", until=until, reason=WORDS, actor=world.cast.owner, at=NOON)
    world.later(hours=1)
    assert world.tick() == []
    world.later(hours=1)

    assert world.tick() == [True]

    world.tell()
    assert world.alert().snoozed_until is None
    assert [(row.receiver, row.topic) for row in world.messages()] == [(world.cast.owner.id, "alert.told")]
    assert world.acts()[-2:] == [A.WOKEN, A.TOLD]


@pytest.mark.parametrize("name", ["sqlite_store", "postgresql_store"])
def test_a_slot_is_done_once_however_many_workers_have_it(
    name: str, request: pytest.FixtureRequest, ledger: Ledger
) -> None:
    store = request.getfixturevalue(name)
    assert isinstance(store, Store)
    world = a_world(store, ledger)
    world.raised(severity=Severity.CRITICAL)
    world.later(minutes=30)
    with store.reading() as session:
        (slot,) = due_alerts(session, at=world.at)

    done = [tick(store, ledger, slot=slot, at=world.at) for _ in range(5)]

    assert done == [True, False, False, False, False]
    assert world.acts().count(A.ESCALATED) == 1


def test_a_slot_on_which_workers_died_is_due_again_later(world: World) -> None:
    world.raised(severity=Severity.CRITICAL)
    world.later(minutes=30)
    with world.store.reading() as session:
        (slot,) = due_alerts(session, at=world.at)

    postpone(world.store, slot=slot, at=world.at)

    assert world.tick() == []
    world.later(minutes=15)
    assert world.tick() == [True]
