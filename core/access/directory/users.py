"""What the directory does to people: brings, changes, takes back. Nobody is deleted; who is taken back is disabled."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, select, update

from core.access.directory.queries import UserRow, load_user
from core.access.directory.roles import DIRECTORY, GroupRoles, follow_groups
from core.access.directory.tables import DirectoryMember, DirectoryUser
from core.access.grants import load_person
from core.access.people import add_person, end_sessions, rename
from core.access.person_text import person_text
from core.access.tables import Person, ServiceAccount, Token
from core.errors import Conflict, GovernanceError, NotFound
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


class Taken(GovernanceError):
    """The user name or the identifier belongs to somebody else."""

    def __init__(self, what: str) -> None:
        super().__init__(f"This {what} is taken.")


@dataclass(frozen=True)
class SaidUser:
    """What the directory says of a person; `text` is all that it keeps here, as JSON."""

    user_name: str
    name: str
    email: str
    active: bool
    external_id: str | None
    text: str


def bring_user(store: Store, ledger: Ledger, *, said: SaidUser, roles: GroupRoles, at: datetime) -> str:
    """Add a person, or take over one whom the provider brought, or who comes back; their number.

    Raises Taken, Unreadable.
    """
    with store.transaction() as tx:
        person = tx.session.exec(select(Person).where(Person.username == said.user_name.strip().casefold())).first()
        if person is None:
            person = add_person(tx, username=said.user_name, name=said.name, email=said.email, at=at)
            _record(tx, ledger, Event.PERSON_ADDED, person.number, at, by="directory")
        elif not _may_take_over(tx, person):
            raise Taken("user name")
        row = tx.session.get(DirectoryUser, person.number) or DirectoryUser(
            person=person.number, user_name=said.user_name, said=said.text, created_at=at, changed_at=at, revision=0
        )
        back = row.deleted_at is not None
        row.deleted_at = None
        _store(tx, ledger, person, row, said, let_in=back, at=at)
        follow_groups(tx, ledger, person.number, roles, at=at)
        return person.number


def change_user(
    store: Store,
    ledger: Ledger,
    *,
    number: str,
    change: Callable[[UserRow], SaidUser],
    revisions: Sequence[int] | None = None,
    at: datetime,
) -> None:
    """Let the directory say something else of a person; `change` is told what it said before.

    Raises NotFound, Taken, Unreadable, and Conflict where it stands at none of the `revisions`.
    """
    with store.transaction() as tx:
        before = load_user(tx.session, number)
        if revisions is not None and before.revision not in revisions:
            raise Conflict(", ".join(map(str, revisions)), before.revision, "The user")
        said, row = change(before), tx.session.get(DirectoryUser, number)
        if row is None:
            raise NotFound("user", number)
        _store(tx, ledger, load_person(tx.session, number), row, said, let_in=_was_put_out(before), at=at)


def take_back_user(store: Store, ledger: Ledger, *, number: str, at: datetime) -> None:
    """The directory deletes a person: here they are disabled, and what they did stays. Raises NotFound."""
    with store.transaction() as tx:
        load_user(tx.session, number)
        row = tx.session.get(DirectoryUser, number)
        if row is None:
            raise NotFound("user", number)
        row.deleted_at = row.changed_at = at
        tx.session.exec(delete(DirectoryMember).where(col(DirectoryMember.person) == number))
        _put_out(tx, ledger, load_person(tx.session, number), at)


def _may_take_over(tx: Transaction, person: Person) -> bool:
    """Whom the provider brought, or the directory before; never somebody who signs in here, or a service account."""
    known = tx.session.get(DirectoryUser, person.number)
    if known is not None:
        return known.deleted_at is not None
    return person.subject is not None and tx.session.get(ServiceAccount, person.number) is None


def _store(
    tx: Transaction, ledger: Ledger, person: Person, row: DirectoryUser, said: SaidUser, *, let_in: bool, at: datetime
) -> None:
    _free(tx, row.person, said)
    person.username, name, person.email = person_text(said.user_name, said.name, said.email)
    rename(tx, person, name, at=at)
    row.user_name, row.external_id, row.said = said.user_name, said.external_id, said.text
    row.changed_at, row.revision = at, row.revision + 1
    tx.session.add(row)
    tx.session.flush()
    _record(tx, ledger, Event.PERSON_CHANGED, person.number, at, change="said by the directory")
    if not said.active:
        _put_out(tx, ledger, person, at)
    elif person.disabled_at is not None and let_in:  # whom an administrator put out stays out
        person.disabled_at = None
        _record(tx, ledger, Event.PERSON_ENABLED, person.number, at)


def _was_put_out(before: UserRow) -> bool:
    """Whether the directory itself said before that they have no access."""
    return json.loads(before.said).get("active") is False


def _free(tx: Transaction, person: str, said: SaidUser) -> None:
    """Raise Taken where another has the user name or the identifier."""
    others = select(Person.number).where(Person.username == said.user_name.strip().casefold(), Person.number != person)
    if tx.session.exec(others).first() is not None:
        raise Taken("user name")
    same = select(DirectoryUser.person).where(
        DirectoryUser.external_id == said.external_id,
        DirectoryUser.person != person,
        col(DirectoryUser.deleted_at).is_(None),
    )
    if said.external_id and tx.session.exec(same).first() is not None:
        raise Taken("externalId")


def _put_out(tx: Transaction, ledger: Ledger, person: Person, at: datetime) -> None:
    """At once: sessions end and tokens are revoked; roles stay on record."""
    if person.disabled_at is not None:
        return
    person.disabled_at = at
    end_sessions(tx.session, person.number, at=at)
    theirs = update(Token).where(col(Token.person) == person.number, col(Token.revoked_at).is_(None))
    tx.session.exec(theirs.values(revoked_at=at))
    _record(tx, ledger, Event.PERSON_DISABLED, person.number, at)


def _record(tx: Transaction, ledger: Ledger, event: Event, person: str, at: datetime, **payload: str) -> None:
    ledger.record(tx, event, entity=Entity("person", person), actor=DIRECTORY, at=at, payload=payload)
