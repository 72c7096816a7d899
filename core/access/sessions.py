"""Sign-in sessions: opened by a provider, read again at every rerun and call, ended at any time."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlmodel import col, select, update

from core.access.break_glass.queries import open_access
from core.access.browsers import family_of
from core.access.deciding import deciding
from core.access.directory.queries import brought_by_directory, directory_user
from core.access.following import follow_roles
from core.access.grants import actor_of, grants_of, load_person, reaches_of, roles_of
from core.access.people import add_person, rename
from core.access.rules import EVERYWHERE, SYSTEM, Actor, Permission, Reach, Role
from core.access.setup import needs_first_administrator
from core.access.tables import Person, SignInSession
from core.errors import NotFound, Refusal, Refused
from core.jobs.service import CLOCKS_APART
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

_USE_IS_NOTED_EVERY = timedelta(minutes=1)  # every rerun would otherwise write


@dataclass(frozen=True)
class OutsideIdentity:
    """What an outside provider says of a person; `roles` is none where roles come from the store."""

    issuer: str
    subject: str
    name: str
    email: str = ""
    username: str = ""
    roles: Mapping[Role, Reach] | None = None
    may_be_first_administrator: bool = False
    authenticated_at: datetime | None = None  # as the provider says; none: when it vouched
    links_by_name: bool = False  # whether the user name is enough to be the person whom the directory brought

    @property
    def key(self) -> str:
        return f"{self.issuer} {self.subject}"


def open_session(
    tx: Transaction,
    ledger: Ledger,
    *,
    session_id: str,
    person: str,
    length: timedelta,
    authenticated_at: datetime | None = None,
    agent: str = "",
    at: datetime,
) -> None:
    """Write the session and its ledger entry; a session id is never used twice.

    `authenticated_at` is when the person proved who they are, where that is not this moment; `agent` is what the
    browser says of itself, of which only the family is kept.
    """
    row = SignInSession(id=session_id, person=person, opened_at=at, expires_at=at + length, agent=family_of(agent))
    row.authenticated_at = authenticated_at or at
    tx.session.add(row)
    tx.session.flush()
    actor = Actor(person, roles_of(tx.session, person, at=at))
    until = row.expires_at.astimezone(UTC).isoformat()
    _record(tx, ledger, Event.SESSION_OPENED, person, session_id, actor, at, until=until)


def actor_for_session(
    store: Store, *, session_id: str, person: str, idle: timedelta | None = None, at: datetime
) -> Actor | None:
    """The actor behind an open session of this person, with the roles of this moment; otherwise nobody.

    A session that nobody used for `idle` gives nobody any more, whatever is left of its length.
    """
    with store.reading() as session:
        row = session.get(SignInSession, session_id)
        if row is None or row.person != person or row.ended_at is not None or row.expires_at <= at:
            return None
        if row.opened_at > at + CLOCKS_APART:  # by a clock that was set right since: it would last too long
            return None
        seen = row.seen_at or row.opened_at
        if idle is not None and seen + idle <= at:
            return None
        actor, note_use = actor_of(session, person, at=at), seen + _USE_IS_NOTED_EVERY <= at
        opened = open_access(session, person, at=at)
    if actor is not None and note_use:
        with store.transaction() as tx:
            tx.session.exec(update(SignInSession).where(col(SignInSession.id) == session_id).values(seen_at=at))
    return replace(actor, break_glass=opened) if actor is not None and opened else actor


def end_session(store: Store, ledger: Ledger, *, session_id: str, actor: Actor, at: datetime) -> None:
    """End one's own session, or any session as administrator; ending it twice changes nothing."""
    with store.transaction() as tx:
        row = tx.session.get(SignInSession, session_id)
        if row is None:
            raise NotFound("session", session_id[:8])
        reasons = end_session_refusals(actor, row.person)
        if reasons:
            raise Refused(reasons)
        ended = tx.session.exec(
            update(SignInSession)
            .where(col(SignInSession.id) == session_id, col(SignInSession.ended_at).is_(None))
            .values(ended_at=at)
        )
        if ended.rowcount:
            _record(tx, ledger, Event.SESSION_ENDED, row.person, session_id, actor, at)


