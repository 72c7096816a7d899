"""The e-mail digest of a person's own work: who wants it how often, and whose is due."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.access.tables import DigestWish, Person
from core.errors import Refusal, Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store

DIGEST_JOB = "digest"
SENT_FROM_HOUR = 6  # UTC
MONDAY = 0


class Rhythm(StrEnum):
    """How often the digest comes."""

    NEVER = "never"
    DAILY = "every day"
    WEEKLY = "every Monday"


def digest_refusals(actor: Actor, email: str, *, mail_is_set_up: bool) -> tuple[Refusal, ...]:
    """Why this person cannot have a digest: no address, no mail server, or a token asks."""
    reasons = []
    if actor.token:
        reasons.append(Refusal("token", "A token has no mail", "access", "Choose it on your own page."))
    if not email:
        reasons.append(Refusal("no-address", "Your account has no mail address", "access", "Ask an administrator."))
    if not mail_is_set_up:
        reasons.append(
            Refusal("no-mail-server", "No mail server is set up", "settings", "Ask whoever runs this installation.")
        )
    return tuple(reasons)


def choose_digest(
    store: Store, ledger: Ledger, *, rhythm: Rhythm, mail_is_set_up: bool, actor: Actor, at: datetime
) -> None:
    """Set how often the digest comes to the actor; to end it is always allowed."""
    with deciding(store, ledger, "choose the digest", entity=Entity("person", actor.id), actor=actor, at=at) as tx:
        person = tx.session.exec(select(Person).where(Person.number == actor.id)).one()
        reasons = digest_refusals(actor, person.email, mail_is_set_up=mail_is_set_up)
        if reasons and rhythm is not Rhythm.NEVER:
            raise Refused(reasons)
        wish = tx.session.get(DigestWish, actor.id) or DigestWish(person=actor.id, weekly=False, since=at)
        if rhythm is Rhythm.NEVER:
            if wish in tx.session:
                tx.session.delete(wish)
        else:
            wish.weekly, wish.since = rhythm is Rhythm.WEEKLY, at
            tx.session.add(wish)
        ledger.record(
            tx,
            Event.DIGEST_CHOSEN,
            entity=Entity("person", actor.id),
            actor=actor,
            at=at,
            payload={"rhythm": rhythm.value},
        )


def digest_of(session: Session, person: str) -> Rhythm:
    """How often this person's digest comes."""
    wish = session.get(DigestWish, person)
    if wish is None:
        return Rhythm.NEVER
    return Rhythm.WEEKLY if wish.weekly else Rhythm.DAILY


def digests_due(session: Session, *, at: datetime) -> tuple[str, ...]:
    """The digests that are due today, as `P0007 2026-11-26`: from six o'clock UTC, for whoever asked before it."""
    today = at.astimezone(UTC)
    begins = today.replace(hour=SENT_FROM_HOUR, minute=0, second=0, microsecond=0)
    if today < begins:
        return ()
    query = (
        select(DigestWish.person)
        .join(Person, col(Person.number) == col(DigestWish.person))
        .where(col(Person.disabled_at).is_(None), col(DigestWish.since) <= begins)
        .order_by(DigestWish.person)
    )
    if today.weekday() != MONDAY:
        query = query.where(col(DigestWish.weekly).is_(False))
    return tuple(f"{person} {today:%Y-%m-%d}" for person in session.exec(query).all())


def parse_slot(slot: str) -> tuple[str, date]:
    """The person and the day of a digest."""
    person, _, day = slot.partition(" ")
    return person, date.fromisoformat(day)


WORDS: Mapping[Rhythm, str] = {
    Rhythm.NEVER: "No digest",
    Rhythm.DAILY: "Every day",
    Rhythm.WEEKLY: "Every Monday",
}
