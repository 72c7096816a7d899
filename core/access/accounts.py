"""Sign-in by user name and password, with a lockout, and the change of one's own password."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, func, select

from core.access.deciding import deciding
from core.access.grants import load_person
from core.access.passwords import hashed, matches, password_refusals
from core.access.people import end_sessions
from core.access.rules import Actor
from core.access.tables import Person, SecondFactor, SignInFailure
from core.errors import GovernanceError, Refusal, Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.locks import lock_word

MAX_FAILURES = 5
WINDOW = timedelta(minutes=15)
_LONGEST_NAME = 200


class WrongCredentials(GovernanceError):
    """User name or password is wrong; never says which."""

    def __init__(self) -> None:
        super().__init__("The user name or the password is wrong.")


class TooManyAttempts(GovernanceError):
    """This user name failed too often; the right password is refused too until the window has passed."""

    def __init__(self) -> None:
        minutes = WINDOW // timedelta(minutes=1)
        super().__init__(f"There were too many attempts with this user name. Try again in {minutes} minutes.")


def sign_in(store: Store, *, username: str, password: str, at: datetime) -> str:
    """The number of the person with these credentials; raises WrongCredentials or TooManyAttempts.

    Takes the same steps for names that do not exist. An attempt counts before the password is looked at, so that
    many at once gain nothing; success takes the count back. Where a code of an authenticator is still to come, only
    this attempt is taken back: who knows the password cannot guess codes without end.
    """
    name = username.strip().casefold()[:_LONGEST_NAME]
    attempt = count_attempt(store, name, at=at)
    with store.reading() as session:
        person = session.exec(select(Person).where(Person.username == name)).first()
        enabled = person is not None and person.disabled_at is None
        number, stored = (person.number, person.password_hash) if person else ("", None)
    if not matches(password, stored) or not enabled:
        raise WrongCredentials
    with store.transaction() as tx:
        if tx.session.get(SecondFactor, number) is None:
            forgive(tx, name)
        else:
            tx.session.exec(delete(SignInFailure).where(col(SignInFailure.id) == attempt))
    return number


def set_password(
    store: Store,
    ledger: Ledger,
    *,
    current: str,
    new: str,
    session_id: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Change one's own password; every session but this one ends. Raises Refused or TooManyAttempts."""
    with store.reading() as session:
        person = load_person(session, actor.id)
        username, stored = person.username, person.password_hash
    count_attempt(store, username, at=at)
    reasons = [*own_password_refusals(actor), *password_refusals(new, username=username)]
    if not matches(current, stored):
        reasons.append(Refusal("password-current", "The current password is wrong"))
    with deciding(store, ledger, "set a password", entity=Entity("person", actor.id), actor=actor, at=at) as tx:
        if reasons:
            raise Refused(reasons)
        load_person(tx.session, actor.id).password_hash = hashed(new)
        end_sessions(tx.session, actor.id, at=at, but=session_id)
        forgive(tx, username)
        ledger.record(
            tx, Event.PASSWORD_SET, entity=Entity("person", actor.id), actor=actor, at=at, payload={"by": "person"}
        )


def own_password_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot change the password: a token never can."""
    if not actor.token:
        return ()
    return (Refusal("token-password", "A token cannot change a password", "access", "Sign in as the person."),)


def has_password(session: Session, person: str) -> bool:
    """Whether the person signs in here, and not at an outside provider."""
    return load_person(session, person).password_hash is not None


def count_attempt(store: Store, name: str, *, at: datetime) -> int | None:
    """Count an attempt under this user name and answer with its row; raises TooManyAttempts.

    Attempts under one name are counted one after another, over all servers: of many at once no more get through.
    """
    with store.transaction() as tx:
        lock_word(tx.session, f"sign-in {name}")
        tx.session.exec(delete(SignInFailure).where(col(SignInFailure.at) <= at - WINDOW))
        failures = tx.session.exec(
            select(func.count()).select_from(SignInFailure).where(SignInFailure.username == name)
        ).one()
        if failures >= MAX_FAILURES:
            raise TooManyAttempts
        row = SignInFailure(username=name, at=at)
        tx.session.add(row)
        tx.session.flush()
        return row.id


def forgive(tx: Transaction, name: str) -> None:
    """Take the count of this user name back: it was its person."""
    tx.session.exec(delete(SignInFailure).where(col(SignInFailure.username) == name))
