"""Between resources of SCIM and what the use cases take and answer."""

import json
from datetime import UTC

from pydantic import ValidationError
from scim2_models import InvalidFilterException, Meta, Reference, SCIMException, ScimFilter
from scim2_models.path import AttrPath, CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator

from app.scim.models import Group, Member, User
from core.access.directory.groups import SaidGroup
from core.access.directory.queries import GroupRow, Key, UserRow
from core.access.directory.users import SaidUser

LONGEST_FILTER = 500
KEPT = frozenset({"display_name", "name", "emails", "active"})


def said_user(user: User) -> SaidUser:
    """What a resource says of a person, in our words."""
    user_name = user.user_name or ""
    parts = [user.name.given_name, user.name.family_name] if user.name else []
    formatted = user.name.formatted if user.name else None
    name = user.display_name or formatted or " ".join(part for part in parts if part) or user_name
    return SaidUser(
        user_name=user_name,
        name=name,
        email=_address(user),
        active=user.active is not False,
        external_id=user.external_id,
        text=user.model_dump_json(include=set(KEPT), exclude_none=True, scim_ctx=None),
    )


def user_of(row: UserRow, base: str) -> User:
    """The person as the directory reads them: what it wrote, and whether they really have access."""
    user = User.model_validate(json.loads(row.said), scim_ctx=None)
    user.id, user.external_id, user.user_name = row.number, row.external_id, row.user_name
    if not row.active:
        user.active = False
    user.meta = _meta("User", f"{base}/Users/{row.number}", row)
    return user


def said_group(group: Group) -> SaidGroup:
    """What a resource says of a group, in our words."""
    members = frozenset(member.value for member in group.members or [] if member.value)
    return SaidGroup(" ".join((group.display_name or "").split()), group.external_id, members)


def group_of(row: GroupRow, base: str) -> Group:
    """The group as the directory reads it."""
    return Group(
        id=row.number,
        external_id=row.external_id,
        display_name=row.name,
        members=[_member(number, base) for number, _ in row.members] or None,
        meta=_meta("Group", f"{base}/Groups/{row.number}", row),
    )


def _member(number: str, base: str) -> Member:
    return Member(value=number, ref=Reference[User](f"{base}/Users/{number}"))


def version_of(row: UserRow | GroupRow) -> str:
    """The entity tag (RFC 7644, 3.14)."""
    return f'W/"{row.revision}"'


def wanted_by(text: str, keys: tuple[Key, ...]) -> list[tuple[Key, str]]:
    """What a filter asks for: comparisons by `eq`, joined by `and`; raises InvalidFilterException for all else."""
    if len(text) > LONGEST_FILTER:
        raise InvalidFilterException(detail="The filter is too long")
    try:
        parsed = ScimFilter(text).ast
    except (ValueError, ValidationError, SCIMException) as error:
        raise InvalidFilterException(detail="The filter cannot be read") from error
    return [_compared(node, keys) for node in _conjuncts(parsed)]


def _conjuncts(node: FilterNode) -> list[FilterNode]:
    if isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_:
        return [one for child in node.terms for one in _conjuncts(child)]
    return [node]


def _compared(node: FilterNode, keys: tuple[Key, ...]) -> tuple[Key, str]:
    if not isinstance(node, Comparison) or node.op is not CompareOperator.eq or not isinstance(node.value, str):
        raise InvalidFilterException(detail="Only comparisons of text by eq are answered, joined by and")
    if not node.value.isprintable():  # also NUL and half characters, which no database compares
        raise InvalidFilterException(detail="The text that is compared holds signs that cannot be shown")
    asked = _name(node.attr_path)
    if asked not in keys:
        raise InvalidFilterException(detail=f"Filters are answered on {', '.join(keys)}")
    return Key(asked), node.value


def _name(path: AttrPath) -> str:
    whole = ".".join(part for part in (path.attr, path.sub_attr) if part).casefold()
    return Key.MEMBER if whole == "members.value" else whole


def _address(user: User) -> str:
    given = [one for one in user.emails or [] if one.value]
    order = sorted(given, key=lambda one: (not one.primary, (one.type or "").casefold() != "work"))
    return (order[0].value or "") if order else ""


def _meta(kind: str, location: str, row: UserRow | GroupRow) -> Meta:
    return Meta(
        resource_type=kind,
        created=row.created_at.astimezone(UTC),
        last_modified=row.changed_at.astimezone(UTC),
        location=location,
        version=version_of(row),
    )
