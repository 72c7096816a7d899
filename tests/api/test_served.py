"""Against a real server on loopback: memory stays flat, too much is refused, and a key has one effect among many."""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.api.bodies import FILE_LIMIT
from app.composition import now, open_workplace
from app.settings import load
from core.access.rules import TOKEN_SCOPES
from core.access.tokens import issue_token
from tests.api.world import a_dataset, a_version_wish
from tests.builders import a_cast, a_version, free_port

MEGABYTE = 1_000_000
RESIDENT_LIMIT = 150 * MEGABYTE  # above what the idle server holds


@dataclass(frozen=True)
class Served:
    """A server in a process of its own, and a client with every scope."""

    process: int
    client: httpx.Client
    data_dir: Path
    owner: str

    def most_resident(self) -> int:
        """The most memory that the process ever held, in bytes."""
        status = Path(f"/proc/{self.process}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data_dir = tmp_path_factory.mktemp("data")
    settings = replace(load({}), data_dir=data_dir, database_url=f"sqlite:///{data_dir / 'countersign.db'}")
    place = open_workplace(settings)
    cast = a_cast(place.store)
    a_version(place.store, cast)
    at = now()
    token = issue_token(
        place.store,
        place.ledger,
        name="stream",
        scopes=TOKEN_SCOPES & cast.developer.permissions,
        expires_at=at + timedelta(days=1),
        actor=cast.developer,
        at=at,
    )
    place.store.close()
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "app.api:api", "--port", str(port), "--log-level", "warning"]
    environment = os.environ | {"COUNTERSIGN_DATA_DIR": str(data_dir)}
    with subprocess.Popen(command, env=environment) as process:
        headers = {"Authorization": f"Bearer {token.secret}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60, trust_env=False) as client:
            wait_for(client)
            yield Served(process.pid, client, data_dir, cast.owner.id)
        process.terminate()


def wait_for(client: httpx.Client) -> None:
    for _ in range(300):
        try:
            if client.get("/models").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


PATH = "/models/M0001/versions/1.0.0/predictions?filename=p.csv&label=label&prediction=prediction&positive=1"


def megabytes(count: int) -> Iterator[bytes]:
    yield b"label,prediction\n"
    block = b"\0" * MEGABYTE  # refused as no table, once it was received
    for _ in range(count):
        yield block


@pytest.mark.row("1 GB PUT; over-limit chunked body")
def test_a_large_streamed_upload_leaves_the_memory_flat(
    served: Served, record_property: Callable[[str, object], None]
) -> None:
    before = served.most_resident()

    response = served.client.put(PATH, content=megabytes(1024))

    assert response.status_code == 422, response.text
    grown = served.most_resident() - before
    assert grown < RESIDENT_LIMIT
    record_property("seen", f"1 GB received, {grown / MEGABYTE:.0f} MB more resident")
    assert list((served.data_dir / "incoming").iterdir()) == []


def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(served: Served) -> None:
    url = served.client.base_url
    connection = http.client.HTTPConnection(url.host, url.port, timeout=30)
    connection.putrequest("PUT", PATH)
    connection.putheader("Authorization", served.client.headers["Authorization"])
    connection.putheader("Content-Length", str(FILE_LIMIT + 1))
    connection.endheaders()

    response = connection.getresponse()

    assert response.status == 413
    assert json.load(response)["type"] == "urn:countersign:problem:too-large"
    connection.close()


@pytest.mark.row("1 GB PUT; over-limit chunked body")
def test_a_chunked_json_body_above_the_limit_is_refused(served: Served) -> None:
    response = served.client.post("/models", content=megabytes(3), headers={"Content-Type": "application/json"})

    assert response.status_code == 413


def test_a_client_that_goes_away_leaves_nothing_behind(served: Served) -> None:
    def cut_short() -> Iterator[bytes]:
        yield from megabytes(5)
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        served.client.put(PATH, content=cut_short())

    for _ in range(100):
        if not list((served.data_dir / "incoming").iterdir()):
            break
        time.sleep(0.05)
    assert list((served.data_dir / "incoming").iterdir()) == []
    assert served.client.get("/models/M0001/versions/1.0.0").json()["evidence"] is None


def a_wish(owner: str, name: str) -> dict[str, object]:
    return {
        "model": {
            "name": name,
            "purpose": "Ranks applications.",
            "business_line": "Lending",
            "owner": owner,
            "exposure": "low",
            "purpose_class": "operational",
        },
        "version": a_version_wish(name, first=True),
        "datasets": [a_dataset(f"{name} training"), a_dataset(f"{name} test")],
    }


@pytest.mark.row("20 clients x 50 repeats of the same keys")
def test_many_clients_with_the_same_keys_have_one_effect_a_key(served: Served) -> None:
    clients, keys = 6, [f"nightly-{number}" for number in range(5)]
    before = served.client.get("/models").json()["total"]
    start = threading.Barrier(clients)

    def client(_number: int) -> list[str]:
        start.wait()
        return [
            served.client.post("/models", json=a_wish(served.owner, key), headers={"Idempotency-Key": key}).text
            for key in keys
        ]

    with ThreadPoolExecutor(clients) as pool:
        answers = list(pool.map(client, range(clients)))

    assert all(given == answers[0] for given in answers)
    assert served.client.get("/models").json()["total"] - before == len(keys)
