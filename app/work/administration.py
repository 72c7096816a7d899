"""What waits for administrators: people who cannot act yet, and roles that end soon."""

from datetime import datetime

from sqlmodel import Session, col, exists, or_, select

from app.work.tasks import HORIZON, State, Task, expiry
from core.access.rules import Actor, Permission
from core.access.tables import Person, RoleGrant

MOST = 100


def people_without_role(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Active people who hold no role, except the reader."""
    if Permission.PERSON_MANAGE not in actor.permissions:
        return []
    standing = exists().where(
        col(RoleGrant.person) == col(Person.number),
        col(RoleGrant.withdrawn_at).is_(None),
        or_(col(RoleGrant.ends_at).is_(None), col(RoleGrant.ends_at) > at),
    )
    rows = session.exec(
        select(Person)
        .where(col(Person.disabled_at).is_(None), ~standing, Person.number != actor.id)
        .order_by(col(Person.id))
        .limit(MOST)
    ).all()
    return [
        Task(
            what=f"Grant {person.name} a role",
            address="/administration",
            query=(("person", person.number),),
            model="",
            model_name="",
            tier=None,
            since=person.created_at,
            due=None,
            state=State("Waiting"),
            why="Administrator; without a role nobody can act",
        )
        for person in rows
    ]


def grants_ending(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Roles that end within 30 days: all of them for an administrator, otherwise the reader's own."""
    manages = Permission.PERSON_MANAGE in actor.permissions
    query = (
        select(RoleGrant, Person)
        .join(Person, col(Person.number) == col(RoleGrant.person))
        .where(
            col(RoleGrant.withdrawn_at).is_(None),
            col(RoleGrant.ends_at) > at,
            col(RoleGrant.ends_at) < at + HORIZON,
            col(Person.disabled_at).is_(None),
        )
        .order_by(col(RoleGrant.ends_at))
        .limit(MOST)
    )
    query = query if manages else query.where(RoleGrant.person == actor.id)
    return [
        Task(
            what=f"Role {grant.role} of {person.name}" if manages else f"Your role {grant.role}",
            address="/administration" if manages else "/account",
            query=(("person", person.number),) if manages else (),
            model="",
            model_name="",
            tier=None,
            since=grant.granted_at,
            due=grant.ends_at,
            state=expiry(grant.ends_at or at, at),
            why="A grant with an end",
        )
        for grant, person in session.exec(query).all()
    ]
