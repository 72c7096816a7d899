"""The store that tests run on: the schema of the real migrations, on SQLite and on a real PostgreSQL."""

import gc
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import URL, Engine, create_engine, event

from core.ledger.service import Ledger
from core.store import Store, migrations, open_store
from tests.postgresql import Server, running

if TYPE_CHECKING:
    from tests.told import Told

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3  # a run lays down a quarter of that
pytest_plugins = ("tests.rows", "tests.seconds")

gc.disable()  # until all tests are collected; imports make no garbage, and looking for it takes a fifth of their time
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["TMPDIR"] = str(MEMORY)  # servers and browsers too wait for the disk at each commit otherwise
    tempfile.tempdir = None
# Threads of scikit-learn that wait would spin, and take the processor from the other worker.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def pytest_collection_finish() -> None:
    gc.enable()


def pytest_sessionfinish() -> None:
    """What `_walk_only_what_is_new` set apart is let go, so that everything is cleared away in its order at the end."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def _hurry() -> Iterator[None]:
    """Nothing waits for the disk, and OpenSSL proves once that the factors of a key are prime, not at each reading."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)  # the tests end processes, never the machine
        patch.setattr("core.reports.keys.load_pem_private_key", cache(load_pem_private_key))
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """A server compiles a statement for its one store; tests open a store each, whose statements are the same."""
    first = create_engine("sqlite://", query_cache_size=4000)
    first.connect().close()  # the dialect learns about the database from its first connection

    def created(url: URL, **named: object) -> Engine:
        engine = create_engine(url, **named)
        if engine.dialect.name == "sqlite":
            engine.dialect = engine.pool._dialect = first.dialect
            engine._compiled_cache = first._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.store.engine.create_engine", created)
        yield


@pytest.fixture(scope="session", autouse=True)
def _migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All migrations take a second and more; a new SQLite file is a copy of the one that they made first."""
    whole, kept = migrations.upgrade, tmp_path_factory.mktemp("migrated") / "store.db"

    def upgrade(engine: Engine, to: str = "head") -> None:
        path = Path(engine.url.database or "")
        new = engine.dialect.name == "sqlite" and to == "head" and not (path.exists() and path.stat().st_size)
        if new and not kept.exists():
            first = open_store(f"sqlite:///{kept}")
            whole(first.engine)
            first.close()  # the last connection writes the log back, so the one file is the whole store
        if new:
            engine.dispose()
            shutil.copy(kept, path)
        whole(engine, to)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "upgrade", upgrade)
        yield


@pytest.fixture(scope="module", autouse=True)
def _walk_only_what_is_new() -> None:
    """Streamlit and statsmodels collect all garbage at every run and call; what is loaded by now need not be walked."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def components_found_once() -> Iterator[None]:
    """Streamlit looks through every installed package for components whenever an AppTest begins; once is enough."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new installation with its schema, keys and first policy, copied for each test."""
    from app.composition import open_workplace
    from app.settings import PREFIX, load
    from app.signin.secrets import load_secrets

    folder = tmp_path_factory.mktemp("installation")
    opened = open_workplace(load({f"{PREFIX}DATA_DIR": str(folder)}))
    load_secrets(folder / "signin")
    opened.store.close()
    return folder


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> "Told":
    """The example workspace; it takes seconds to tell, so the workers of one run share it."""
    from tests.told import told_once

    own = tmp_path_factory.getbasetemp()
    return told_once(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.db"
    store = open_store(f"sqlite:///{path}")
    store.upgrade()
    store.close()  # the last connection writes the log back, so the one file is the whole store
    return path


@pytest.fixture(scope="session")
def one_sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Opened once, so that statements are compiled once; its file is put back for every test."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'store.db'}")

    @event.listens_for(store.engine, "connect")
    def _hurry(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")  # the tests end processes, never the machine

    return store


@pytest.fixture
def sqlite_store(sqlite_template: Path, one_sqlite_store: Store) -> Iterator[Store]:
    put_back(sqlite_template, one_sqlite_store)
    yield one_sqlite_store
    one_sqlite_store.close()


def put_back(template: Path, store: Store) -> None:
    """Make the store's file a copy of the template."""
    store.close()
    path = Path(str(store.engine.url.database))
    for left in path.parent.glob("*"):
        left.unlink()
    shutil.copy(template, path)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def postgresql_store(postgresql_server: Server) -> Store:
    postgresql_server.empty()
    return postgresql_server.store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    found = request.getfixturevalue(f"{request.param}_store")
    assert isinstance(found, Store)
    return found


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "keys", origin="countersign.test/ledger")


@pytest.fixture
def at() -> datetime:
    return NOON
