"""Who is told, when, in how many messages, and what never leaves."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from core.errors import Refused, Unreadable
from core.ledger.tables import LogPayload
from core.monitoring.alerts.channels import (
    NewChannel,
    Quiet,
    Route,
    add_channel,
    add_route,
    addresses_in,
    close_channel,
    end_route,
    load_channel,
    send_test,
    set_quiet,
)
from core.monitoring.alerts.handling import assign, snooze
from core.monitoring.alerts.rules import quiet_until
from core.monitoring.alerts.vocabulary import AlertAct, ChannelKind
from core.policy.alerting.rules import AlertKind, Severity
from tests.builders import NOON, a_model
from tests.monitoring.alerts.conftest import URL, World

A, S = AlertAct, Severity
NIGHT = Quiet(20 * 60, 7 * 60, "Europe/Berlin")  # NOON is 13:00 there


def test_a_group_of_alerts_is_one_message(world: World) -> None:
    world.channel()
    for key in ("one", "two", "three"):
        world.raised(key=key)
        world.later(seconds=10)
    assert world.tell() == 0  # a message waits a minute for others of its group
    world.later(minutes=1)

    assert world.tell() == 1

    (row,) = world.messages()
    said = json.loads(world.bodies()[0])
    assert (row.channel.value, row.receiver, row.topic) == ("mail", world.cast.owner.id, "alert.told")
    assert said["subject"] == "Countersign: 3 alerts of M0001 production, the worst medium"
    assert [f"{URL}/alert?alert=AL000{one}" in said["text"] for one in (1, 2, 3)] == [True] * 3
    assert world.acts("AL0002") == [A.RAISED, A.TOLD]
    assert world.tell() == 0


def test_what_joins_a_group_later_follows_at_its_end_unless_it_weighs_more(world: World) -> None:
    world.channel()
    world.raised(key="one")
    world.later(minutes=1)
    world.tell()
    world.later(minutes=10)
    world.raised(key="two")
    world.later(minutes=5)
    assert world.tell() == 0
    world.raised(key="three", severity=S.HIGH)
    world.later(minutes=1)
    assert world.tell() == 1
    assert "high alert AL0003" in json.loads(world.bodies()[1])["subject"]

    world.later(hours=1)

    assert world.tell() == 1
    assert "alert AL0002" in json.loads(world.bodies()[2])["subject"]


def test_a_critical_alert_waits_for_nobody_and_passes_quiet_hours(world: World) -> None:
    world.channel(quiet=Quiet(0, 0, "UTC"))

    world.raised(severity=S.CRITICAL)

    assert world.tell() == 1


def test_quiet_hours_hold_back_and_end_with_one_digest(world: World) -> None:
    a_model(world.store, world.cast, tier=2)
    world.channel(quiet=NIGHT)
    world.later(hours=9)  # 22:00 in Berlin
    world.raised(key="one")
    world.raised(key="two", model="M0002", severity=S.HIGH)
    world.later(hours=8, minutes=59)
    assert world.tell() == 0
    world.later(minutes=1)

    assert world.tell() == 1

    said = json.loads(world.bodies()[0])
    assert said["subject"] == "Countersign: 2 alerts from quiet hours, the worst high"
    assert said["text"].index("AL0002, high") < said["text"].index("AL0001, medium")


@pytest.mark.parametrize(
    ("hour", "begin", "end", "zone", "hours"),
    [
        (12, 1200, 420, "Europe/Berlin", None),  # 13:00 there
        (20, 1200, 420, "Europe/Berlin", 10),  # 21:00, ends at 07:00
        (2, 1200, 420, "Europe/Berlin", 4),
        (12, 480, 480, "UTC", 20),  # the whole day: told at 08:00
        (7, 480, 480, "UTC", 1),
        (12, 720, 780, "UTC", 1),
        (13, 720, 780, "UTC", None),
        (12, None, None, "UTC", None),
    ],
)
def test_quiet_hours_are_those_of_their_zone(
    hour: int, begin: int | None, end: int | None, zone: str, hours: int | None
) -> None:
    at = NOON.replace(hour=hour)

    found = quiet_until(at, begin, end, zone)

    assert found == (None if hours is None else at + timedelta(hours=hours))


def test_quiet_hours_follow_the_change_of_the_clock() -> None:
    evening = NOON.replace(month=10, day=24, hour=20)  # 22:00 in Berlin; at three the clock goes back to two

    assert quiet_until(evening, 1200, 420, "Europe/Berlin") == NOON.replace(month=10, day=25, hour=6)


def test_routes_choose_by_weight_kind_tier_model_and_environment(world: World) -> None:
    a_model(world.store, world.cast, tier=4)
    for route in (
        {"least": S.HIGH}, {"kinds": frozenset({AlertKind.NO_DATA})}, {"tiers": frozenset({4})}, {"model": "M0002"},
        {"environment": "staging"}, {"model": "M0001", "tiers": frozenset({1}), "environment": "production"},
    ):  # fmt: skip
        world.channel(**route)

    world.raised()
    world.later(minutes=1)
    world.tell()

    told = [step.said.partition(" ")[0] for step in world.steps() if step.act is A.TOLD]
    assert told == ["AC0006"]


def test_a_recovery_is_told_to_those_who_heard_of_the_breach(world: World) -> None:
    world.channel(least=S.MEDIUM)
    world.raised()
    world.later(minutes=1)
    world.tell()
    world.settled()
    world.raised(key="light", severity=S.LOW)
    world.settled("light")
    world.later(minutes=1)

    assert world.tell() == 1

    assert "recovered, medium alert AL0001" in json.loads(world.bodies()[1])["subject"]


def test_nobody_hears_of_a_snoozed_alert(world: World) -> None:
    world.channel()
    world.raised()
    world.later(minutes=1)
    world.tell()
    until = world.at + timedelta(days=1)
    snooze(
        world.store, world.ledger, alert="AL0001", until=until, reason="Known until tomorrow.", actor=world.cast.owner,
        at=world.at,
    )  # fmt: skip
    world.settled()
    world.raised()
    world.later(hours=2)

    assert world.tell() == 0


def test_personal_data_leaves_in_no_message(world: World) -> None:
    planted = "Jane, jane.roe@example.com, +49 30 901820, DE89 3704 0044 0532 0130 00, 4111 1111 1111 1111"
    world.channel()
    world.channel(ChannelKind.WEBHOOK)
    world.channel(ChannelKind.SERVICE)
    world.raised(title=f"Breach for {planted}", detail=f"Rows of {planted} are wrong.", severity=S.CRITICAL)
    world.raised(key="other", severity=S.CRITICAL, detail=planted)  # a second one: the message of several alerts

    world.tell()

    left = "".join(world.bodies())
    assert len(world.bodies()) == 3
    assert [one for one in ("jane.roe", "901820", "0532 0130", "4111") if one in left] == []
    assert world.cast.owner.id not in left
    assert "AL0001" in left


def test_a_person_without_an_address_and_an_installation_without_mail_are_said_in_the_history(world: World) -> None:
    world.raised()
    assign(world.store, world.ledger, alert="AL0001", to=world.cast.developer.id, actor=world.cast.owner, at=NOON)
    assert world.tell(mail=False) == 0

    assert world.steps()[-1].said == f"{world.cast.developer.id}: nobody could be told"
    assert world.tell() == 0


def test_the_message_to_a_webhook_is_an_event_with_its_data(world: World) -> None:
    world.channel(ChannelKind.WEBHOOK)
    world.raised(severity=S.CRITICAL)
    world.tell()

    said = json.loads(world.bodies()[0])
    (alert,) = said["data"]["alerts"]
    assert (said["type"], said["timestamp"]) == ("alert.told", NOON.isoformat())
    assert (alert["number"], alert["what"], alert["kind"], alert["severity"]) == (
        "AL0001", "raised", "breach", "critical",
    )  # fmt: skip


def test_only_administrators_keep_channels_and_what_they_do_is_on_record_without_the_target(world: World) -> None:
    new = NewChannel(ChannelKind.SERVICE, "Risk desk", "slack://T0KEN/secret/words", "Slack at hooks.slack.com")
    with pytest.raises(Refused):
        add_channel(world.store, world.ledger, new=new, seal=_sealed, actor=world.cast.owner, at=NOON)
    row = add_channel(world.store, world.ledger, new=new, seal=_sealed, actor=world.cast.administrator, at=NOON)
    add_route(
        world.store, world.ledger, channel=row.number, route=Route(S.HIGH), actor=world.cast.administrator, at=NOON
    )
    with pytest.raises(Refused):
        add_route(
            world.store, world.ledger, channel=row.number, route=Route(S.HIGH), actor=world.cast.administrator, at=NOON
        )
    end_route(world.store, world.ledger, route=1, actor=world.cast.administrator, at=NOON)
    close_channel(world.store, world.ledger, channel=row.number, actor=world.cast.administrator, at=NOON)

    assert world.actions()[-5:] == [
        "channel.added", "alert.routes_set", "act.refused", "alert.routes_set", "channel.closed",
    ]  # fmt: skip
    with world.store.reading() as session:
        assert load_channel(session, row.number).target == ""  # what is closed keeps no secret
        kept = "".join(one.body or "" for one in session.exec(select(LogPayload)))
    assert "T0KEN" not in kept


def _sealed(_number: str, text: str) -> str:
    return text[::-1]


def test_a_closed_channel_is_told_nothing_more(world: World) -> None:
    number = world.channel(ChannelKind.SERVICE)
    world.raised()
    close_channel(world.store, world.ledger, channel=number, actor=world.cast.administrator, at=NOON)
    world.later(minutes=1)

    assert world.tell() == 0


def test_a_test_message_reaches_the_one_who_asks_and_each_address(world: World) -> None:
    people, addresses = world.channel(), world.channel(ChannelKind.ADDRESSES)
    for number in (people, addresses):
        send_test(world.store, world.ledger, channel=number, url=URL, actor=world.cast.administrator, at=NOON)

    assert [(row.receiver, row.topic) for row in world.messages()] == [
        (world.cast.administrator.id, "channel.test"), ("AC0002/1", "channel.test"),
    ]  # fmt: skip
    assert world.actions()[-1] == "channel.tested"


@pytest.mark.parametrize("text", ["", "nobody", "a@b c", "a@-b", "<a@b.example>", "a@b.example, x"])
def test_what_is_no_list_of_addresses_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        addresses_in(text)
    assert text not in str(caught.value) or not text


def test_quiet_hours_that_cannot_be_are_refused(world: World) -> None:
    number = world.channel()
    for quiet in (Quiet(60, None), Quiet(60, 120, "Europe/Atlantis")):
        with pytest.raises(Unreadable):
            set_quiet(
                world.store, world.ledger, channel=number, quiet=quiet, seen=1, actor=world.cast.administrator, at=NOON
            )
