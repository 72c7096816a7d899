"""Which roles a person holds at a moment, how far they reach, and who therefore acts."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, or_, select

from core.access.rules import Actor, Reach, Role, reach_from
from core.access.tables import Person, RoleGrant
from core.errors import NotFound


def grants_of(session: Session, person: str, *, at: datetime) -> list[RoleGrant]:
    """The grants in force, oldest first."""
    standing = (
        select(RoleGrant)
        .where(RoleGrant.person == person, col(RoleGrant.withdrawn_at).is_(None))
        .where(or_(col(RoleGrant.ends_at).is_(None), col(RoleGrant.ends_at) > at))
        .order_by(col(RoleGrant.id))
    )
    return list(session.exec(standing))


def roles_of(session: Session, person: str, *, at: datetime) -> frozenset[Role]:
    """The roles in force."""
    return frozenset(grant.role for grant in grants_of(session, person, at=at))


def reaches_of(grants: Iterable[RoleGrant]) -> dict[Role, Reach]:
    """How far each role reaches: as far as any of its grants."""
    found: dict[Role, Reach] = {}
    for grant in grants:
        found[grant.role] = found.get(grant.role, Reach()).with_(reach_from(grant.reach))
    return found


def administrators(session: Session, *, at: datetime) -> frozenset[str]:
    """Everybody active who can manage people at this moment: administrators whom no other role hinders."""
    rows = session.exec(
        select(RoleGrant.person, RoleGrant.role)
        .join(Person, col(Person.number) == col(RoleGrant.person))
        .where(col(RoleGrant.role).in_((Role.ADMINISTRATOR, Role.AUDITOR)))
        .where(col(RoleGrant.withdrawn_at).is_(None), col(Person.disabled_at).is_(None))
        .where(or_(col(RoleGrant.ends_at).is_(None), col(RoleGrant.ends_at) > at))
    ).all()
    hindered = {person for person, role in rows if role is Role.AUDITOR}
    return frozenset(person for person, role in rows if role is Role.ADMINISTRATOR and person not in hindered)


def load_person(session: Session, number: str) -> Person:
    """The person with this number; raises NotFound."""
    person = session.exec(select(Person).where(Person.number == number)).first()
    if person is None:
        raise NotFound("person", number)
    return person


def actor_of(session: Session, number: str, *, at: datetime) -> Actor | None:
    """The person as actor; nobody when they are unknown or disabled."""
    person = session.exec(select(Person).where(Person.number == number)).first()
    if person is None or person.disabled_at is not None:
        return None
    reaches = reaches_of(grants_of(session, person.number, at=at))
    limits = tuple((role, reach) for role, reach in sorted(reaches.items()) if not reach.everywhere)
    return Actor(person.number, frozenset(reaches), limits=limits)
