"""Who may do what to an alert: people with a part in its model and approvers, with reasons that are kept."""

from datetime import timedelta

import pytest

from core.access.rules import Role
from core.errors import Conflict, NotFound, Refused
from core.monitoring.alerts.handling import acknowledge, assign, close_alert, snooze, wake
from core.monitoring.alerts.vocabulary import AlertAct, AlertStatus, Cause
from core.policy.alerting.rules import AlertKind, Severity
from tests.builders import NOON, a_person
from tests.monitoring.alerts.conftest import World

WORDS = "The feed of the bureau was late for a day."
A = AlertAct


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return sorted(reason.code for reason in refused.value.refusals)


def test_an_alert_goes_from_open_to_closed_with_a_cause(world: World) -> None:
    world.raised()
    acknowledge(world.store, world.ledger, alert="AL0001", actor=world.cast.developer, at=world.later(minutes=5))
    close_alert(
        world.store, world.ledger, alert="AL0001", cause=Cause.UPSTREAM, words=WORDS, actor=world.cast.owner,
        at=world.later(minutes=5),
    )  # fmt: skip

    row = world.alert()
    assert (row.status, row.cause, row.closing) == (AlertStatus.CLOSED, Cause.UPSTREAM, WORDS)
    assert (row.acknowledged_by, row.assignee, row.closed_by) == (
        world.cast.developer.id, world.cast.developer.id, world.cast.owner.id,
    )  # fmt: skip
    assert world.acts() == [A.RAISED, A.ACKNOWLEDGED, A.CLOSED]
    assert world.actions()[-3:] == ["alert.raised", "alert.acknowledged", "alert.closed"]


def test_what_comes_again_after_closing_is_a_new_alert_that_names_the_former(world: World) -> None:
    world.raised()
    close_alert(
        world.store, world.ledger, alert="AL0001", cause=Cause.DATA, words=WORDS, actor=world.cast.owner, at=NOON
    )
    world.raised()

    assert (world.alert("AL0002").former, world.alert("AL0002").count) == ("AL0001", 1)


def test_people_without_a_part_in_the_model_cannot_handle_its_alerts_until_they_are_given_one(world: World) -> None:
    stranger = a_person(world.store, Role.DEVELOPER)
    world.raised()
    with pytest.raises(Refused) as refused:
        acknowledge(world.store, world.ledger, alert="AL0001", actor=stranger, at=NOON)
    assert codes(refused) == ["no-part"]
    assert world.actions()[-1] == "act.refused"

    assign(world.store, world.ledger, alert="AL0001", to=stranger.id, actor=world.cast.approver, at=NOON)
    acknowledge(world.store, world.ledger, alert="AL0001", actor=stranger, at=NOON)

    assert world.alert().assignee == stranger.id


@pytest.mark.parametrize("who", ["auditor", "administrator"])
def test_roles_that_do_not_answer_for_models_handle_no_alerts(world: World, who: str) -> None:
    world.raised(model="", kind=AlertKind.ACCESS, environment="")

    with pytest.raises(Refused) as refused:
        acknowledge(world.store, world.ledger, alert="AL0001", actor=getattr(world.cast, who), at=NOON)

    assert codes(refused) == ["permission"]


def test_an_alert_is_given_to_people_who_can_handle_it(world: World) -> None:
    world.raised()
    for person in (world.cast.auditor.id, "P9999"):
        with pytest.raises(Refused) as refused:
            assign(world.store, world.ledger, alert="AL0001", to=person, actor=world.cast.owner, at=NOON)
        assert codes(refused) == ["assignee"]


def test_two_people_who_assign_at_once_do_not_undo_each_other(world: World) -> None:
    world.raised()
    seen = world.alert().revision
    assign(
        world.store,
        world.ledger,
        alert="AL0001",
        to=world.cast.developer.id,
        seen=seen,
        actor=world.cast.owner,
        at=NOON,
    )

    with pytest.raises(Conflict):
        assign(
            world.store,
            world.ledger,
            alert="AL0001",
            to=world.cast.owner.id,
            seen=seen,
            actor=world.cast.owner,
            at=NOON,
        )


@pytest.mark.parametrize(
    ("severity", "hours", "fits"),
    [
        (Severity.CRITICAL, 24, True), (Severity.CRITICAL, 25, False), (Severity.HIGH, 24 * 7, True),
        (Severity.HIGH, 24 * 7 + 1, False), (Severity.LOW, 24 * 90, True), (Severity.LOW, 0.05, False),
    ],
)  # fmt: skip
def test_a_snooze_is_bounded_by_what_the_alert_weighs(
    world: World, severity: Severity, hours: float, fits: bool
) -> None:
    world.raised(severity=severity)
    until = NOON + timedelta(hours=hours)
    if fits:
        snooze(world.store, world.ledger, alert="AL0001", until=until, reason=WORDS, actor=world.cast.owner, at=NOON)
        assert world.alert().snoozed_until == until
    else:
        with pytest.raises(Refused) as refused:
            snooze(
                world.store, world.ledger, alert="AL0001", until=until, reason=WORDS, actor=world.cast.owner, at=NOON
            )
        assert codes(refused) == ["snooze"]


def test_every_reason_against_an_act_is_said_at_once(world: World) -> None:
    world.raised()
    close_alert(
        world.store, world.ledger, alert="AL0001", cause=Cause.DATA, words=WORDS, actor=world.cast.owner, at=NOON
    )

    with pytest.raises(Refused) as refused:
        snooze(world.store, world.ledger, alert="AL0001", until=NOON, reason="Why", actor=world.cast.auditor, at=NOON)

    assert codes(refused) == ["closed", "no-part", "permission", "snooze", "words"]


def test_an_alert_can_be_woken_before_its_time_but_only_from_a_snooze(world: World) -> None:
    world.raised()
    with pytest.raises(Refused) as refused:
        wake(world.store, world.ledger, alert="AL0001", actor=world.cast.owner, at=NOON)
    assert codes(refused) == ["awake"]

    until = NOON + timedelta(days=2)
    snooze(world.store, world.ledger, alert="AL0001", until=until, reason=WORDS, actor=world.cast.owner, at=NOON)
    assert world.alert().escalate_at is None
    wake(world.store, world.ledger, alert="AL0001", actor=world.cast.owner, at=world.later(hours=1))

    assert world.alert().snoozed_until is None
    assert world.alert().escalate_at is not None


def test_what_weighs_more_than_when_it_was_put_off_wakes(world: World) -> None:
    world.raised()
    until = NOON + timedelta(days=2)
    snooze(world.store, world.ledger, alert="AL0001", until=until, reason=WORDS, actor=world.cast.owner, at=NOON)

    world.raised()
    assert world.alert().snoozed_until == until
    world.raised(severity=Severity.CRITICAL)

    assert world.alert().snoozed_until is None


def test_personal_data_in_reasons_is_masked_before_it_is_kept(world: World) -> None:
    world.raised()
    close_alert(
        world.store, world.ledger, alert="AL0001", cause=Cause.DATA,
        words="Reported by jane.roe@example.com of the bureau.", actor=world.cast.owner, at=NOON,
    )  # fmt: skip

    assert "jane.roe" not in world.alert().closing
    assert "jane.roe" not in world.steps()[-1].said


def test_there_is_no_alert_of_another_number(world: World) -> None:
    with pytest.raises(NotFound):
        acknowledge(world.store, world.ledger, alert="AL0009", actor=world.cast.owner, at=NOON)
