"""An installation with its first administrator, made through the same links that people use."""

from datetime import datetime

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from core.access.people import add_grant, create_person
from core.access.rules import Actor, Role
from core.access.setup import make_first_link, redeem_link
from core.ledger.service import Ledger
from core.store import Store

PASSWORD = "correct horse battery staple"


class World:
    """A store, its ledger and its first administrator."""

    def __init__(self, store: Store, ledger: Ledger, at: datetime) -> None:
        self.store, self.ledger, self.at = store, ledger, at
        link = make_first_link(store, ledger, at=at)
        assert link is not None
        self.administrator = redeem_link(
            store, ledger, secret=link, password=PASSWORD, username="first", name="Ida First", at=at
        )

    def person(self, username: str, *roles: Role) -> Actor:
        created = create_person(
            self.store, self.ledger, username=username, name=username.title(), actor=self.administrator, at=self.at
        )
        with self.store.transaction() as tx:  # as if a second administrator had confirmed
            for role in roles:
                add_grant(
                    tx, self.ledger, person=created.number, role=role, reason="Needed for the work",
                    actor=self.administrator, at=self.at,
                )  # fmt: skip
        return redeem_link(self.store, self.ledger, secret=created.link, password=PASSWORD, at=self.at)


@pytest.fixture
def world(store: Store, ledger: Ledger, at: datetime) -> World:
    return World(store, ledger, at)


@pytest.fixture
def small_world(sqlite_store: Store, ledger: Ledger, at: datetime) -> World:
    """For rules that do not differ between databases."""
    return World(sqlite_store, ledger, at)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id with less memory: these tests hash hundreds of times."""
    hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr("core.access.passwords._hasher", lambda: hasher)
