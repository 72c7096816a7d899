"""A database that resets its connections or answers nobody: 503 within the deadline, and on by itself afterwards."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from app.api import api
from core.ledger.service import Ledger
from core.ledger.verify import verify_store
from core.reports.keys import SigningKeys
from core.store import Store, StoreAway, open_store, patience
from tests.api.conftest import keys as keys
from tests.api.world import World, a_registration, make_world
from tests.faults.proxy import Proxy, between

PATIENCE, DEADLINE = 0.4, 8.0  # seconds; the deadline is the patience and twice what a connection may take


@pytest.fixture
def proxy(postgresql_store: Store) -> Iterator[Proxy]:
    folder = make_url(postgresql_store.engine.url).query["host"]
    with between(Path(str(folder)) / ".s.PGSQL.5432") as proxy:
        yield proxy


@pytest.fixture
def far(proxy: Proxy, postgresql_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The same database, reached through the proxy."""
    monkeypatch.setattr(patience, "PATIENCE", PATIENCE)
    monkeypatch.setattr(patience, "CONNECT", 2)
    plain = {"gssencmode": "disable", "sslmode": "disable"}
    url = postgresql_store.engine.url.set(host="127.0.0.1", port=proxy.port, query=plain)
    store = open_store(url.render_as_string(hide_password=False))
    yield store
    store.close()


@pytest.fixture
def world(far: Store, ledger: Ledger, keys: SigningKeys, tmp_path: Path) -> Iterator[World]:
    yield make_world(far, ledger, keys, tmp_path)
    api.dependency_overrides.clear()


def test_a_database_that_stops_answering_gives_503_within_the_deadline_and_the_api_recovers(
    world: World, proxy: Proxy, postgresql_store: Store
) -> None:
    client, body = world.client(), a_registration(world)
    assert client.get("models").status_code == 200

    proxy.swallow()
    begun = time.monotonic()
    reading = client.get("models")
    read_in = time.monotonic() - begun
    writing = client.post("models", json=body, headers={"Idempotency-Key": "one"})
    spent = time.monotonic() - begun - read_in
    proxy.reset()
    again = client.post("models", json=body, headers={"Idempotency-Key": "one"})

    assert (reading.status_code, writing.status_code) == (503, 503)
    assert reading.headers["Retry-After"] == "2"
    assert reading.json()["type"] == "urn:countersign:problem:unavailable"
    assert max(read_in, spent) < DEADLINE
    assert again.status_code == 201, again.text
    with postgresql_store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM model")).scalar_one() == 1
        assert verify_store(session, world.place.ledger.vkey).passed


def test_connections_that_were_reset_are_made_anew_without_anybody_noticing(world: World, proxy: Proxy) -> None:
    client = world.client()
    assert client.get("models").status_code == 200

    proxy.reset()

    assert client.get("models").status_code == 200


def test_a_query_that_is_merely_long_is_left_alone(far: Store) -> None:
    with far.reading() as session:
        assert session.execute(text(f"SELECT 'done' FROM pg_sleep({4 * PATIENCE})")).scalar_one() == "done"


def test_a_query_under_way_ends_when_its_server_falls_silent(far: Store, proxy: Proxy) -> None:
    begun = time.monotonic()
    timer = threading.Timer(PATIENCE / 2, proxy.swallow)
    timer.start()

    with pytest.raises(StoreAway), far.reading() as session:
        session.execute(text("SELECT pg_sleep(60)"))

    assert time.monotonic() - begun < DEADLINE
    proxy.reset()
    with far.reading() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1
