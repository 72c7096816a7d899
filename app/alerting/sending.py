"""Delivers one message of alerts: by mail to a person or an address, or to a service."""

import json
import time
from collections.abc import Callable

from app.alerting.sealing import unseal
from app.alerting.services import ServiceFailed, tell_service
from app.composition import Workplace
from app.mail import NotDelivered, send
from core.access.grants import load_person
from core.errors import GovernanceError, NotFound
from core.jobs.outbox.service import Message, Outcome
from core.monitoring.alerts.channels import load_channel
from core.monitoring.alerts.tables import AlertChannel


def send_mail(place: Workplace, message: Message) -> Outcome:
    """To the person, or to the address of the channel, that the message names; the same id at every attempt."""
    return _timed(lambda: _mailed(place, message))


def send_to_service(place: Workplace, message: Message) -> Outcome:
    """To Slack, Teams or another service behind the channel that the message names."""
    return _timed(lambda: _told(place, message))


def _timed(act: Callable[[], str]) -> Outcome:
    started = time.perf_counter()
    try:
        said, arrived = act(), True
    except (GovernanceError, ServiceFailed) as error:
        said, arrived = str(error), False
    return Outcome(arrived, said, round((time.perf_counter() - started) * 1000))


def _mailed(place: Workplace, message: Message) -> str:
    if place.settings.mail is None:
        raise ServiceFailed("Not sent: no mail server is set up")
    to = _address(place, message.receiver)
    if not to:
        raise NotDelivered("the person has no mail address")
    said = json.loads(message.body)
    host = place.settings.public_url.partition("://")[2].partition(":")[0]
    text = f"{said['text']}\n\nMessage {message.number}\n"
    send(place.settings.mail, to=to, subject=said["subject"], text=text, message_id=f"<{message.number}@{host}>")
    return "Taken by the mail server"


def _told(place: Workplace, message: Message) -> str:
    channel = _channel(place, message.receiver)
    said = json.loads(message.body)
    return tell_service(
        unseal(place, channel),
        title=said["subject"],
        text=f"{said['text']}\n\nMessage {message.number}",
        severity=said["severity"],
        message=message.number,
        allowed=place.settings.alert_hosts,
    )


def _address(place: Workplace, receiver: str) -> str:
    """Of a person, `P0007`, or of a channel's list by its place, `AC0003/2`."""
    number, slash, position = receiver.partition("/")
    if not slash:
        with place.store.reading() as session:
            person = load_person(session, number)
            return "" if person.disabled_at is not None else person.email
    addresses = json.loads(unseal(place, _channel(place, number)))
    return str(addresses[int(position) - 1])


def _channel(place: Workplace, number: str) -> AlertChannel:
    with place.store.reading() as session:
        channel = load_channel(session, number)
    if channel.closed_at is not None:
        raise NotFound("open channel", number)
    return channel
