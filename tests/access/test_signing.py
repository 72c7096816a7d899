"""Recent authentication: the password proves anew who sits at a session, and that serves for five minutes there."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.accounts import MAX_FAILURES, TooManyAttempts
from core.access.passwords import hashed
from core.access.rules import Actor, Permission
from core.access.signing import confirm_password, signing_refusals
from core.access.tables import Person, SignInSession
from core.errors import Refused
from core.ledger.service import Ledger
from core.store import Store
from tests.builders import NOON, a_person, signed_in

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
PASSWORD = "correct horse battery staple"
LATER = NOON + timedelta(hours=1)


def with_password(store: Store) -> Actor:
    person = a_person(store)
    with store.transaction() as tx:
        row = tx.session.exec(select(Person).where(Person.number == person.id)).one()
        row.password_hash = hashed(PASSWORD)
        tx.session.add(row)
    return person


def codes(store: Store, session_id: str, actor: Actor, at: object) -> list[str]:
    with store.reading() as session:
        return [one.code for one in signing_refusals(session, session_id=session_id, actor=actor, at=at)]  # type: ignore[arg-type]


def test_a_sign_in_serves_for_five_minutes(store: Store) -> None:
    person = a_person(store)
    session_id = signed_in(store, person)

    assert codes(store, session_id, person, NOON + timedelta(minutes=5, microseconds=-1)) == []
    assert codes(store, session_id, person, NOON + timedelta(minutes=5)) == ["authentication"]
    assert codes(store, session_id, person, NOON - timedelta(seconds=1)) == ["authentication"]


def test_the_password_proves_it_anew_in_this_session_alone(store: Store, ledger: Ledger) -> None:
    person = with_password(store)
    here, elsewhere = signed_in(store, person), signed_in(store, person)

    confirm_password(store, ledger, password=PASSWORD, session_id=here, actor=person, at=LATER)

    assert codes(store, here, person, LATER) == []
    assert codes(store, elsewhere, person, LATER) == ["authentication"]


def test_a_wrong_password_proves_nothing_and_locks_after_five(store: Store, ledger: Ledger) -> None:
    person = with_password(store)
    here = signed_in(store, person)
    for _ in range(MAX_FAILURES):
        with pytest.raises(Refused, match="password is wrong"):
            confirm_password(store, ledger, password="guess", session_id=here, actor=person, at=LATER)

    with pytest.raises(TooManyAttempts):
        confirm_password(store, ledger, password=PASSWORD, session_id=here, actor=person, at=LATER)
    assert codes(store, here, person, LATER) == ["authentication"]


def test_the_session_of_another_or_an_ended_one_is_not_proved(store: Store, ledger: Ledger) -> None:
    person, other = with_password(store), a_person(store)
    ended = signed_in(store, person)
    with store.transaction() as tx:
        row = tx.session.get(SignInSession, ended)
        assert row is not None
        row.ended_at = NOON

    for session_id in (signed_in(store, other), ended, "unknown"):
        with pytest.raises(Refused, match="not yours, or has ended"):
            confirm_password(store, ledger, password=PASSWORD, session_id=session_id, actor=person, at=LATER)


def test_a_token_signs_nothing(store: Store) -> None:
    person = a_person(store)
    token = Actor(person.id, token="T0001", scopes=frozenset(Permission))

    assert codes(store, signed_in(store, person), token, NOON) == ["authentication"]
