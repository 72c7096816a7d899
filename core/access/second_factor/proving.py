"""Whether somebody has just shown that it is them: the password, and a code where they have an authenticator."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, update

from core.access.accounts import count_attempt, forgive
from core.access.grants import load_person, roles_of
from core.access.passwords import matches
from core.access.rules import Actor
from core.access.second_factor.codes import factor_of, recovery_codes_left, spend_code, spend_recovery_code
from core.access.second_factor.keys import FactorKey
from core.access.tables import SecondFactor
from core.access.telling import tell_person
from core.errors import GovernanceError, Refusal
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store

CODE_WRONG = Refusal(
    "code-wrong",
    "The code is wrong, or was used before",
    "second factor",
    "Wait for the next code of your authenticator, or take a recovery code.",
)


class WrongCode(GovernanceError):
    """The code is wrong or was used; never says which."""

    def __init__(self) -> None:
        super().__init__("The code is wrong, or was used before. Wait for the next one.")


@dataclass(frozen=True)
class Factors:
    """What is needed to look at codes: the key of their secrets, and whether people can be told by mail."""

    key: FactorKey
    mail: bool = False


def accept_code(store: Store, ledger: Ledger, factors: Factors, *, person: str, code: str, at: datetime) -> None:
    """Take the code that follows the right password; raises WrongCode or TooManyAttempts."""
    with store.reading() as session:
        row = load_person(session, person)
        username, enabled = row.username, row.disabled_at is None
    count_attempt(store, username, at=at)
    if not code_is_right(store, ledger, factors, person=person, code=code, at=at) or not enabled:
        raise WrongCode
    with store.transaction() as tx:
        forgive(tx, username)


def against_proof(
    store: Store,
    ledger: Ledger,
    factors: Factors | None,
    *,
    person: str,
    password: str,
    code: str,
    at: datetime,
) -> tuple[Refusal, ...]:
    """What stands against this being the person; counts as one attempt to sign in. Raises TooManyAttempts.

    Somebody with an authenticator proves nothing where no code can be looked at (`factors` is None).
    """
    with store.reading() as session:
        row = load_person(session, person)
        username, stored, asks_code = row.username, row.password_hash, factor_of(session, person) is not None
    count_attempt(store, username, at=at)
    if not matches(password, stored):
        return (Refusal("password-wrong", "The password is wrong", "signing"),)
    if asks_code and (factors is None or not code_is_right(store, ledger, factors, person=person, code=code, at=at)):
        return (CODE_WRONG,)
    with store.transaction() as tx:
        forgive(tx, username)
    return ()


def code_is_right(store: Store, ledger: Ledger, factors: Factors, *, person: str, code: str, at: datetime) -> bool:
    """Whether it is a code of the authenticator or a recovery code; right ones are spent by it.

    A wrong code counts before it is looked at. The caller counts the attempt to sign in.
    """
    counted = update(SecondFactor).where(col(SecondFactor.person) == person)
    with store.transaction() as tx:
        tx.session.exec(counted.values(wrong_codes=col(SecondFactor.wrong_codes) + 1))
    with store.transaction() as tx:
        factor = factor_of(tx.session, person)
        if factor is None:
            return False
        if not spend_code(tx, factors.key, factor, code, at=at):
            if not spend_recovery_code(tx, factors.key, person, code, at=at):
                return False
            left = recovery_codes_left(tx.session, person)
            actor = Actor(person, roles_of(tx.session, person, at=at))
            entity = Entity("person", person)
            ledger.record(tx, Event.RECOVERY_CODE_USED, entity=entity, actor=actor, at=at, payload={"left": left})
            said = f"One of your recovery codes was used at {at:%d %B %Y, %H:%M} UTC. {left} are left."
            tell_person(tx, load_person(tx.session, person), "a recovery code was used", said, mail=factors.mail, at=at)
        tx.session.exec(counted.values(wrong_codes=0))
        return True
