"""People and groups of the directory, as it reads them back: filtered and paged in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from core.access.directory.tables import DirectoryGroup, DirectoryMember, DirectoryUser
from core.access.tables import Person
from core.errors import NotFound


class Key(StrEnum):
    """What the directory may ask for by `eq`."""

    ID = "id"
    EXTERNAL_ID = "externalid"
    USER_NAME = "username"
    NAME = "displayname"
    MEMBER = "members"


Wanted = Sequence[tuple[Key, str]]  # all of them hold


@dataclass(frozen=True)
class UserRow:
    """A person whom the directory brought; `active` is whether they have access here."""

    number: str
    external_id: str | None
    user_name: str
    said: str
    active: bool
    created_at: datetime
    changed_at: datetime
    revision: int


@dataclass(frozen=True)
class GroupRow:
    """A group with its members, as number and name."""

    number: str
    external_id: str | None
    name: str
    members: tuple[tuple[str, str], ...]
    created_at: datetime
    changed_at: datetime
    revision: int


def directory_users(
    session: Session, wanted: Wanted = (), *, offset: int, limit: int
) -> tuple[int, tuple[UserRow, ...]]:
    """How many there are, and a page of them in the order in which they came."""
    where = [col(DirectoryUser.deleted_at).is_(None), *(_of_user(key, value) for key, value in wanted)]
    total = session.exec(select(func.count()).select_from(DirectoryUser).where(*where)).one()
    query = (
        select(DirectoryUser, Person.disabled_at)
        .join(Person, col(Person.number) == col(DirectoryUser.person))
        .where(*where)
        .order_by(col(DirectoryUser.created_at), col(DirectoryUser.person))
    )
    found = session.exec(query.offset(offset).limit(limit)).all()
    return total, tuple(_user_row(row, disabled_at) for row, disabled_at in found)


def load_user(session: Session, number: str) -> UserRow:
    """The person of the directory with this number; raises NotFound, also once it has taken them back."""
    total, rows = directory_users(session, [(Key.ID, number)], offset=0, limit=1)
    if not total:
        raise NotFound("user", number)
    return rows[0]


def directory_groups(
    session: Session, wanted: Wanted = (), *, offset: int, limit: int, members: bool = True
) -> tuple[int, tuple[GroupRow, ...]]:
    """How many groups there are, and a page of them in the order in which they came."""
    where = [col(DirectoryGroup.deleted_at).is_(None), *(_of_group(key, value) for key, value in wanted)]
    total = session.exec(select(func.count()).select_from(DirectoryGroup).where(*where)).one()
    query = select(DirectoryGroup).where(*where).order_by(col(DirectoryGroup.created_at), col(DirectoryGroup.number))
    found = session.exec(query.offset(offset).limit(limit)).all()
    inside = _members(session, [row.number for row in found]) if members else {}
    return total, tuple(
        GroupRow(
            number=row.number,
            external_id=row.external_id,
            name=row.name,
            members=tuple(inside.get(row.number, ())),
            created_at=row.created_at,
            changed_at=row.changed_at,
            revision=row.revision,
        )
        for row in found
    )


def load_group(session: Session, number: str) -> GroupRow:
    """The group with this number; raises NotFound, also once it is gone."""
    total, rows = directory_groups(session, [(Key.ID, number)], offset=0, limit=1)
    if not total:
        raise NotFound("group", number)
    return rows[0]


def directory_user(session: Session, person: str) -> DirectoryUser | None:
    """The row of a person whom the directory brought and has not taken back."""
    row = session.get(DirectoryUser, person)
    return row if row is not None and row.deleted_at is None else None


def brought_by_directory(session: Session, external_id: str, user_name: str) -> Person | None:
    """The person who was brought under this identifier, or this user name if one is given, and never signed in yet."""
    named = col(DirectoryUser.external_id) == external_id
    if user_name:
        named = named | (func.lower(DirectoryUser.user_name) == user_name.casefold())
    query = (
        select(Person)
        .join(DirectoryUser, col(DirectoryUser.person) == col(Person.number))
        .where(named, col(DirectoryUser.deleted_at).is_(None))
        .where(col(Person.subject).is_(None), col(Person.password_hash).is_(None))
        .limit(2)
    )
    found = session.exec(query).all()
    return found[0] if len(found) == 1 else None


def _user_row(row: DirectoryUser, disabled_at: datetime | None) -> UserRow:
    return UserRow(
        number=row.person,
        external_id=row.external_id,
        user_name=row.user_name,
        said=row.said,
        active=disabled_at is None,
        created_at=row.created_at,
        changed_at=row.changed_at,
        revision=row.revision,
    )


def _of_user(key: Key, value: str) -> ColumnElement[bool]:
    if key is Key.ID:
        return col(DirectoryUser.person) == value
    if key is Key.EXTERNAL_ID:
        return col(DirectoryUser.external_id) == value
    return col(DirectoryUser.person).in_(select(Person.number).where(Person.username == value.strip().casefold()))


def _of_group(key: Key, value: str) -> ColumnElement[bool]:
    if key is Key.ID:
        return col(DirectoryGroup.number) == value
    if key is Key.EXTERNAL_ID:
        return col(DirectoryGroup.external_id) == value
    if key is Key.MEMBER:
        return col(DirectoryGroup.number).in_(select(DirectoryMember.group).where(DirectoryMember.person == value))
    return func.lower(DirectoryGroup.name) == value.lower()


def _members(session: Session, groups: list[str]) -> dict[str, list[tuple[str, str]]]:
    rows = session.exec(
        select(DirectoryMember.group, Person.number, Person.name)
        .join(Person, col(Person.number) == col(DirectoryMember.person))
        .where(col(DirectoryMember.group).in_(groups))
        .order_by(col(Person.number))
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for group, number, name in rows:
        found.setdefault(group, []).append((number, name))
    return found
