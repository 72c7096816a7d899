"""For which roles the groups of the directory stand: by their names, as the setting says."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from core.access.directory.tables import DirectoryGroup, DirectoryMember
from core.access.following import follow_roles
from core.access.rules import Actor, Role
from core.ledger.service import Ledger
from core.store import Transaction

DIRECTORY = Actor("directory")
GroupRoles = Sequence[tuple[str, Role]]  # name of a group, and the role for which it stands


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
    wanted = frozenset(role for group, role in roles if group in inside)
    standing = ", ".join(sorted(group for group, _ in roles if group in inside))
    reason = f"Says the directory through its groups: {standing}"[:1000]
    follow_roles(tx, ledger, person, wanted, reason=reason, actor=DIRECTORY, at=at)
