"""Measures how much memory a server takes while a gigabyte of evidence is sent to it, or fetched by reference.

Prints a Markdown table: `python -m benchmarks.intake [--megabytes 1000]`. The server is a process of its own that
serves the API; its memory, and that of the processes it starts to read and to scan, is read from /proc every 20 ms.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.api.test_served import free_port

ROWS_AT_ONCE = 200_000
PAUSE = 0.02
OVER = 2 * 2**30 + 2**20  # bytes; an upload may have 2 GiB
PATH = "/api/models/M0001/versions/1.0.0/evidence/predictions"
MEANING = {
    "label": "label",
    "prediction": "prediction",
    "score": "score",
    "positive": "1",
    "probability": "true",
    "sensitive": "group",
    "row_id": "row_id",
}


@dataclass(frozen=True)
class Peak:
    """Resident memory in MiB: of the server before and at most, and of the largest process that it started."""

    rest: float
    server: float
    reader: float


def main() -> int:
    """Make the file, start the server, hand in both ways, send too much, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake", description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--serve", nargs=2, metavar=("FOLDER", "PORT"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(Path(args.serve[0]), int(args.serve[1]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), args.megabytes * 10**6)
    return 0


def measure(folder: Path, size: int) -> None:
    """Print a line for each way in."""
    table = folder / "predictions.parquet"
    rows = write_table(table, size)
    with served(folder) as (server, client):
        print(f"Parquet of {table.stat().st_size / 1e6:,.0f} MB, {rows:,} rows, 17 columns.\n")
        print("| way in | answer | seconds | server at rest, MiB | server at most | largest reader or scanner |")
        print("|---|---|---|---|---|---|")
        for way, send in (
            ("streamed PUT", lambda: put(client, table)),
            ("by reference", lambda: refer(client, table)),
            ("chunked PUT over 2 GiB", lambda: too_much(client)),
        ):
            begin = time.perf_counter()
            answer, peak = watched(server, send)
            seconds = time.perf_counter() - begin
            print(f"| {way} | {answer} | {seconds:.0f} | {peak.rest:.0f} | {peak.server:.0f} | {peak.reader:.0f} |")


def write_table(path: Path, size: int) -> int:
    """Predictions with a row id, a group and twelve features, until the file has `size` bytes; returns its rows."""
    draw, rows = np.random.default_rng(7), 0
    writer: pq.ParquetWriter | None = None
    while writer is None or path.stat().st_size < size:
        columns = {
            "row_id": np.arange(rows, rows + ROWS_AT_ONCE),
            "label": draw.integers(0, 2, ROWS_AT_ONCE),
            "prediction": draw.integers(0, 2, ROWS_AT_ONCE),
            "score": draw.random(ROWS_AT_ONCE),
            "group": np.array(["a", "b", "c"])[draw.integers(0, 3, ROWS_AT_ONCE)],
            **{f"x{place}": draw.normal(size=ROWS_AT_ONCE) for place in range(12)},
        }
        piece = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, piece.schema, compression="zstd")
        writer.write_table(piece)
        rows += ROWS_AT_ONCE
    writer.close()
    return rows


def put(client: httpx.Client, table: Path) -> str:
    with table.open("rb") as stream:
        return told(client.put(PATH, params={"filename": table.name, **MEANING}, content=stream))


def refer(client: httpx.Client, table: Path) -> str:
    return told(client.post(f"{PATH}/reference", params=MEANING, json={"address": str(table)}))


def too_much(client: httpx.Client) -> str:
    piece = b"1,0.5\n" * 170_000
    chunks = (piece for _ in range(OVER // len(piece) + 1))
    return told(client.put(PATH, params={"filename": "predictions.csv", **MEANING}, content=chunks))


def told(response: httpx.Response) -> str:
    """The status, with the rows that were taken in."""
    answer = response.json()
    return f"{response.status_code}, {answer['rows']:,} rows" if response.is_success else f"{response.status_code}"


def watched(server: int, send: Callable[[], str]) -> tuple[str, Peak]:
    """What was answered, and how much memory was taken meanwhile."""
    over, rest = threading.Event(), resident(server)
    seen = [rest, 0.0]

    def watch() -> None:
        while not over.wait(PAUSE):
            seen[0] = max(seen[0], resident(server))
            seen[1] = max([seen[1], *(resident(child) for child in children(server))])

    watcher = threading.Thread(target=watch)
    watcher.start()
    answer = send()
    over.set()
    watcher.join()
    return answer, Peak(rest, *seen)


def resident(process: int) -> float:
    """MiB of memory that a process holds now; 0 when it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def children(process: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, httpx.Client]]:
    """A server with one version in draft: its process, and a client with a token."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.intake", "--serve", str(folder), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        token = process.stdout.readline().strip()
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=1200, trust_env=False
        ) as client:
            while True:
                try:
                    client.get("/api/models").raise_for_status()
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield process.pid, client
        process.terminate()


def serve(folder: Path, port: int) -> None:
    """Serve the API on a new workplace that may fetch from `folder`; says the token first."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from app.api import api
    from core.ledger.service import Ledger
    from core.reports.keys import open_keys
    from core.store import open_store
    from tests.api.world import allow_sources, make_world
    from tests.builders import NOON, a_version

    store = open_store(f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    origin = "countersign.test/ledger"
    ledger = Ledger.open(folder / "keys", origin=origin)
    world = make_world(store, ledger, open_keys(folder / "keys", origin=origin, at=NOON), folder)
    a_version(store, world.cast)
    allow_sources(world, str(folder))
    print(world.token().secret, flush=True)
    uvicorn.run(Starlette(routes=[Mount("/api", api)]), port=port, log_level="error", lifespan="off")


if __name__ == "__main__":
    sys.exit(main())
