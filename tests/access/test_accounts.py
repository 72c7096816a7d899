"""Passwords and sign-in: lockout, the same answer for everybody unknown, and what a password may not be."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core.access.accounts import (
    MAX_FAILURES,
    WINDOW,
    TooManyAttempts,
    WrongCredentials,
    count_attempt,
    set_password,
    sign_in,
)
from core.access.passwords import hashed, matches, password_refusals
from core.access.people import disable_person
from core.access.rules import Role
from core.errors import Refused
from core.store import open_store
from tests.access.conftest import PASSWORD, World


def test_the_right_password_signs_in_whatever_the_case_of_the_name(world: World) -> None:
    ana = world.person("ana")

    assert sign_in(world.store, username=" ANA ", password=PASSWORD, at=world.at) == ana.id


@pytest.mark.parametrize(("username", "password"), [("ana", "wrong"), ("nobody", PASSWORD), ("", ""), ("ana", "")])
def test_everything_else_gets_the_same_answer(small_world: World, username: str, password: str) -> None:
    small_world.person("ana")

    with pytest.raises(WrongCredentials):
        sign_in(small_world.store, username=username, password=password, at=small_world.at)


def test_an_unknown_name_costs_a_hash_like_a_known_one(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted and not timed: both paths verify exactly one Argon2id hash."""
    small_world.person("ana")
    verified: list[str] = []

    def counting(password: str, stored: str | None) -> bool:
        verified.append(stored or "nobody")
        return matches(password, stored)

    monkeypatch.setattr("core.access.accounts.matches", counting)
    for username in ("ana", "nobody"):
        with pytest.raises(WrongCredentials):
            sign_in(small_world.store, username=username, password="wrong", at=small_world.at)

    assert len(verified) == 2
    assert not matches("nobody has this password", None)


@pytest.mark.parametrize("username", ["ana", "nobody"])
def test_five_failures_lock_the_name_even_for_the_right_password(world: World, username: str) -> None:
    world.person("ana")
    for _ in range(MAX_FAILURES):
        with pytest.raises(WrongCredentials):
            sign_in(world.store, username=username, password="wrong", at=world.at)

    with pytest.raises(TooManyAttempts):
        sign_in(world.store, username=username, password=PASSWORD, at=world.at + WINDOW - timedelta(seconds=1))


def test_the_lock_opens_when_the_window_has_passed(small_world: World) -> None:
    world = small_world
    ana = world.person("ana")
    for _ in range(MAX_FAILURES):
        with pytest.raises(WrongCredentials):
            sign_in(world.store, username="ana", password="wrong", at=world.at)

    assert sign_in(world.store, username="ana", password=PASSWORD, at=world.at + WINDOW) == ana.id


def test_success_takes_the_count_back(small_world: World) -> None:
    world = small_world
    world.person("ana")
    for _ in range(3):
        for _ in range(MAX_FAILURES - 1):
            with pytest.raises(WrongCredentials):
                sign_in(world.store, username="ana", password="wrong", at=world.at)
        sign_in(world.store, username="ana", password=PASSWORD, at=world.at)


def test_a_disabled_person_cannot_sign_in(small_world: World) -> None:
    world = small_world
    ana = world.person("ana", Role.OWNER)
    disable_person(
        world.store, world.ledger, person=ana.id, reason="Left the company", actor=world.administrator, at=world.at
    )

    with pytest.raises(WrongCredentials):
        sign_in(world.store, username="ana", password=PASSWORD, at=world.at)


def test_a_password_changes_only_with_the_current_one(small_world: World) -> None:
    world = small_world
    ana = world.person("ana")

    with pytest.raises(Refused) as refused:
        set_password(
            world.store, world.ledger, current="guess", new="another long password",
            session_id="", actor=ana, at=world.at,
        )  # fmt: skip

    assert {one.code for one in refused.value.refusals} == {"password-current"}
    assert sign_in(world.store, username="ana", password=PASSWORD, at=world.at) == ana.id


def test_the_new_password_replaces_the_old(world: World) -> None:
    ana = world.person("ana")

    set_password(
        world.store, world.ledger, current=PASSWORD, new="another long password",
        session_id="", actor=ana, at=world.at,
    )  # fmt: skip

    assert sign_in(world.store, username="ana", password="another long password", at=world.at) == ana.id
    with pytest.raises(WrongCredentials):
        sign_in(world.store, username="ana", password=PASSWORD, at=world.at)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "password-short"),
        ("", "password-short"),
        ("aaaaaaaaaaaaaaaa", "password-repeats"),
        ("Password1234567", "password-known"),
        ("ana.ruiz2026!", "password-known"),
        ("x" * 500 + "abcde" * 200, "password-long"),
    ],
)
def test_an_easy_password_is_refused(password: str, code: str) -> None:
    assert code in {refusal.code for refusal in password_refusals(password, username="ana.ruiz")}


@pytest.mark.parametrize("password", ["correct horse battery staple", "пароль из слов", "my password is a sentence"])
def test_length_is_enough_for_a_password(password: str) -> None:
    assert password_refusals(password, username="ana.ruiz") == ()


def test_a_password_is_kept_as_argon2id() -> None:
    assert hashed(PASSWORD).startswith("$argon2id$v=19$")
    assert hashed(PASSWORD) != hashed(PASSWORD)


def test_of_many_attempts_at_once_on_two_servers_no_more_are_let_through_than_of_one(world: World) -> None:
    """Two stores on one database, as two servers have: the count and the attempt are one step over both."""
    url = world.store.engine.url.render_as_string(hide_password=False)
    with contextlib.closing(open_store(url)) as second, ThreadPoolExecutor(12) as pool:
        start = threading.Barrier(12)

        def attempt(number: int) -> bool:
            start.wait()
            try:
                count_attempt((world.store, second)[number % 2], "ana", at=world.at)
            except TooManyAttempts:
                return False
            return True

        assert sum(pool.map(attempt, range(12))) == MAX_FAILURES
