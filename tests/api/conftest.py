"""What the tests of the API share: a world on a real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.api import api
from core.ledger.service import Ledger
from core.reports.keys import SigningKeys, open_keys
from core.store import Store
from tests.api.world import World, make_world
from tests.builders import NOON


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("keys"), origin="countersign.test/ledger", at=NOON)


@pytest.fixture
def world(sqlite_store: Store, ledger: Ledger, keys: SigningKeys, tmp_path: Path) -> Iterator[World]:
    yield make_world(sqlite_store, ledger, keys, tmp_path)
    api.dependency_overrides.clear()


@pytest.fixture
def world_on_both(store: Store, ledger: Ledger, keys: SigningKeys, tmp_path: Path) -> Iterator[World]:
    """As `world`, on SQLite and on PostgreSQL."""
    yield make_world(store, ledger, keys, tmp_path)
    api.dependency_overrides.clear()
