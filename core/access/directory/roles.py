"""For which roles the groups of the directory stand: by their names, as the setting says."""

from datetime import datetime

from sqlmodel import col, select

from core.access.directory.tables import DirectoryGroup, DirectoryMember
from core.access.following import follow_roles
from core.access.rules import Actor
from core.access.rules.outside import GroupRoles as GroupRoles
from core.access.rules.outside import roles_for
from core.ledger.service import Ledger
from core.store import Transaction

DIRECTORY = Actor("directory")


def follow_groups(tx: Transaction, ledger: Ledger, person: str, roles: GroupRoles, *, at: datetime) -> None:
    """Make the grants of a person equal to what their groups stand for; without a mapping roles come from here."""
    if not roles:
        return
    inside = set(
        tx.session.exec(
            select(DirectoryGroup.name)
            .join(DirectoryMember, col(DirectoryMember.group) == col(DirectoryGroup.number))
            .where(DirectoryMember.person == person, col(DirectoryGroup.deleted_at).is_(None))
        )
    )
    wanted = roles_for(inside, roles)
    standing = ", ".join(sorted({one.group for one in roles if one.group in inside}))
    reason = f"Says the directory through its groups: {standing}"[:1000]
    follow_roles(tx, ledger, person, wanted, reason=reason, actor=DIRECTORY, at=at)
