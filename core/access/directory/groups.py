"""What the directory does to groups: makes, changes, removes. The roles of members follow at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, select

from core.access.directory.queries import GroupRow, load_group
from core.access.directory.roles import DIRECTORY, GroupRoles, follow_groups
from core.access.directory.tables import DirectoryGroup, DirectoryMember, DirectoryUser
from core.errors import Conflict, NotFound, Problem, Unreadable
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number

LONGEST_NAME = 200


@dataclass(frozen=True)
class SaidGroup:
    """What the directory says of a group; members by the numbers of people."""

    name: str
    external_id: str | None
    members: frozenset[str]


def bring_group(store: Store, ledger: Ledger, *, said: SaidGroup, roles: GroupRoles, at: datetime) -> str:
    """Add a group; its number. Raises Unreadable where a member is unknown or the name cannot be kept."""
    with store.transaction() as tx:
        number = next_number(tx.session, "DG")
        row = DirectoryGroup(number=number, name=said.name, created_at=at, changed_at=at, revision=0)
        _store(tx, ledger, row, said, Event.DIRECTORY_GROUP_ADDED, roles=roles, at=at)
        return number


def change_group(
    store: Store,
    ledger: Ledger,
    *,
    number: str,
    change: Callable[[GroupRow], SaidGroup],
    revisions: Sequence[int] | None = None,
    roles: GroupRoles,
    at: datetime,
) -> None:
    """Let the directory say something else of a group; `change` is told what it said before.

    Raises NotFound, Unreadable, and Conflict where it stands at none of the `revisions`.
    """
    with store.transaction() as tx:
        row = tx.session.exec(select(DirectoryGroup).where(DirectoryGroup.number == number).with_for_update()).first()
        before = load_group(tx.session, number)
        if row is None:
            raise NotFound("group", number)
        if revisions is not None and before.revision not in revisions:
            raise Conflict(", ".join(map(str, revisions)), before.revision, "The group")
        _store(tx, ledger, row, change(before), Event.DIRECTORY_GROUP_CHANGED, roles=roles, at=at)


def remove_group(store: Store, ledger: Ledger, *, number: str, roles: GroupRoles, at: datetime) -> None:
    """The group is gone, and with it what it stood for. Raises NotFound."""
    with store.transaction() as tx:
        members = {person for person, _ in load_group(tx.session, number).members}
        row = tx.session.get(DirectoryGroup, number)
        if row is None:
            raise NotFound("group", number)
        row.deleted_at = row.changed_at = at
        tx.session.exec(delete(DirectoryMember).where(col(DirectoryMember.group) == number))
        tx.session.flush()
        _record(tx, ledger, Event.DIRECTORY_GROUP_REMOVED, number, at, left=" ".join(sorted(members)))
        for person in sorted(members):
            follow_groups(tx, ledger, person, roles, at=at)


def _store(
    tx: Transaction,
    ledger: Ledger,
    row: DirectoryGroup,
    said: SaidGroup,
    event: Event,
    *,
    roles: GroupRoles,
    at: datetime,
) -> None:
    _check(tx, said)
    renamed = row.name != said.name
    row.name, row.external_id, row.changed_at, row.revision = said.name, said.external_id, at, row.revision + 1
    tx.session.add(row)
    tx.session.flush()
    held = set(tx.session.exec(select(DirectoryMember.person).where(DirectoryMember.group == row.number)))
    joined, left = said.members - held, held - said.members
    for person in sorted(joined):
        tx.session.add(DirectoryMember(group=row.number, person=person))
    tx.session.exec(
        delete(DirectoryMember).where(col(DirectoryMember.group) == row.number, col(DirectoryMember.person).in_(left))
    )
    tx.session.flush()
    _record(
        tx, ledger, event, row.number, at, name=row.name, joined=" ".join(sorted(joined)), left=" ".join(sorted(left))
    )
    for person in sorted(joined | left | (said.members if renamed else frozenset())):
        follow_groups(tx, ledger, person, roles, at=at)


def _check(tx: Transaction, said: SaidGroup) -> None:
    problems = []
    if not said.name.strip() or len(said.name) > LONGEST_NAME or not said.name.isprintable():
        problems.append(Problem(f"The name is empty, cannot be shown or has more than {LONGEST_NAME} characters"))
    known = set(
        tx.session.exec(
            select(DirectoryUser.person).where(
                col(DirectoryUser.person).in_(said.members), col(DirectoryUser.deleted_at).is_(None)
            )
        )
    )
    problems += [
        Problem("The directory brought no user with this id", column="members", found=person)
        for person in sorted(said.members - known)[:20]
    ]
    if problems:
        raise Unreadable(problems)


def _record(tx: Transaction, ledger: Ledger, event: Event, number: str, at: datetime, **payload: str) -> None:
    said = {name: value for name, value in payload.items() if value}
    ledger.record(tx, event, entity=Entity("directory group", number), actor=DIRECTORY, at=at, payload=said)
