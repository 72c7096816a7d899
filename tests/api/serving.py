"""The API served on loopback within this process, with a worker beside it, for whatever uses it from outside."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from app.api import api
from core.jobs.service import finish, take
from core.ledger.service import Ledger
from core.reports.keys import open_keys
from core.store import open_store
from core.validation.runs import VALIDATION_JOB, perform
from tests.api.world import World, make_world
from tests.builders import NOON, a_version, free_port

ORIGIN = "countersign.test/ledger"


@dataclass(frozen=True)
class Served:
    """A server in this process, and what a pipeline sets to use it."""

    world: World
    url: str
    worker: threading.Event  # works while it is set


def make_template(folder: Path) -> Path:
    """A store and keys that each server begins with a copy of."""
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    store.close()
    open_keys(folder / "keys", origin=ORIGIN, at=NOON)
    return folder


@contextmanager
def serving(template: Path, folder: Path) -> Iterator[Served]:
    """A server of its own in this folder, with model M0001 in version 1.0.0."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    ledger = Ledger.open(folder / "keys", origin=ORIGIN)
    world = make_world(store, ledger, open_keys(folder / "keys", origin=ORIGIN, at=NOON), folder)
    a_version(store, world.cast)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=[Mount("/api", api)]), port=port, log_level="warning", lifespan="off")
    )
    working, over = threading.Event(), threading.Event()
    threads = [threading.Thread(target=server.run), threading.Thread(target=_work, args=(world, working, over))]
    for thread in threads:
        thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        working.set()
        yield Served(world, f"http://127.0.0.1:{port}", working)
    finally:
        server.should_exit = True
        over.set()
        for thread in threads:
            thread.join(timeout=20)
        store.close()
        api.dependency_overrides.clear()


def _work(world: World, working: threading.Event, over: threading.Event) -> None:
    """As a worker does, at the tests' own time."""
    place = world.place
    while not over.wait(0.05):
        lease = take(place.store, at=NOON) if working.is_set() else None
        if lease is not None:
            if lease.kind == VALIDATION_JOB:
                perform(place.store, place.ledger, place.files, run=lease.slot, clock=lambda: NOON)
            finish(place.store, lease, at=NOON)
