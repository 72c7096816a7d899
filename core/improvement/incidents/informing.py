"""Sends a message about an incident through a channel of alerts, and puts on record who was informed by it."""

from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Problem, Unreadable
from core.improvement.incidents.facts import incident_facts, load_incident
from core.improvement.incidents.record import Done, recorded
from core.improvement.incidents.rules import refusals
from core.improvement.incidents.rules.life import Act
from core.improvement.incidents.tables import Incident, IncidentInformed
from core.improvement.keeping import refuse
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.alerts.channels import load_channel
from core.monitoring.alerts.tables import AlertChannel
from core.monitoring.alerts.telling import Words, queue_for
from core.monitoring.alerts.vocabulary import ChannelKind
from core.store import Store

TOPIC = "incident.told"


def channels_for_messages(session: Session) -> tuple[AlertChannel, ...]:
    """Channels that a message about an incident can go through; those to the people of an alert cannot."""
    query = select(AlertChannel).where(col(AlertChannel.closed_at).is_(None), AlertChannel.kind != ChannelKind.PEOPLE)
    return tuple(session.exec(query.order_by(col(AlertChannel.id))).all())


def inform_channel(
    store: Store, ledger: Ledger, *, incident: str, channel: str, url: str, actor: Actor, at: datetime
) -> Done:
    """Queue a message to everybody whom the channel reaches: number, severity, state, address; no more leaves."""
    with deciding(store, ledger, Act.INFORM, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = load_incident(tx.session, incident, to_change=True)
        refuse(refusals(incident_facts(tx.session, row, at=at), Act.INFORM, actor))
        to = load_channel(tx.session, channel)
        if to.closed_at is not None or to.kind is ChannelKind.PEOPLE:
            expected = "an open channel to addresses, a webhook or a service"
            raise Unreadable([Problem("cannot be told", column="channel", found=channel, expected=expected)])
        words = message_words(row, url)
        sent = queue_for(tx, to, words, topic=TOPIC, at=at)
        who = f"{to.name} ({to.number})"
        payload = {
            "who": who, "means": "message", "what": words.text, "told_at": at.isoformat(),
            "messages": " ".join(one.number for one in sent),
        }  # fmt: skip
        done = recorded(tx, ledger, Event.INCIDENT_INFORMED, incident, dict(payload), actor=actor, at=at)
        tx.session.add(
            IncidentInformed(
                incident_id=row.id or 0, who=who, means="message", what=words.text, told_at=at,
                written_by=actor.acting_as, written_at=at, entry=done.entry,
            )
        )  # fmt: skip
        return done


def message_words(row: Incident, url: str) -> Words:
    """What leaves: numbers and words of ours alone, since what people wrote may name people; and where to read on."""
    about = f" of {row.model}" if row.model else ""
    address = f"{url}/incident?incident={row.number}"
    text = f"The incident {row.number}{about} is {row.status}, its severity is {row.severity}.\n\nRead on: {address}"
    data = {
        "incident": row.number, "severity": row.severity.value, "status": row.status.value, "model": row.model or None,
        "address": address,
    }  # fmt: skip
    return Words(f"Countersign: incident {row.number}{about}, {row.severity}, {row.status}", text, data, row.severity)
