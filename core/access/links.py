"""One-time links: the first makes the first administrator, others let a person choose their password."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from core.access.rules import Actor
from core.access.tables import Person, SetupLink
from core.errors import GovernanceError
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Transaction

LIFE = timedelta(days=3)


class LinkSpent(GovernanceError):
    """The link was used, has expired, or was never made; all look the same from outside."""

    def __init__(self) -> None:
        super().__init__("This link does not work any more. Ask an administrator for a new one.")


@dataclass(frozen=True)
class OpenLink:
    """What a link is for: a person's password, or, with no person, the first administrator."""

    person: str | None
    username: str


def make_link(tx: Transaction, ledger: Ledger, *, person: str | None, actor: Actor, at: datetime) -> str:
    """Write a new link and void the older ones for the same purpose; answers with its secret, kept nowhere."""
    secret = secrets.token_urlsafe(32)
    same = col(SetupLink.person).is_(None) if person is None else col(SetupLink.person) == person
    tx.session.exec(update(SetupLink).where(same, col(SetupLink.used_at).is_(None)).values(used_at=at))
    tx.session.add(SetupLink(digest=_digest(secret), person=person, created_at=at, expires_at=at + LIFE))
    entity = Entity("person", person or "first administrator")
    ledger.record(tx, Event.PERSON_CHANGED, entity=entity, actor=actor, at=at, payload={"change": "set-up link made"})
    return secret


def open_link(session: Session, secret: str, *, at: datetime) -> OpenLink:
    """What the link is for; raises LinkSpent."""
    link = unspent(session, secret, at=at)
    person = session.exec(select(Person).where(Person.number == link.person)).first() if link.person else None
    return OpenLink(link.person, person.username if person else "")


def unspent(session: Session, secret: str, *, at: datetime) -> SetupLink:
    """The link that may still be spent; raises LinkSpent."""
    link = session.get(SetupLink, _digest(secret))
    if link is None or link.used_at is not None or link.expires_at <= at:
        raise LinkSpent
    return link


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
