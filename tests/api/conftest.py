"""What the tests of the API share: a workplace on a real store, and clients with tokens of every kind."""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from app.api import api
from app.api.caller import moment
from app.composition import Workplace, workplace
from app.settings import load
from core.access.rules import TOKEN_SCOPES, Actor, Permission
from core.access.tokens import Issued, issue_token
from core.ledger.service import Ledger
from core.reports.keys import SigningKeys, open_keys
from core.store import EvidenceFiles, Store
from tests.builders import NOON, Cast, a_cast, a_policy

SOURCES = Path(__file__).parent.parent / "data"


@dataclass
class Clock:
    """The time that the API sees; tests set it."""

    now: datetime = NOON


@dataclass(frozen=True)
class World:
    """A workplace with people, and the ways in which pipelines reach it."""

    place: Workplace
    cast: Cast
    clock: Clock

    def token(
        self,
        actor: Actor | None = None,
        scopes: Set[Permission] = TOKEN_SCOPES,
        *,
        life: timedelta = timedelta(days=30),
    ) -> Issued:
        """A new token, of the developer and with every scope unless told."""
        holder = actor or self.cast.developer
        return issue_token(
            self.place.store,
            self.place.ledger,
            name="pipeline",
            scopes=scopes,
            expires_at=NOON + life,
            actor=holder,
            at=NOON,
        )

    def client(self, secret: str | None = None) -> TestClient:
        """A client with this token, or with one that has every scope."""
        sent = self.token().secret if secret is None else secret
        client = self.anonymous()
        client.headers["Authorization"] = f"Bearer {sent}"
        return client

    def anonymous(self) -> TestClient:
        """A client without a token."""
        return TestClient(
            Starlette(routes=[Mount("/api", api)]), "http://testserver/api/", raise_server_exceptions=False
        )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without the checkpoint within a transaction, which SQLite refuses; closing the store makes one."""
    from core.store import open_store

    path = tmp_path_factory.mktemp("template") / "store.db"
    store = open_store(f"sqlite:///{path}")
    store.upgrade()
    store.close()
    return path


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("keys"), origin="countersign.test/ledger", at=NOON)


@pytest.fixture
def world_on(tmp_path: Path, ledger: Ledger, keys: SigningKeys) -> Iterator[Callable[[Store], World]]:
    """Makes a world on a store and has the API serve it."""
    clock = Clock()

    def make(store: Store) -> World:
        a_policy(store)
        settings = replace(load({}), data_dir=tmp_path / "data")
        files, exports = EvidenceFiles(tmp_path / "evidence"), EvidenceFiles(tmp_path / "exports")
        place = Workplace(settings=settings, store=store, ledger=ledger, files=files, exports=exports, keys=keys)
        api.dependency_overrides[workplace] = lambda: place
        api.dependency_overrides[moment] = lambda: clock.now
        return World(place, a_cast(store), clock)

    yield make
    api.dependency_overrides.clear()


@pytest.fixture
def world(world_on: Callable[[Store], World], sqlite_store: Store) -> World:
    return world_on(sqlite_store)


def a_registration(world: World, *, name: str = "Recidivism score", version: str = "1.0.0") -> dict[str, object]:
    """The body of a registration with everything that is needed."""
    return {
        "model": {
            "name": name,
            "purpose": "Supports pre-trial decisions.",
            "business_line": "Pre-trial services",
            "owner": world.cast.owner.id,
            "exposure": "high",
            "purpose_class": "rights-affecting or regulatory",
        },
        "version": a_version_wish(name, version),
        "datasets": [a_dataset(f"{name} training"), a_dataset(f"{name} test")],
    }


def a_version_wish(name: str, version: str = "1.0.0") -> dict[str, object]:
    return {
        "version": version,
        "intended_use": "Support for a person's decision.",
        "limitations": "Not shown to work outside Broward County.",
        "rationale": "First version.",
        "training_dataset": f"{name} training 1",
        "test_dataset": f"{name} test 1",
    }


def a_dataset(name: str) -> dict[str, object]:
    return {"name": name, "version": "1", "source": "https://example.test/data"}
