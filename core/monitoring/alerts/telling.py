"""Turns what is due into messages: one for each group of alerts and channel, one digest after quiet hours.

A message says what was measured and where to read on. Names of models and what code wrote go through the masking of
personal data first; people are not named.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlmodel import Session, col, select

from core.access.grants import load_person
from core.access.personal_data.masking import mask
from core.access.rules import SYSTEM
from core.errors import NotFound
from core.inventory.tables import Model
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel, OutboxMessage
from core.ledger.canonical import JsonValue
from core.monitoring.alerts.people import party_of
from core.monitoring.alerts.tables import Alert, AlertChannel, AlertNotice, AlertStep
from core.monitoring.alerts.vocabulary import AlertAct, ChannelKind
from core.policy.alerting.rules import Party, Severity
from core.store import Store, Transaction

TOLD, TEST = "alert.told", "channel.test"
MOST_NOTICES, MOST_IN_ONE, LONGEST = 500, 20, 600
NOW: Mapping[AlertAct, str] = {
    AlertAct.RAISED: "new", AlertAct.CAME_BACK: "came back", AlertAct.REPEATED: "weighs more now",
    AlertAct.RECOVERED: "the condition is gone", AlertAct.ESCALATED: "escalated: nobody took it",
    AlertAct.WOKEN: "snoozed until now", AlertAct.ASSIGNED: "assigned to you",
}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """A message: subject and text to read, data for machines."""

    subject: str
    text: str
    data: Mapping[str, JsonValue]
    severity: Severity = Severity.LOW


@dataclass(frozen=True)
class _Told:
    notice: AlertNotice
    alert: Alert
    name: str  # of the model


def tell_due(store: Store, *, url: str, mail: bool, at: datetime) -> int:
    """Queue the messages that are due; answers how many. Without a mail server nobody is told by mail.

    Notices are marked in the transaction that queues their message, so that each is told once.
    """
    due = (col(AlertNotice.told_at).is_(None), AlertNotice.due_at <= at)
    with store.reading() as session:  # most looks find nothing and need no writer's lock
        if session.exec(select(AlertNotice.id).where(*due).limit(1)).first() is None:
            return 0
    with store.transaction() as tx:
        query = select(AlertNotice).where(*due).order_by(col(AlertNotice.to), col(AlertNotice.id))
        notices = tx.session.exec(query.limit(MOST_NOTICES).with_for_update(skip_locked=True)).all()
        told = _with_alerts(tx.session, notices)
        return sum(
            _tell(tx, to, part, url, mail, at)
            for to, found in groupby(told, key=lambda one: one.notice.to)
            for part in _parts(list(found))
        )


def queue_for(
    tx: Transaction, channel: AlertChannel, words: Words, *, topic: str, person: str = "", at: datetime
) -> list[OutboxMessage]:
    """One message to each receiver of the channel; a channel to people tries out on `person`."""
    if channel.kind is ChannelKind.WEBHOOK:
        said = {"type": topic, "timestamp": at.isoformat(), "data": dict(words.data)}
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        return [enqueue_message(tx, Channel.WEBHOOK, channel.target, topic, body, at=at)]
    body = _body(words)
    if channel.kind is ChannelKind.SERVICE:
        return [enqueue_message(tx, Channel.SERVICE, channel.number, topic, body, at=at)]
    if channel.kind is ChannelKind.PEOPLE:
        return [enqueue_message(tx, Channel.MAIL, person, topic, body, at=at)]
    return [
        enqueue_message(tx, Channel.MAIL, f"{channel.number}/{place}", topic, body, at=at)
        for place in range(1, channel.addresses + 1)
    ]


def trial_words(channel: AlertChannel, url: str) -> Words:
    """What a channel is told when it is tried out."""
    text = (
        f"This message tries out the channel {channel.number} of Countersign. It tells of no alert.\n\n{url}/channels"
    )
    return Words(f"Countersign: test of {channel.number}", text, {"channel": channel.number, "test": True})


def words_of(told: Sequence[tuple[Alert, AlertAct, str]], url: str, *, held: bool = False) -> Words:
    """The message of these alerts: what became of each, and the name of its model."""
    worst = max((alert.severity for alert, _, _ in told), key=lambda one: one.rank)
    return Words(
        subject=_subject(told, worst, held),
        text="\n\n".join([*_lines(told, url), f"All alerts: {url}/alerts"]),
        data={"severity": worst.value, "held_back": held, "alerts": [_data(*one, url) for one in told[:MOST_IN_ONE]]},
        severity=worst,
    )


def _with_alerts(session: Session, notices: Sequence[AlertNotice]) -> list[_Told]:
    ids = {one.alert_id for one in notices}
    alerts = {row.id: row for row in session.exec(select(Alert).where(col(Alert.id).in_(ids)))}
    models = {row.model for row in alerts.values()}
    names = dict(session.exec(select(Model.number, Model.name).where(col(Model.number).in_(models))).all())
    return [_Told(one, alerts[one.alert_id], names.get(alerts[one.alert_id].model, "")) for one in notices]


def _parts(found: list[_Told]) -> Iterable[list[_Told]]:
    """What was held back together as one digest, then each group by itself."""
    held = [one for one in found if one.notice.held]
    if held:
        yield held
    rest = sorted((one for one in found if not one.notice.held), key=lambda one: one.alert.cluster)
    for _, part in groupby(rest, key=lambda one: one.alert.cluster):
        yield list(part)


def _tell(tx: Transaction, to: str, part: list[_Told], url: str, mail: bool, at: datetime) -> int:
    channel = tx.session.exec(select(AlertChannel).where(AlertChannel.number == to)).first()
    by_receiver = _by_receiver(tx.session, to, channel, part, mail, at)
    messages: dict[int, str] = {}
    count = 0
    for receiver, theirs in by_receiver:
        newest = {one.alert.number: (one.alert, one.notice.act, one.name) for one in theirs}
        words = words_of(list(newest.values()), url, held=theirs[0].notice.held)
        if channel is None:
            sent = [enqueue_message(tx, Channel.MAIL, receiver, TOLD, _body(words), at=at)]
        else:
            sent = queue_for(tx, channel, words, topic=TOLD, person=receiver, at=at)
        count += len(sent)
        messages |= {one.notice.id or 0: sent[0].number for one in theirs}
    for one in part:
        message = messages.get(one.notice.id or 0, "")
        one.notice.told_at, one.notice.message = at, message
        tx.session.add(one.notice)
    for alert in {one.alert.number: one.alert for one in part}.values():
        said = _history(to, channel, [messages.get(one.notice.id or 0, "") for one in part if one.alert is alert])
        tx.session.add(AlertStep(alert_id=alert.id or 0, at=at, act=AlertAct.TOLD, by=SYSTEM.id, said=said))
    return count


def _history(to: str, channel: AlertChannel | None, messages: Sequence[str]) -> str:
    name = to if channel is None else f"{to} {channel.name}"
    sent = [one for one in messages if one]
    return f"{name}: {sent[-1]}" if sent else f"{name}: nobody could be told"


def _by_receiver(
    session: Session, to: str, channel: AlertChannel | None, part: list[_Told], mail: bool, at: datetime
) -> list[tuple[str, list[_Told]]]:
    """Each receiver with what is for them; of people, those with an address, each with the alerts that are theirs."""
    if channel is not None and (channel.closed_at is not None or (not mail and channel.kind is ChannelKind.ADDRESSES)):
        return []
    if channel is not None and channel.kind is not ChannelKind.PEOPLE:
        return [("", part)]
    found: dict[str, list[_Told]] = {}
    for one in part if mail else []:
        people = [to] if channel is None else people_of_channel(session, channel, one.alert, at=at)
        for person in people:
            found.setdefault(person, []).append(one)
    return [(person, theirs) for person, theirs in sorted(found.items()) if _has_address(session, person)]


def people_of_channel(session: Session, channel: AlertChannel, alert: Alert, *, at: datetime) -> tuple[str, ...]:
    """The numbers of the people whom the channel tells of this alert."""
    named = [str(one) for one in json.loads(channel.target)]
    parties = [Party(one) for one in named if one in set(Party)]
    return tuple(sorted({*party_of(session, alert, parties, at=at), *(one for one in named if one not in set(Party))}))


def _has_address(session: Session, person: str) -> bool:
    try:
        row = load_person(session, person)
    except NotFound:
        return False
    return bool(row.email) and row.disabled_at is None


def _subject(told: Sequence[tuple[Alert, AlertAct, str]], worst: Severity, held: bool) -> str:
    if held:
        return f"Countersign: {len(told)} alert{'s'[: len(told) > 1]} from quiet hours, the worst {worst}"
    alert, act, _ = told[0]
    place = " ".join(filter(None, (alert.model, alert.environment)))
    if len(told) > 1:
        return f"Countersign: {len(told)} alerts{f' of {place}' if place else ''}, the worst {worst}"
    said = "recovered, " if act is AlertAct.RECOVERED else "escalated, " if act is AlertAct.ESCALATED else ""
    return mask(f"Countersign: {said}{worst} alert {alert.number}{f' of {place}' if place else ''}: {alert.title}")


def _lines(told: Sequence[tuple[Alert, AlertAct, str]], url: str) -> Iterable[str]:
    for alert, act, name in sorted(told, key=lambda one: -one[0].severity.rank)[:MOST_IN_ONE]:
        place = ", ".join(filter(None, (f"{mask(name)} ({alert.model})" if name else alert.model, alert.environment)))
        yield "\n".join(
            filter(
                None,
                (
                    f"{alert.number}, {alert.severity}, {NOW.get(act, act)}: {mask(alert.title)}",
                    place and f"{place}{f', version {mask(alert.version)}' if alert.version else ''}",
                    mask(alert.detail)[:LONGEST],
                    f"seen {alert.count} times" if alert.count > 1 else "",
                    f"{url}/alert?alert={alert.number}",
                ),
            )
        )
    if len(told) > MOST_IN_ONE:
        yield f"and {len(told) - MOST_IN_ONE} more"


def _data(alert: Alert, act: AlertAct, name: str, url: str) -> JsonValue:
    return {
        "number": alert.number, "what": act.value, "kind": alert.kind, "severity": alert.severity.value,
        "status": alert.status.value, "title": mask(alert.title), "detail": mask(alert.detail)[:LONGEST],
        "model": alert.model or None, "model_name": mask(name) or None, "version": mask(alert.version) or None,
        "environment": alert.environment or None, "count": alert.count, "group": alert.cluster,
        "raised": alert.raised_at.isoformat(), "address": f"{url}/alert?alert={alert.number}",
    }  # fmt: skip


def _body(words: Words) -> str:
    said = {"subject": words.subject, "text": words.text, "severity": words.severity.value}
    return json.dumps(said, ensure_ascii=False)
