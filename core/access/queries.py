"""People, their roles, sessions and tokens, as pages read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from core.access.accounts import WINDOW
from core.access.grants import grants_of, load_person
from core.access.rules import EVERYWHERE, Reach, Role, reach_from
from core.access.tables import Person, RoleGrant, ServiceAccount, SignInFailure, SignInSession, Token


@dataclass(frozen=True)
class GrantRow:
    """A role in force, why, since when and by whom."""

    role: Role
    reason: str
    granted_by: str
    granted_at: datetime
    ends_at: datetime | None
    reach: Reach = EVERYWHERE


@dataclass(frozen=True)
class PersonRow:
    """A person with the roles in force; `outside` where another provider signs them in."""

    number: str
    username: str
    name: str
    email: str
    outside: bool
    created_at: datetime
    disabled_at: datetime | None
    roles: tuple[GrantRow, ...]
    last_sign_in: datetime | None


@dataclass(frozen=True)
class TokenRow:
    """A token without its secret."""

    number: str
    person: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def state(self, at: datetime) -> str:
        """The word of the status vocabulary."""
        return "Revoked" if self.revoked_at else "Expired" if self.expires_at <= at else "Active"


@dataclass(frozen=True)
class SessionRow:
    """A sign-in session; `seen_at` is its last use, to the minute, and `browser` the family, where it was said."""

    id: str
    person: str
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    seen_at: datetime
    browser: str


@dataclass(frozen=True)
class SignIns:
    """Sign-ins so far, sessions that are open, and failed attempts that still count towards a lockout."""

    total: int
    open: int
    failures: int


def sign_ins(session: Session, *, at: datetime) -> SignIns:
    """Counts without a name in them."""
    is_open = (col(SignInSession.ended_at).is_(None), col(SignInSession.expires_at) > at)
    return SignIns(
        session.exec(select(func.count()).select_from(SignInSession)).one(),
        session.exec(select(func.count()).select_from(SignInSession).where(*is_open)).one(),
        session.exec(select(func.count()).select_from(SignInFailure).where(col(SignInFailure.at) > at - WINDOW)).one(),
    )


def names(session: Session) -> Mapping[str, str]:
    """Every person's name by number, for pages that show who did what."""
    return dict(session.exec(select(Person.number, Person.name)).all())


def people_with_role(session: Session, role: Role, *, at: datetime) -> tuple[str, ...]:
    """The numbers of everybody active who holds the role at this moment; service accounts are nobody."""
    standing = (
        select(RoleGrant.person)
        .join(Person, col(Person.number) == col(RoleGrant.person))
        .where(RoleGrant.role == role, col(RoleGrant.withdrawn_at).is_(None), col(Person.disabled_at).is_(None))
        .where(or_(col(RoleGrant.ends_at).is_(None), col(RoleGrant.ends_at) > at))
        .where(col(Person.number).not_in(select(ServiceAccount.person)))
        .distinct()
        .order_by(RoleGrant.person)
    )
    return tuple(session.exec(standing))


def people_count(session: Session, *, search: str = "") -> int:
    """How many people match."""
    return session.exec(select(func.count()).select_from(Person).where(*_matching(search))).one()


def people(
    session: Session, *, at: datetime, search: str = "", offset: int = 0, limit: int = 50
) -> tuple[PersonRow, ...]:
    """People by name, the disabled last."""
    chosen = select(Person).where(*_matching(search)).order_by(col(Person.disabled_at).is_not(None), col(Person.name))
    rows = session.exec(chosen.offset(offset).limit(limit)).all()
    numbers = [row.number for row in rows]
    grants = _grants(session, numbers, at=at)
    seen = _last_sign_ins(session, numbers)
    return tuple(_person_row(row, grants.get(row.number, ()), seen.get(row.number)) for row in rows)


