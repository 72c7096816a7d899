"""A message about an incident leaves by a channel of alerts, and says nothing that people wrote."""

import json

import pytest
from sqlmodel import select

from core.errors import Refused, Unreadable
from core.improvement.incidents.informing import channels_for_messages, inform_channel
from core.improvement.incidents.queries import whole_incident
from core.jobs.outbox.tables import OutboxMessage
from core.monitoring.alerts.channels import NewChannel, add_channel, people_target
from core.monitoring.alerts.vocabulary import ChannelKind
from tests.incidents.conftest import World

URL = "https://countersign.example"
TARGETS = {ChannelKind.PEOPLE: people_target(["model owner"]), ChannelKind.ADDRESSES: '["desk@example.test"]'}


def a_channel(world: World, kind: ChannelKind) -> str:
    new = NewChannel(kind, "The desk", TARGETS[kind], "desk", addresses=int(kind is ChannelKind.ADDRESSES))
    return world.does(add_channel, world.cast.administrator, new=new, seal=lambda _number, text: text).number  # type: ignore[arg-type]


def test_a_message_goes_to_the_channel_and_is_on_record(world: World) -> None:
    number, channel = world.declared(title="A list with the name of Ada Byron"), a_channel(world, ChannelKind.ADDRESSES)

    world.does(inform_channel, world.cast.owner, incident=number, channel=channel, url=URL)

    with world.store.reading() as session:
        (message,) = session.exec(select(OutboxMessage).where(OutboxMessage.topic == "incident.told")).all()
        (told,) = whole_incident(session, number, at=world.at).informed
    said = json.loads(message.body)
    assert (message.receiver, told.who) == (f"{channel}/1", f"The desk ({channel})")
    assert f"{URL}/incident?incident={number}" in said["text"]
    assert "Ada" not in message.body


def test_a_channel_to_the_people_of_an_alert_cannot_be_told(world: World) -> None:
    number, channel = world.declared(), a_channel(world, ChannelKind.PEOPLE)

    with world.store.reading() as session:
        offered = channels_for_messages(session)
    with pytest.raises(Unreadable):
        world.does(inform_channel, world.cast.owner, incident=number, channel=channel, url=URL)

    assert offered == ()


def test_an_auditor_informs_nobody(world: World) -> None:
    number, channel = world.declared(), a_channel(world, ChannelKind.ADDRESSES)

    with pytest.raises(Refused):
        world.does(inform_channel, world.cast.auditor, incident=number, channel=channel, url=URL)
