"""The roles for which groups outside stand: those of a provider, and those of a directory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.access.rules import EVERYWHERE, Reach, Role


@dataclass(frozen=True)
class GroupRole:
    """The role for which a group outside stands, and how far it reaches."""

    group: str
    role: Role
    reach: Reach = EVERYWHERE


GroupRoles = Sequence[GroupRole]


def roles_for(groups: Collection[str], stands_for: GroupRoles) -> dict[Role, Reach]:
    """The roles of somebody in these groups; a role that several give reaches as far as all of them together."""
    found: dict[Role, Reach] = {}
    for one in stands_for:
        if one.group in groups:
            found[one.role] = found.get(one.role, Reach()).with_(one.reach)
    return found