def person_record(session: Session, number: str, *, at: datetime) -> PersonRow:
    """One person; raises NotFound."""
    row = load_person(session, number)
    roles = tuple(_grant_row(grant) for grant in grants_of(session, number, at=at))
    return _person_row(row, roles, _last_sign_ins(session, [number]).get(number))


def tokens(session: Session, *, person: str | None = None, limit: int = 200) -> tuple[TokenRow, ...]:
    """The tokens of one person, or of all, the newest first."""
    chosen = select(Token).order_by(col(Token.id).desc()).limit(limit)
    rows = session.exec(chosen if person is None else chosen.where(Token.person == person)).all()
    return tuple(
        TokenRow(
            number=row.number,
            person=row.person,
            name=row.name,
            scopes=tuple(row.scopes.split()),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    )


def open_sessions(
    session: Session,
    *,
    person: str | None = None,
    idle: timedelta | None = None,
    at: datetime,
    offset: int = 0,
    limit: int = 200,
) -> tuple[SessionRow, ...]:
    """The sessions that give access now, the newest first; those that nobody used for `idle` give none."""
    chosen = select(SignInSession).where(*_giving_access(person, idle, at))
    newest_first = chosen.order_by(col(SignInSession.opened_at).desc(), col(SignInSession.id))
    return tuple(
        SessionRow(
            row.id, row.person, row.opened_at, row.expires_at, row.ended_at, row.seen_at or row.opened_at, row.agent
        )
        for row in session.exec(newest_first.offset(offset).limit(limit))
    )


def open_sessions_count(session: Session, *, idle: timedelta | None = None, at: datetime) -> int:
    """How many sessions give access now."""
    return session.exec(select(func.count()).select_from(SignInSession).where(*_giving_access(None, idle, at))).one()


def _giving_access(person: str | None, idle: timedelta | None, at: datetime) -> list[ColumnElement[bool]]:
    wanted = [col(SignInSession.ended_at).is_(None), col(SignInSession.expires_at) > at]
    if person is not None:
        wanted.append(col(SignInSession.person) == person)
    if idle is not None:
        wanted.append(func.coalesce(SignInSession.seen_at, SignInSession.opened_at) > at - idle)
    return wanted


def _matching(search: str) -> tuple[ColumnElement[bool], ...]:
    if not search:
        return ()
    return (
        or_(
            col(Person.name).icontains(search, autoescape=True),
            col(Person.username).icontains(search, autoescape=True),
            col(Person.number) == search.upper(),
        ),
    )


def _grants(session: Session, numbers: list[str], *, at: datetime) -> dict[str, tuple[GrantRow, ...]]:
    standing = (
        select(RoleGrant)
        .where(col(RoleGrant.person).in_(numbers), col(RoleGrant.withdrawn_at).is_(None))
        .where(or_(col(RoleGrant.ends_at).is_(None), col(RoleGrant.ends_at) > at))
        .order_by(col(RoleGrant.role))
    )
    found: dict[str, tuple[GrantRow, ...]] = {}
    for grant in session.exec(standing):
        found[grant.person] = (*found.get(grant.person, ()), _grant_row(grant))
    return found


def _last_sign_ins(session: Session, numbers: list[str]) -> dict[str, datetime]:
    newest = (
        select(SignInSession.person, func.max(SignInSession.opened_at))
        .where(col(SignInSession.person).in_(numbers))
        .group_by(SignInSession.person)
    )
    return dict(session.exec(newest).all())


def _grant_row(grant: RoleGrant) -> GrantRow:
    reach = reach_from(grant.reach)
    return GrantRow(grant.role, grant.reason, grant.granted_by, grant.granted_at, grant.ends_at, reach)


def _person_row(row: Person, roles: tuple[GrantRow, ...], last_sign_in: datetime | None) -> PersonRow:
    return PersonRow(
        number=row.number,
        username=row.username,
        name=row.name,
        email=row.email,
        outside=row.subject is not None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        roles=roles,
        last_sign_in=last_sign_in,
    )
