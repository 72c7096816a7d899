"""The first administrator, and every first password: both come through a one-time link."""

from datetime import datetime

from sqlmodel import Session, col, select, update

from core.access.deciding import deciding
from core.access.grants import load_person, roles_of
from core.access.links import LinkSpent, make_link, unspent
from core.access.passwords import hashed, password_refusals
from core.access.people import add_grant, add_person, end_sessions, manage_refusals
from core.access.rules import SYSTEM, Actor, Role
from core.access.rules.granting import Basis
from core.access.tables import RoleGrant, ServiceAccount, SetupLink
from core.errors import Refusal, Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


def needs_first_administrator(session: Session) -> bool:
    """Whether nobody was ever made administrator."""
    return session.exec(select(RoleGrant).where(RoleGrant.role == Role.ADMINISTRATOR)).first() is None


def make_first_link(store: Store, ledger: Ledger, *, at: datetime) -> str | None:
    """The secret of a link that makes the first administrator; none once there was one. Voids earlier such links."""
    with store.transaction() as tx:
        if not needs_first_administrator(tx.session):
            return None
        return make_link(tx, ledger, person=None, actor=SYSTEM, at=at)


def redeem_link(
    store: Store, ledger: Ledger, *, secret: str, password: str, username: str = "", name: str = "", at: datetime
) -> Actor:
    """Spend the link: set its person's password, or make the first administrator of `username` and `name`.

    Raises LinkSpent, Refused (password too easy) or Unreadable (record incomplete); after the latter two the link
    can be tried again.
    """
    with store.transaction() as tx:
        link = unspent(tx.session, secret, at=at)
        spend = update(SetupLink).where(col(SetupLink.digest) == link.digest, col(SetupLink.used_at).is_(None))
        if tx.session.exec(spend.values(used_at=at)).rowcount != 1:
            raise LinkSpent
        if link.person is not None:
            return _choose_password(tx, ledger, person=link.person, password=password, at=at)
        return _first_administrator(tx, ledger, username=username, name=name, password=password, at=at)


def link_refusals(session: Session, actor: Actor, person: str) -> tuple[Refusal, ...]:
    """Why this actor cannot give this person a link on which they choose a new password."""
    row, reasons = load_person(session, person), list(manage_refusals(actor))
    if row.disabled_at is not None:
        reasons.append(Refusal("disabled", "This person is disabled"))
    if row.subject is not None:
        reasons.append(Refusal("outside", "This person signs in at the organisation's provider", "access"))
    if session.get(ServiceAccount, person) is not None:
        reasons.append(Refusal("service", "Nobody signs in as a service account", "access"))
    return tuple(reasons)


def give_link(store: Store, ledger: Ledger, *, person: str, actor: Actor, at: datetime) -> str:
    """A new one-time link for a person who forgot their password, or whom the directory brought; voids earlier ones.

    A second factor stays as it is. Raises Refused, NotFound.
    """
    with deciding(store, ledger, "give a link", entity=Entity("person", person), actor=actor, at=at) as tx:
        reasons = link_refusals(tx.session, actor, person)
        if reasons:
            raise Refused(reasons)
        return make_link(tx, ledger, person=person, actor=actor, at=at)


def _first_administrator(
    tx: Transaction, ledger: Ledger, *, username: str, name: str, password: str, at: datetime
) -> Actor:
    if not needs_first_administrator(tx.session):
        raise LinkSpent
    _refuse_easy(password, username)
    person = add_person(tx, username=username, name=name, at=at)
    person.password_hash = hashed(password)
    ledger.record(
        tx,
        Event.PERSON_ADDED,
        entity=Entity("person", person.number),
        actor=SYSTEM,
        at=at,
        payload={"by": "first link"},
    )
    reason = "First administrator of this installation"
    add_grant(
        tx, ledger, person=person.number, role=Role.ADMINISTRATOR, reason=reason, basis=Basis.INSTALLATION,
        actor=SYSTEM, at=at,
    )  # fmt: skip
    return Actor(person.number, frozenset({Role.ADMINISTRATOR}))


def _choose_password(tx: Transaction, ledger: Ledger, *, person: str, password: str, at: datetime) -> Actor:
    row = load_person(tx.session, person)
    if row.disabled_at is not None:
        raise LinkSpent
    _refuse_easy(password, row.username)
    row.password_hash = hashed(password)
    end_sessions(tx.session, person, at=at)
    actor = Actor(person, roles_of(tx.session, person, at=at))
    ledger.record(tx, Event.PASSWORD_SET, entity=Entity("person", person), actor=actor, at=at, payload={"by": "link"})
    return actor


def _refuse_easy(password: str, username: str) -> None:
    reasons = password_refusals(password, username=username)
    if reasons:
        raise Refused(reasons)
