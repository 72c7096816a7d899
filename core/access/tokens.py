"""Tokens of pipelines: issued once, kept as digests, limited in scope and time, revoked at any moment."""

import hashlib
import secrets
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from core.access.deciding import deciding
from core.access.grants import actor_of, load_person
from core.access.rules import TOKEN_SCOPES, Actor, Permission, permission_refusals
from core.access.tables import ServiceAccount, Token
from core.errors import NotFound, Refusal, Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number

LONGEST_LIFE = timedelta(days=366)
LONGEST_NAME = 200
_MARK = "countersign_"  # lets secret scanners recognise a leaked token
_USE_IS_NOTED_EVERY = timedelta(minutes=1)  # a busy pipeline would otherwise write as often as it reads


@dataclass(frozen=True)
class Issued:
    """The new token's number, and its secret: shown now and never again."""

    number: str
    secret: str


def issue_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot have a token; a token never issues tokens."""
    return permission_refusals(actor, Permission.TOKEN_OWN)


def scopes_open_to(actor: Actor) -> tuple[Permission, ...]:
    """What a token of this actor may be allowed, in order."""
    return tuple(sorted(TOKEN_SCOPES & actor.permissions))


def issue_token(
    store: Store,
    ledger: Ledger,
    *,
    name: str,
    scopes: Set[Permission],
    expires_at: datetime,
    actor: Actor,
    at: datetime,
) -> Issued:
    """Give the actor a token of 256 random bits; raises Refused with every reason."""
    with deciding(store, ledger, "issue a token", entity=Entity("person", actor.id), actor=actor, at=at) as tx:
        wish = TokenWish(actor, name, scopes, expires_at)
        reasons = (*issue_refusals(actor), *wish_refusals(wish, longest=LONGEST_LIFE, at=at))
        if reasons:
            raise Refused(reasons)
        return add_token(tx, ledger, wish, actor=actor, at=at)


@dataclass(frozen=True)
class TokenWish:
    """A token that is asked for: whose it is to be, what it may do, until when; `replaces` the number of a former."""

    holder: Actor
    name: str
    scopes: Set[Permission]
    expires_at: datetime
    replaces: str | None = None


def add_token(tx: Transaction, ledger: Ledger, wish: TokenWish, *, actor: Actor, at: datetime) -> Issued:
    """Write a token and its ledger entry; the caller has asked the rules."""
    secret = _MARK + secrets.token_urlsafe(32)
    token = Token(
        number=next_number(tx.session, "T"),
        person=wish.holder.id,
        name=wish.name.strip(),
        secret_digest=_digest(secret),
        scopes=" ".join(sorted(wish.scopes)),
        created_at=at,
        expires_at=wish.expires_at,
        replaces=wish.replaces,
    )
    tx.session.add(token)
    payload = {"person": token.person, "scopes": token.scopes, "expires_at": token.expires_at.isoformat()}
    if wish.replaces:
        payload["replaces"] = wish.replaces
    ledger.record(tx, Event.TOKEN_ISSUED, entity=Entity("token", token.number), actor=actor, at=at, payload=payload)
    return Issued(token.number, secret)


def load_token(session: Session, number: str) -> Token:
    """The token with this number; raises NotFound."""
    token = session.exec(select(Token).where(Token.number == number)).first()
    if token is None:
        raise NotFound("token", number)
    return token


def revoke_refusals(actor: Actor, owner: str, *, answered_by: str = "") -> tuple[Refusal, ...]:
    """Why this actor cannot revoke a token of this owner, a service account for which `answered_by` answers."""
    if actor.id in {owner, answered_by} and not actor.token:
        return ()
    return permission_refusals(actor, Permission.PERSON_MANAGE)


def revoke_token(store: Store, ledger: Ledger, *, number: str, actor: Actor, at: datetime) -> None:
    """End a token now; doing it twice changes nothing."""
    with deciding(store, ledger, "revoke a token", entity=Entity("token", number), actor=actor, at=at) as tx:
        token = load_token(tx.session, number)
        reasons = revoke_refusals(actor, token.person, answered_by=answers_for(tx.session, token.person))
        if reasons:
            raise Refused(reasons)
        if token.revoked_at is None:
            token.revoked_at = at
            ledger.record(
                tx,
                Event.TOKEN_REVOKED,
                entity=Entity("token", number),
                actor=actor,
                at=at,
                payload={"person": token.person},
            )


def actor_for_token(store: Store, *, secret: str, at: datetime) -> Actor | None:
    """Who acts with this secret: the token within its scopes and its owner's roles of this moment; otherwise nobody.

    A service account acts while the person who answers for it is active.
    """
    digest = _digest(secret)
    with store.reading() as session:
        token = session.exec(select(Token).where(Token.secret_digest == digest)).first()
        if token is None or not secrets.compare_digest(token.secret_digest, digest):
            return None
        if token.revoked_at is not None or token.expires_at <= at:
            return None
        owner, answered_by = actor_of(session, token.person, at=at), answers_for(session, token.person)
        if answered_by and load_person(session, answered_by).disabled_at is not None:
            return None
        number, scopes = token.number, frozenset(Permission(scope) for scope in token.scopes.split())
        note_use = token.last_used_at is None or token.last_used_at <= at - _USE_IS_NOTED_EVERY
    if owner is None:
        return None
    if note_use:
        with store.transaction() as tx:
            tx.session.exec(update(Token).where(col(Token.number) == number).values(last_used_at=at))
    return replace(owner, token=number, scopes=scopes, answered_by=answered_by)


def wish_refusals(wish: TokenWish, *, longest: timedelta, at: datetime) -> list[Refusal]:
    """Why there cannot be such a token: its name, its scopes, or its life."""
    reasons = []
    name = wish.name.strip()
    if not name or len(name) > LONGEST_NAME or not wish.name.isprintable():
        reasons.append(Refusal("token-name", f"A token needs a name of 1 to {LONGEST_NAME} characters"))
    if not wish.scopes:
        reasons.append(Refusal("token-scopes", "A token needs at least one scope"))
    for scope in sorted(wish.scopes - TOKEN_SCOPES):
        reasons.append(Refusal("token-scope", f"No token can have the scope {scope}", "access"))
    for scope in sorted(wish.scopes & TOKEN_SCOPES - wish.holder.permissions):
        reasons.append(Refusal("token-beyond", f"Its owner's roles do not carry the scope {scope}", "access"))
    if not at < wish.expires_at <= at + longest:
        within = "a year" if longest == LONGEST_LIFE else f"{longest.days} days"
        reasons.append(Refusal("token-life", f"A token ends after now and within {within}", "access"))
    return reasons


def answers_for(session: Session, person: str) -> str:
    """The person who answers for this service account; empty for a person."""
    account = session.get(ServiceAccount, person)
    return account.owner if account else ""


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
