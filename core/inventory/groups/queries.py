"""Groups of models as pages and the API read them: what is in them, and whose grants reach them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from core.access.grants_asked.tables import AskedGrant
from core.access.rules import EVERYWHERE, Reach, Role, reach_from
from core.access.rules.granting import AskedStatus
from core.access.tables import Person, RoleGrant
from core.errors import NotFound
from core.inventory.groups.rules import Reaching
from core.inventory.groups.tables import AskedMembers, ModelGroup, ModelGroupMember
from core.inventory.tables import Model


@dataclass(frozen=True)
class GroupRow:
    """A group: what it is for, how many models are in it and how many people a grant of whom names it."""

    number: str
    name: str
    purpose: str
    models: int
    people: int
    created_by: str
    created_at: datetime
    ended_by: str | None
    ended_at: datetime | None


@dataclass(frozen=True)
class MemberRow:
    """A model in a group."""

    number: str
    name: str
    business_line: str
    tier: int
    retired: bool
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class ReachingRow:
    """A grant that names the group: in force, or under the number under which it waits."""

    person: str
    name: str
    role: Role
    also: str  # what else it reaches, in words; empty: this group alone
    reason: str
    ends_at: datetime | None
    asked: str = ""


@dataclass(frozen=True)
class AskedMembersRow:
    """Models that wait for a second administrator, or what became of them."""

    number: str
    group: str
    models: tuple[str, ...]
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    status: AskedStatus


def groups(
    session: Session, *, at: datetime, ended: bool = False, search: str = "", limit: int = 200, offset: int = 0
) -> tuple[GroupRow, ...]:
    """Groups by name: those that stand, or those that ended."""
    query = select(ModelGroup).where(*_narrowing(ended=ended, search=search)).order_by(col(ModelGroup.name))
    rows = session.exec(query.offset(offset).limit(limit)).all()
    models: dict[int, int] = {}
    for group, count in session.exec(
        select(ModelGroupMember.group_id, func.count())
        .where(col(ModelGroupMember.group_id).in_([row.id for row in rows]))
        .group_by(col(ModelGroupMember.group_id))
    ):
        models[group] = count
    reached = _people_reaching(session, at) if rows else Counter()
    return tuple(_row(row, models.get(row.id or 0, 0), reached[row.number]) for row in rows)


def group_count(session: Session, *, ended: bool = False, search: str = "") -> int:
    """How many there are."""
    query = select(func.count()).select_from(ModelGroup).where(*_narrowing(ended=ended, search=search))
    return session.exec(query).one()


def group_record(session: Session, number: str, *, at: datetime) -> GroupRow:
    """One of them; raises `NotFound`."""
    row = load_group(session, number)
    models = session.exec(
        select(func.count()).select_from(ModelGroupMember).where(ModelGroupMember.group_id == row.id)
    ).one()
    return _row(row, models, _people_reaching(session, at)[number])


def group_names(session: Session) -> dict[str, str]:
    """The groups that stand, by number, in the order of their names: for forms and filters."""
    rows = session.exec(select(ModelGroup).where(col(ModelGroup.ended_at).is_(None)).order_by(col(ModelGroup.name)))
    return {row.number: row.name for row in rows}


def members(session: Session, number: str, *, limit: int = 50, offset: int = 0) -> tuple[MemberRow, ...]:
    """The models in a group by number."""
    query = (
        select(Model, ModelGroupMember)
        .join(ModelGroupMember, col(ModelGroupMember.model_id) == col(Model.id))
        .join(ModelGroup, col(ModelGroup.id) == col(ModelGroupMember.group_id))
        .where(ModelGroup.number == number)
        .order_by(col(Model.number))
    )
    return tuple(
        MemberRow(
            number=model.number, name=model.name, business_line=model.business_line, tier=model.tier,
            retired=model.retired_at is not None, added_by=member.added_by, added_at=member.added_at,
        )
        for model, member in session.exec(query.offset(offset).limit(limit))
    )  # fmt: skip


def groups_of_model(session: Session, model: str) -> dict[str, str]:
    """The groups that a model is in, by number."""
    query = (
        select(ModelGroup.number, ModelGroup.name)
        .join(ModelGroupMember, col(ModelGroupMember.group_id) == col(ModelGroup.id))
        .join(Model, col(Model.id) == col(ModelGroupMember.model_id))
        .where(Model.number == model)
        .order_by(col(ModelGroup.name))
    )
    return dict(session.exec(query).all())


def reaching_grants(session: Session, number: str, *, at: datetime) -> tuple[ReachingRow, ...]:
    """Every grant that names the group, those that wait for a second administrator last."""
    named = select(RoleGrant, Person.name).join(Person, col(Person.number) == col(RoleGrant.person))
    found = [
        ReachingRow(
            grant.person, name, grant.role, _besides(grant.reach, number), grant.reason, grant.ends_at
        )
        for grant, name in session.exec(
            named.where(
                _names(RoleGrant, number), col(RoleGrant.withdrawn_at).is_(None), col(Person.disabled_at).is_(None),
                or_(col(RoleGrant.ends_at).is_(None), col(RoleGrant.ends_at) > at),
            ).order_by(col(Person.name), col(RoleGrant.role))
        )
        if number in reach_from(grant.reach).groups
    ]  # fmt: skip
    waiting = select(AskedGrant, Person.name).join(Person, col(Person.number) == col(AskedGrant.person))
    found += [
        ReachingRow(
            asked.person, name, asked.role, _besides(asked.reach, number), asked.reason, asked.ends_at, asked.number
        )
        for asked, name in session.exec(
            waiting.where(
                _names(AskedGrant, number), AskedGrant.status == AskedStatus.WAITING, AskedGrant.expires_at > at
            ).order_by(col(Person.name), col(AskedGrant.role))
        )
        if number in reach_from(asked.reach).groups
    ]  # fmt: skip
    return tuple(found)


def reaching(session: Session, number: str, *, at: datetime) -> tuple[Reaching, ...]:
    """The same for the rules."""
    return tuple(Reaching(row.person, row.role, bool(row.asked)) for row in reaching_grants(session, number, at=at))


def asked_members(session: Session, *, at: datetime, group: str = "", limit: int = 100) -> tuple[AskedMembersRow, ...]:
    """Models that wait for a second administrator to let them into a group, the next to expire first."""
    query = (
        select(AskedMembers, ModelGroup.number)
        .join(ModelGroup, col(ModelGroup.id) == col(AskedMembers.group_id))
        .where(AskedMembers.status == AskedStatus.WAITING, AskedMembers.expires_at > at)
        .order_by(col(AskedMembers.expires_at))
        .limit(limit)
    )
    query = query.where(ModelGroup.number == group) if group else query
    return tuple(
        AskedMembersRow(
            number=row.number, group=of, models=tuple(row.models.split()), reason=row.reason, asked_by=row.asked_by,
            asked_at=row.asked_at, expires_at=row.expires_at, status=row.status,
        )
        for row, of in session.exec(query)
    )  # fmt: skip


def load_group(session: Session, number: str) -> ModelGroup:
    """The group with this number; raises `NotFound`."""
    row = session.exec(select(ModelGroup).where(ModelGroup.number == number)).first()
    if row is None:
        raise NotFound("model group", number)
    return row


def _narrowing(*, ended: bool, search: str) -> Iterator[ColumnElement[bool]]:
    yield col(ModelGroup.ended_at).is_not(None) if ended else col(ModelGroup.ended_at).is_(None)
    if search:
        text = search.strip()
        yield or_(
            col(ModelGroup.name).icontains(text, autoescape=True),
            col(ModelGroup.purpose).icontains(text, autoescape=True),
            col(ModelGroup.number) == text.upper(),
        )


def _people_reaching(session: Session, at: datetime) -> Counter[str]:
    """How many people hold a grant in force that names each group."""
    query = (
        select(RoleGrant.person, RoleGrant.reach)
        .join(Person, col(Person.number) == col(RoleGrant.person))
        .where(col(RoleGrant.reach) != EVERYWHERE.text, col(RoleGrant.withdrawn_at).is_(None))
        .where(or_(col(RoleGrant.ends_at).is_(None), col(RoleGrant.ends_at) > at), col(Person.disabled_at).is_(None))
        .distinct()
    )
    pairs = {(person, group) for person, reach in session.exec(query) for group in reach_from(reach).groups}
    return Counter(group for _, group in pairs)


def _names(table: type[RoleGrant] | type[AskedGrant], number: str) -> ColumnElement[bool]:
    """What may name the group: its number stands in the reach as a word in quotation marks."""
    return col(table.reach).contains(f'"{number}"', autoescape=True)


def _besides(reach: str, number: str) -> str:
    whole = reach_from(reach)
    rest = Reach(whole.lines, whole.groups - {number})
    return rest.words if rest.lines or rest.groups else ""


def _row(row: ModelGroup, models: int, people: int) -> GroupRow:
    return GroupRow(
        number=row.number, name=row.name, purpose=row.purpose, models=models, people=people,
        created_by=row.created_by, created_at=row.created_at, ended_by=row.ended_by, ended_at=row.ended_at,
    )  # fmt: skip
