"""Who may what, and why: grants in force and grants that ended, as pages and the API read them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, not_, or_, select

from core.access.rules import Reach, Role, met, reach_from
from core.access.rules.granting import Basis
from core.access.tables import Person, RoleGrant

ENDS_SOON = timedelta(days=14)


class GrantState(StrEnum):
    """Which grants are meant."""

    IN_FORCE = "in force"
    ENDING = "ending"  # in force, and ends within 14 days
    ENDED = "ended"


@dataclass(frozen=True)
class GrantFilter:
    """Which grants; an empty field means all."""

    state: GrantState = GrantState.IN_FORCE
    role: Role | None = None
    basis: Basis | None = None
    text: str = ""


@dataclass(frozen=True)
class GrantRecord:
    """A grant with its person; `pairs` are roles of theirs that may not meet and of which this is one."""

    id: int
    person: str
    name: str
    disabled: bool
    role: Role
    reach: Reach
    reason: str
    granted_by: str
    confirmed_by: str | None
    granted_at: datetime
    ends_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    basis: str
    pairs: tuple[str, ...]

    def state(self, at: datetime) -> str:
        """The word of the status vocabulary."""
        if self.withdrawn_at is not None:
            return "Withdrawn"
        if self.ends_at is not None and self.ends_at <= at:
            return "Ended"
        if self.disabled:
            return "Disabled"
        return "Expiring" if self.ends_at is not None and self.ends_at <= at + ENDS_SOON else "In force"


def grants(
    session: Session, narrowed: GrantFilter, *, at: datetime, offset: int = 0, limit: int = 50
) -> tuple[GrantRecord, ...]:
    """Grants by person and role; those that ended the newest first."""
    query = select(RoleGrant, Person).join(Person, col(Person.number) == col(RoleGrant.person))
    if narrowed.state is GrantState.ENDED:
        query = query.order_by(col(RoleGrant.id).desc())
    elif narrowed.state is GrantState.ENDING:
        query = query.order_by(col(RoleGrant.ends_at))
    else:
        query = query.order_by(col(Person.name), col(RoleGrant.role))
    rows = session.exec(query.where(*_narrowing(narrowed, at)).offset(offset).limit(limit)).all()
    held = roles_held(session, {person.number for _, person in rows}, at=at)
    return tuple(_record(grant, person, held.get(person.number, frozenset())) for grant, person in rows)


def grant_count(session: Session, narrowed: GrantFilter, *, at: datetime) -> int:
    """How many match."""
    query = select(func.count()).select_from(RoleGrant).join(Person, col(Person.number) == col(RoleGrant.person))
    return session.exec(query.where(*_narrowing(narrowed, at))).one()


def roles_held(session: Session, people: Collection[str], *, at: datetime) -> dict[str, frozenset[Role]]:
    """The roles in force of these people."""
    query = select(col(RoleGrant.person), col(RoleGrant.role)).where(col(RoleGrant.person).in_(people), _in_force(at))
    found: dict[str, frozenset[Role]] = {}
    for person, role in session.execute(query):
        found[person] = found.get(person, frozenset()) | {role}
    return found


def _in_force(at: datetime) -> ColumnElement[bool]:
    ends = col(RoleGrant.ends_at)
    return and_(col(RoleGrant.withdrawn_at).is_(None), or_(ends.is_(None), ends > at))


def _narrowing(narrowed: GrantFilter, at: datetime) -> list[ColumnElement[bool]]:
    standing = and_(_in_force(at), col(Person.disabled_at).is_(None))
    found: list[ColumnElement[bool]] = [not_(_in_force(at)) if narrowed.state is GrantState.ENDED else standing]
    if narrowed.state is GrantState.ENDING:
        found.append(col(RoleGrant.ends_at) <= at + ENDS_SOON)
    if narrowed.role is not None:
        found.append(col(RoleGrant.role) == narrowed.role)
    if narrowed.basis is not None:
        found.append(col(RoleGrant.basis) == narrowed.basis.value)
    if narrowed.text:
        text = narrowed.text
        found.append(
            or_(
                col(Person.name).icontains(text, autoescape=True),
                col(Person.username).icontains(text, autoescape=True),
                col(Person.number) == text.upper(),
            )
        )
    return found


def _record(grant: RoleGrant, person: Person, held: frozenset[Role]) -> GrantRecord:
    return GrantRecord(
        id=grant.id or 0, person=person.number, name=person.name, disabled=person.disabled_at is not None,
        role=grant.role, reach=reach_from(grant.reach), reason=grant.reason, granted_by=grant.granted_by,
        confirmed_by=grant.confirmed_by, granted_at=grant.granted_at, ends_at=grant.ends_at,
        withdrawn_by=grant.withdrawn_by, withdrawn_at=grant.withdrawn_at, basis=grant.basis,
        pairs=tuple(pair for pair in met(held) if grant.role.value in pair.split(" and ")),
    )  # fmt: skip
