"""Takes a user of Countersign out of the record: their number stays, so that every act on record keeps its actor."""

from datetime import datetime

from sqlalchemy import column, delete, inspect, table, update
from sqlmodel import Session, col, select

from core.access.directory.tables import DirectoryMember, DirectoryUser
from core.access.grants import load_person, roles_of
from core.access.people import end_sessions
from core.access.rules import Actor, Role
from core.access.tables import (
    FormerName,
    IdempotencyKey,
    Person,
    RecoveryCode,
    SecondFactor,
    SetupLink,
    SignInCode,
    SignInFailure,
    SignInSession,
    Token,
)
from core.errors import NotFound
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Transaction

# of every table that holds something of a person alone, by the column with their number; a table may not be there yet
OWN = (
    ("digest_wish", "person"), ("draft", "person"), ("default_view", "person"), ("second_factor", "person"),
    ("recovery_code", "person"), ("directory_member", "person"), ("former_name", "person"),
    ("directory_user", "person"),
)  # fmt: skip


def still_active(session: Session, number: str, *, at: datetime) -> bool:
    """Whether the person can sign in and act, so that they cannot be forgotten yet; someone unknown cannot."""
    found = session.exec(select(Person).where(Person.number == number)).first()
    return found is not None and found.disabled_at is None


def standing_roles(session: Session, number: str, *, at: datetime) -> frozenset[Role]:
    """The roles that the person still holds."""
    return roles_of(session, number, at=at)


def identifiers_of(session: Session, number: str) -> tuple[str, ...]:
    """What the record calls the person by: their name, user name and mail address; empty once they are forgotten."""
    row = load_person(session, number)
    former = session.exec(select(FormerName.name).where(FormerName.person == number)).all()
    said = (row.name, row.username, row.email, *(row.subject or "").split(" ")[1:], *former)
    return tuple(dict.fromkeys(one for one in said if one and not is_forgotten(row)))


def is_forgotten(row: Person) -> bool:
    """Whether the person was erased."""
    return row.username == _username(row.number)


def forget(tx: Transaction, ledger: Ledger, number: str, *, request: str, actor: Actor, at: datetime) -> bool:
    """Pseudonymise the account and end what belongs to it; whether anything was left. The caller asked the rules."""
    session = tx.session
    try:
        row = load_person(session, number)
    except NotFound:  # of a backup from before they joined
        return False
    if is_forgotten(row):
        return False
    session.execute(delete(SignInFailure).where(col(SignInFailure.username) == row.username))
    row.name, row.username = f"Erased person {number}", _username(number)
    row.email, row.subject, row.password_hash = "", None, None
    row.disabled_at = row.disabled_at or at
    session.add(row)
    end_sessions(session, number, at=at)
    session.execute(delete(SignInCode).where(col(SignInCode.person) == number))
    session.execute(delete(SignInSession).where(col(SignInSession.person) == number))
    session.execute(delete(SecondFactor).where(col(SecondFactor.person) == number))
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.person) == number))
    session.execute(delete(DirectoryMember).where(col(DirectoryMember.person) == number))
    session.execute(delete(DirectoryUser).where(col(DirectoryUser.person) == number))
    session.execute(delete(SetupLink).where(col(SetupLink.person) == number))
    session.execute(delete(IdempotencyKey).where(col(IdempotencyKey.actor) == number))
    session.execute(update(Token).where(col(Token.person) == number).values(name=f"of {number}"))
    session.execute(
        update(Token).where(col(Token.person) == number, col(Token.revoked_at).is_(None)).values(revoked_at=at)
    )
    known = set(inspect(session.connection()).get_table_names())
    for name, key in OWN:
        if name in known:
            session.execute(delete(table(name, column(key))).where(column(key) == number))
    entity = Entity("person", number)
    ledger.record(tx, Event.PERSON_ERASED, entity=entity, actor=actor, at=at, payload={"request": request})
    return True


def _username(number: str) -> str:
    return f"erased-{number.lower()}"
