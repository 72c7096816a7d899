"""Service accounts: made by administrators for a purpose, answered for by a person, acting through tokens alone."""

from collections.abc import Set
from datetime import datetime, timedelta

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.grants import actor_of, load_person, roles_of
from core.access.people import add_person, manage_refusals, reason_refusals
from core.access.rules import Actor, Permission
from core.access.rules.services import CLAUSE, LONGEST_SERVICE_LIFE, answering_refusals, overlap_refusals
from core.access.tables import ServiceAccount
from core.access.tokens import (
    LONGEST_LIFE,
    Issued,
    TokenWish,
    add_token,
    answers_for,
    issue_refusals,
    load_token,
    wish_refusals,
)
from core.errors import NotFound, Problem, Refusal, Refused, Unreadable
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store

LONGEST_PURPOSE = 1000


def add_service_account(
    store: Store, ledger: Ledger, *, name: str, purpose: str, owner: str, actor: Actor, at: datetime
) -> str:
    """Make a service account without roles; its number. Raises Refused, Unreadable, NotFound."""
    with deciding(store, ledger, "make a service account", entity=Entity("person", "new"), actor=actor, at=at) as tx:
        reasons = (*manage_refusals(actor), *owner_refusals(tx.session, owner, at=at))
        if reasons:
            raise Refused(reasons)
        said = " ".join(purpose.split())
        if not said or len(said) > LONGEST_PURPOSE:
            raise Unreadable(
                [Problem(f"The purpose is empty or has more than {LONGEST_PURPOSE} characters", column="purpose")]
            )
        username = "service:" + "-".join(name.casefold().split())
        person = add_person(tx, username=username, name=name, at=at)
        tx.session.add(ServiceAccount(person=person.number, owner=owner, purpose=said, created_at=at))
        entity, payload = Entity("person", person.number), {"owner": owner, "purpose": said}
        ledger.record(tx, Event.PERSON_ADDED, entity=entity, actor=actor, at=at, payload={"by": "service account"})
        ledger.record(tx, Event.SERVICE_ACCOUNT_ADDED, entity=entity, actor=actor, at=at, payload=payload)
        return person.number


def give_service_account(
    store: Store, ledger: Ledger, *, account: str, owner: str, reason: str, actor: Actor, at: datetime
) -> None:
    """Let another person answer for it; its tokens work again if they stood still. Raises Refused, NotFound."""
    entity = Entity("person", account)
    with deciding(store, ledger, "give a service account", entity=entity, actor=actor, at=at) as tx:
        row = load_account(tx.session, account)
        reasons = [*manage_refusals(actor), *owner_refusals(tx.session, owner, at=at), *reason_refusals(reason)]
        if row.owner == owner:
            reasons.append(Refusal("service-owner", "This person answers for it already", CLAUSE))
        if reasons:
            raise Refused(reasons)
        payload = {"from": row.owner, "to": owner, "reason": reason.strip()}
        row.owner = owner
        ledger.record(tx, Event.SERVICE_ACCOUNT_GIVEN, entity=entity, actor=actor, at=at, payload=payload)


def owner_refusals(session: Session, owner: str, *, at: datetime) -> tuple[Refusal, ...]:
    """Why this person cannot answer for a service account."""
    person = load_person(session, owner)
    reasons = list(answering_refusals(roles_of(session, owner, at=at)))
    if person.disabled_at is not None or answers_for(session, owner):
        reasons.append(Refusal("service-owner", "An active person answers for a service account", CLAUSE))
    return tuple(reasons)


def service_token_refusals(actor: Actor, account: ServiceAccount) -> tuple[Refusal, ...]:
    """Why this actor cannot give this account a token: who answers for it may, and administrators."""
    if actor.id == account.owner and not actor.token:
        return ()
    return manage_refusals(actor)


def issue_service_token(
    store: Store,
    ledger: Ledger,
    *,
    account: str,
    name: str,
    scopes: Set[Permission],
    expires_at: datetime,
    actor: Actor,
    at: datetime,
) -> Issued:
    """Give the account a token within its roles, for at most 90 days. Raises Refused, NotFound."""
    entity = Entity("person", account)
    with deciding(store, ledger, "issue a token", entity=entity, actor=actor, at=at) as tx:
        row = load_account(tx.session, account)
        holder = _acting(tx.session, account, at=at)
        wish = TokenWish(holder, name, scopes, expires_at)
        reasons = (
            *service_token_refusals(actor, row),
            *wish_refusals(wish, longest=LONGEST_SERVICE_LIFE, at=at),
        )
        if reasons:
            raise Refused(reasons)
        return add_token(tx, ledger, wish, actor=actor, at=at)


def rotate_token(
    store: Store, ledger: Ledger, *, number: str, overlap: timedelta, actor: Actor, at: datetime
) -> Issued:
    """A new token in place of this one, of the same scopes and length; the former ends after `overlap`.

    For one's own tokens, and for those of a service account. Raises Refused, NotFound.
    """
    with deciding(store, ledger, "rotate a token", entity=Entity("token", number), actor=actor, at=at) as tx:
        former = load_token(tx.session, number)
        account = tx.session.get(ServiceAccount, former.person)
        holder = _acting(tx.session, former.person, at=at)
        longest = LONGEST_SERVICE_LIFE if account else LONGEST_LIFE
        length = min(former.expires_at - former.created_at, longest)
        scopes = frozenset(Permission(scope) for scope in former.scopes.split())
        wish = TokenWish(holder, former.name, scopes, at + length, replaces=number)
        reasons = [*rotation_refusals(actor, former.person, account), *overlap_refusals(overlap)]
        reasons += wish_refusals(wish, longest=longest, at=at)
        if former.revoked_at is not None or former.expires_at <= at:
            reasons.append(Refusal("token-over", f"Token {number} has ended", "access", "Issue a new one."))
        if reasons:
            raise Refused(reasons)
        issued = add_token(tx, ledger, wish, actor=actor, at=at)
        former.expires_at = min(former.expires_at, at + overlap)
        payload = {"person": former.person, "expires_at": former.expires_at.isoformat(), "by": issued.number}
        entity = Entity("token", number)
        ledger.record(tx, Event.TOKEN_ROTATED, entity=entity, actor=actor, at=at, payload=payload)
        return issued


def rotation_refusals(actor: Actor, holder: str, account: ServiceAccount | None) -> tuple[Refusal, ...]:
    """Why this actor cannot rotate a token of this holder."""
    if account is not None:
        return service_token_refusals(actor, account)
    if actor.id == holder:
        return issue_refusals(actor)
    return (Refusal("token-foreign", "This token belongs to somebody else", "access"),)


def load_account(session: Session, account: str) -> ServiceAccount:
    """The service account with this number; raises NotFound."""
    row = session.get(ServiceAccount, account)
    if row is None:
        raise NotFound("service account", account)
    return row


def _acting(session: Session, person: str, *, at: datetime) -> Actor:
    holder = actor_of(session, person, at=at)
    if holder is None:
        raise Refused([Refusal("disabled", f"{person} is disabled", "access")])
    return holder
