"""Corrective actions: done by their owner, verified by somebody else, extended with a reason, never forgotten."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from core.access.rules import Actor
from core.errors import Refused, Unreadable
from core.improvement.actions.reminding import remind_of_actions
from core.improvement.actions.service import (
    extend_action,
    load_action,
    reassign_action,
    report_action_done,
    send_action_back,
    verify_action,
)
from core.improvement.actions.tables import CorrectiveAction
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.monitoring.alerts.tables import Alert
from core.store import Store
from tests.builders import NOON
from tests.incidents.conftest import World, a_world

SAID = "The join is tested on every file that arrives."
DUE = NOON + timedelta(days=14)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {one.code for one in refused.value.refusals}


def action_of(world: World) -> CorrectiveAction:
    with world.store.reading() as session:
        return load_action(session, "ACT0001")


def the_alert(store: Store) -> Alert:
    with store.reading() as session:
        return session.exec(select(Alert)).one()


def test_an_action_is_done_by_its_owner_and_verified_by_somebody_else(world: World) -> None:
    world.action(world.declared())
    both = Actor(world.cast.developer.id, world.cast.developer.roles | world.cast.validator.roles)

    with pytest.raises(Refused) as not_owner:
        world.does(report_action_done, world.cast.owner, action="ACT0001", done=SAID)
    world.does(report_action_done, both, action="ACT0001", done=SAID, evidence=("R0001", "R0001", " "))
    with pytest.raises(Refused) as own:
        world.does(verify_action, both, action="ACT0001", text=SAID)
    world.does(verify_action, world.cast.validator, action="ACT0001", text=SAID)

    row = action_of(world)
    assert codes(not_owner) == {"not-owner"}
    assert codes(own) == {"own-action"}
    assert (row.status.value, row.evidence, row.verified_by) == ("verified closed", "R0001", world.cast.validator.id)


def test_what_is_not_enough_goes_back_with_a_reason(world: World) -> None:
    world.action(world.declared())
    world.does(report_action_done, world.cast.developer, action="ACT0001", done=SAID)

    world.does(send_action_back, world.cast.validator, action="ACT0001", reason="No test is named here.")

    row = action_of(world)
    assert (row.status.value, row.done_by, row.sent_back) == ("open", None, "No test is named here.")


def test_nobody_gives_their_own_action_more_time(world: World) -> None:
    world.action(world.declared())
    later = {"action": "ACT0001", "due_at": DUE + timedelta(days=7), "reason": "The supplier answers next week."}

    with pytest.raises(Refused) as own:
        world.does(extend_action, world.cast.developer, **later)
    with pytest.raises(Unreadable):
        world.does(extend_action, world.cast.owner, **(later | {"due_at": NOON}))
    world.does(extend_action, world.cast.owner, **later)

    assert codes(own) == {"own-action"}
    assert action_of(world).due_at == DUE + timedelta(days=7)


def test_an_action_is_given_to_somebody_who_can_do_it(world: World) -> None:
    world.action(world.declared())
    said = {"action": "ACT0001", "reason": "The developer is away."}

    with pytest.raises(Refused) as refused:
        world.does(reassign_action, world.cast.owner, **said, owner=world.cast.auditor.id)
    world.does(reassign_action, world.cast.owner, **said, owner=world.cast.owner.id)

    assert codes(refused) == {"owner-role"}
    assert action_of(world).owner == world.cast.owner.id


def test_a_reminder_an_alert_and_an_escalation_come_once_each(store: Store, ledger: Ledger) -> None:
    world = a_world(store, ledger)
    about = (Ref(RecordKind.INCIDENT, world.declared()), Ref(RecordKind.MODEL, world.model))
    world.action("IN0001", about=about)

    def rounds(days: float) -> list[int]:
        moment: datetime = DUE + timedelta(days=days)
        return [remind_of_actions(store, ledger, at=moment) for _ in range(2)]

    assert [rounds(days) for days in (-4, -2, 1, 8)] == [[0, 0], [1, 0], [1, 0], [1, 0]]
    alert = the_alert(store)
    assert (alert.kind, alert.model, alert.severity.value, alert.count) == ("overdue action", world.model, "high", 2)


def test_doing_or_extending_an_overdue_action_settles_its_alert(world: World) -> None:
    world.action(world.declared())
    late = DUE + timedelta(days=1)
    remind_of_actions(world.store, world.ledger, at=late)
    said = {"action": "ACT0001", "due_at": late + timedelta(days=7), "reason": "The supplier answers next week."}

    extend_action(world.store, world.ledger, actor=world.cast.owner, at=late, **said)  # type: ignore[arg-type]

    assert the_alert(world.store).recovered_at == late
    again = late + timedelta(days=8)
    assert remind_of_actions(world.store, world.ledger, at=again) == 1
    assert the_alert(world.store).recovered_at is None
    report_action_done(
        world.store, world.ledger, action="ACT0001", done=SAID, actor=world.cast.developer, at=again
    )  # fmt: skip
    assert the_alert(world.store).recovered_at == again
