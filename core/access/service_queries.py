"""Service accounts with who answers for them, and tokens that nobody uses or that end soon, as pages read them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from core.access.grants import grants_of
from core.access.queries import names
from core.access.rules import Role
from core.access.rules.services import ENDS_SOON, UNUSED_AFTER
from core.access.tables import Person, ServiceAccount, Token

MOST = 200


@dataclass(frozen=True)
class ServiceRow:
    """A service account: `standing` where it may act, which takes an active person who answers for it."""

    number: str
    name: str
    purpose: str
    owner: str
    owner_name: str
    owner_active: bool
    roles: tuple[Role, ...]
    tokens: int
    last_used_at: datetime | None
    created_at: datetime
    disabled_at: datetime | None

    @property
    def standing(self) -> bool:
        return self.disabled_at is None and self.owner_active

    @property
    def state(self) -> str:
        """The word of the status vocabulary."""
        return "Disabled" if self.disabled_at else "Active" if self.owner_active else "Blocked"


@dataclass(frozen=True)
class EndingToken:
    """A token that ends soon, and whose: a person's own, or that of a service account."""

    number: str
    name: str
    holder: str
    holder_name: str
    created_at: datetime
    expires_at: datetime


def service_accounts(session: Session, *, at: datetime, owner: str | None = None) -> tuple[ServiceRow, ...]:
    """All of them, or those that one person answers for, by name; the disabled last."""
    query = (
        select(ServiceAccount, Person)
        .join(Person, col(Person.number) == col(ServiceAccount.person))
        .order_by(col(Person.disabled_at).is_not(None), col(Person.name))
        .limit(MOST)
    )
    rows = session.exec(query if owner is None else query.where(ServiceAccount.owner == owner)).all()
    known = names(session)
    gone = set(session.exec(select(Person.number).where(col(Person.disabled_at).is_not(None))))
    used = _tokens(session, [account.person for account, _ in rows], at)
    return tuple(
        ServiceRow(
            number=account.person,
            name=person.name,
            purpose=account.purpose,
            owner=account.owner,
            owner_name=known.get(account.owner, account.owner),
            owner_active=account.owner not in gone,
            roles=tuple(sorted({grant.role for grant in grants_of(session, account.person, at=at)})),
            tokens=used.get(account.person, (0, None))[0],
            last_used_at=used.get(account.person, (0, None))[1],
            created_at=account.created_at,
            disabled_at=person.disabled_at,
        )
        for account, person in rows
    )


def _tokens(session: Session, accounts: list[str], at: datetime) -> dict[str, tuple[int, datetime | None]]:
    """How many tokens work, and when the last of all was used, by account."""
    working = func.count().filter(col(Token.revoked_at).is_(None), col(Token.expires_at) > at)
    rows = session.exec(
        select(Token.person, working, func.max(Token.last_used_at))
        .where(col(Token.person).in_(accounts))
        .group_by(Token.person)
    )
    return {person: (count, last) for person, count, last in rows}


def unused_tokens(session: Session, *, at: datetime) -> tuple[str, ...]:
    """Tokens that work and that nobody used for 90 days."""
    quiet = func.coalesce(Token.last_used_at, Token.created_at) <= at - UNUSED_AFTER
    working = (col(Token.revoked_at).is_(None), col(Token.expires_at) > at)
    return tuple(session.exec(select(Token.number).where(*working, quiet).order_by(col(Token.id)).limit(MOST)))


def tokens_ending(session: Session, *, person: str, at: datetime) -> tuple[EndingToken, ...]:
    """A person's tokens, and those of accounts that they answer for, that end within 14 days with no successor."""
    theirs = select(ServiceAccount.person).where(ServiceAccount.owner == person)
    successors = select(Token.replaces).where(col(Token.replaces).is_not(None))
    rows = session.exec(
        select(Token, Person)
        .join(Person, col(Person.number) == col(Token.person))
        .where(
            or_(col(Token.person) == person, col(Token.person).in_(theirs)),
            col(Token.revoked_at).is_(None),
            col(Token.expires_at) > at,
            col(Token.expires_at) <= at + ENDS_SOON,
            col(Token.number).not_in(successors),
        )
        .order_by(col(Token.expires_at))
        .limit(MOST)
    ).all()
    return tuple(
        EndingToken(token.number, token.name, holder.number, holder.name, token.created_at, token.expires_at)
        for token, holder in rows
    )