def end_all_sessions(store: Store, ledger: Ledger, *, person: str, but: str = "", actor: Actor, at: datetime) -> int:
    """End every open session of a person except `but`, in one transaction; how many have ended. Raises Refused."""
    with deciding(store, ledger, "end sessions", entity=Entity("person", person), actor=actor, at=at) as tx:
        load_person(tx.session, person)
        reasons = end_session_refusals(actor, person)
        if reasons:
            raise Refused(reasons)
        still_open = select(SignInSession).where(
            SignInSession.person == person,
            SignInSession.id != but,
            col(SignInSession.ended_at).is_(None),
            col(SignInSession.expires_at) > at,
        )
        rows = tx.session.exec(still_open.with_for_update()).all()
        for row in rows:
            row.ended_at = at
            _record(tx, ledger, Event.SESSION_ENDED, person, row.id, actor, at)
        return len(rows)


def end_session_refusals(actor: Actor, person: str) -> tuple[Refusal, ...]:
    """Why this actor cannot end a session of this person."""
    if not actor.token and (actor.id == person or Permission.PERSON_MANAGE in actor.permissions):
        return ()
    return (Refusal("session", "This session belongs to somebody else", "access"),)


def person_from_provider(
    store: Store,
    ledger: Ledger,
    *,
    identity: OutsideIdentity,
    session_id: str,
    length: timedelta,
    idle: timedelta | None = None,
    agent: str = "",
    at: datetime,
) -> Actor | None:
    """Open a session for somebody whom an outside provider vouches for, adding the person at their first sign-in.

    A session that is known is not opened again: once ended it stays ended. A disabled person gets nobody.
    """
    with store.transaction() as tx:
        if tx.session.get(SignInSession, session_id) is None:
            person = _known_or_added(tx, ledger, identity, at=at)
            if person.disabled_at is not None:
                return None
            _follow_groups(tx, ledger, person.number, identity, at=at)
            open_session(
                tx,
                ledger,
                session_id=session_id,
                person=person.number,
                length=length,
                authenticated_at=identity.authenticated_at,
                agent=agent,
                at=at,
            )
    with store.reading() as session:
        number = session.exec(select(Person.number).where(Person.subject == identity.key)).one()
    return actor_for_session(store, session_id=session_id, person=number, idle=idle, at=at)


def _known_or_added(tx: Transaction, ledger: Ledger, identity: OutsideIdentity, *, at: datetime) -> Person:
    person = tx.session.exec(select(Person).where(Person.subject == identity.key)).first()
    if person is not None:
        person.email = identity.email or person.email
        if identity.name and rename(tx, person, identity.name, at=at):
            entity, payload = Entity("person", person.number), {"change": "name, as the provider says"}
            ledger.record(tx, Event.PERSON_CHANGED, entity=entity, actor=SYSTEM, at=at, payload=payload)
        return person
    brought = brought_by_directory(tx.session, identity.subject, identity.username if identity.links_by_name else "")
    if brought is not None:
        brought.subject = identity.key
        entity, payload = Entity("person", brought.number), {"change": "signs in through the provider"}
        ledger.record(tx, Event.PERSON_CHANGED, entity=entity, actor=SYSTEM, at=at, payload=payload)
        return brought
    wanted = identity.username.casefold() or identity.email.casefold()
    taken = not wanted or tx.session.exec(select(Person).where(Person.username == wanted)).first()
    username = hashlib.sha256(identity.key.encode()).hexdigest()[:16] if taken else wanted
    name = identity.name or username
    person = add_person(tx, username=username, name=name, email=identity.email, subject=identity.key, at=at)
    ledger.record(
        tx, Event.PERSON_ADDED, entity=Entity("person", person.number), actor=SYSTEM, at=at, payload={"by": "provider"}
    )
    return person


def _follow_groups(tx: Transaction, ledger: Ledger, person: str, identity: OutsideIdentity, *, at: datetime) -> None:
    """The groups decide at each sign-in, except for whom the directory brought: there it decides, at any time."""
    held = reaches_of(grants_of(tx.session, person, at=at))
    says = identity.roles if directory_user(tx.session, person) is None else None
    wanted = held if says is None else dict(says)
    if identity.may_be_first_administrator and needs_first_administrator(tx.session):
        wanted[Role.ADMINISTRATOR] = EVERYWHERE
    follow_roles(tx, ledger, person, wanted, reason="Says the identity provider at sign-in", actor=SYSTEM, at=at)


def name_of(store: Store, person: str) -> str:
    """The person's name."""
    with store.reading() as session:
        return load_person(session, person).name


def known_as(session_id: str) -> str:
    """What the ledger calls a session: it names it without giving it away."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:16]


def _record(
    tx: Transaction, ledger: Ledger, event: Event, person: str, session_id: str, actor: Actor, at: datetime, **more: str
) -> None:
    payload = {"session": known_as(session_id), **more}
    ledger.record(tx, event, entity=Entity("person", person), actor=actor, at=at, payload=payload)
