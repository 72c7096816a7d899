"""Looks at the allowed MLflow servers by the clock or at once, and hands them out by name."""

import logging
from collections.abc import Iterator
from datetime import datetime

from app.composition import Workplace
from app.registries.mlflow import MlflowServer
from app.registries.servers import server_named
from core.access.rules import SYSTEM, Actor
from core.inventory.importing.registry.syncing import Synced, sync_registry
from core.store.types import EPOCH

log = logging.getLogger("countersign.registries")


def registry_named(place: Workplace, name: str) -> MlflowServer:
    """The allowed server of this name; raises `NotFound`."""
    return MlflowServer(server_named(place.settings.mlflow_servers, name))


def due_looks(place: Workplace, at: datetime) -> Iterator[str]:
    """One slot a server and interval, such as `main 2026-11-26T09:00:00+00:00`."""
    every = place.settings.mlflow_sync
    if every is None:
        return
    begin = EPOCH + every * ((at - EPOCH) // every)
    for server in place.settings.mlflow_servers:
        yield f"{server.name} {begin.isoformat()}"


def look_now(place: Workplace, slot: str, *, at: datetime, actor: Actor = SYSTEM) -> Synced:
    """Look at the server that a slot, or its bare name, is about; raises `RegistryTrouble`."""
    return sync_registry(
        place.store, place.ledger, registry=registry_named(place, slot.partition(" ")[0]), at=at, actor=actor
    )


def note_failure(_place: Workplace, slot: str, error: str) -> None:
    """The page shows the state of the server; the next look tries again."""
    log.warning("The look at %s failed: %s", slot, error)
