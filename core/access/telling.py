"""Tells a person by mail what was done to their way in, where mail is set up and they have an address."""

import json
from datetime import datetime

from core.access.tables import Person
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel
from core.store import Transaction

TOPIC = "way in"


def tell_person(tx: Transaction, person: Person, subject: str, text: str, *, mail: bool, at: datetime) -> None:
    """Put the mail into the outbox, so that it leaves with the change and never without it."""
    if mail and person.email:
        body = json.dumps(
            {
                "subject": f"Countersign: {subject}",
                "text": f"{text}\n\nIf you know nothing of this, ask an administrator at once.",
            }
        )
        enqueue_message(tx, Channel.MAIL, person.number, TOPIC, body, at=at)
