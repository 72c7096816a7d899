"""The background work of production: rollback and holds after each checked chunk, rehearsals, and comparisons."""

import logging
from collections.abc import Callable

from app.composition import Workplace, now
from app.delivery.registry import registry_trouble
from core.improvement.comparisons.performing import fail_comparison, perform_comparison
from core.improvement.rollback.canaries import consider_hold
from core.improvement.rollback.deciding import consider_rollback
from core.improvement.rollback.drills import rehearse_due
from core.inventory.deployments.rules import PRODUCTION
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.validation.rules import Severity

log = logging.getLogger("countersign.production")


def consider_production(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    """Ask after a checked chunk: first whether a version on its way is held, then whether the one that stands returns.

    The slot names model, environment and chunk, with its revision where it has several.
    """
    model, environment, chunk = slot.split(" ")
    number = chunk.partition(".")[0]
    consider_hold(place.store, place.ledger, place.files, model=model, environment=environment, chunk=number, at=now())
    consider_rollback(place.store, place.ledger, model=model, environment=environment, at=now())


def note_unconsidered(place: Workplace, slot: str, error: str) -> None:
    """Nobody asked the policy whether the version goes back: people must hear of it."""
    model, environment = slot.split(" ")[:2]
    signal = Signal(
        kind=AlertKind.CHECK_FAILED,
        key=f"rollback job {model} {environment}",
        severity=Severity.HIGH,
        title=f"Whether {model} goes back in {environment} could not be decided",
        detail=f"{error[:1000]} Look at its chunks, and go back by hand if need be.",
        model=model,
        environment=environment,
    )
    with place.store.transaction() as tx:
        raise_alert(tx, place.ledger, signal, at=now())


def rehearse_production(place: Workplace, _slot: str, alive: Callable[[], bool]) -> None:
    """Rehearse every way back that is due."""
    rehearse_due(
        place.store,
        place.ledger,
        registry=lambda model: registry_trouble(place, model, PRODUCTION),
        alive=alive,
        clock=now,
    )


def note_unrehearsed(_place: Workplace, slot: str, error: str) -> None:
    """The next day rehearses what is still due."""
    log.warning("Rehearsals of %s were not finished: %s", slot, error)


def compare_versions(place: Workplace, comparison: str, alive: Callable[[], bool]) -> None:
    """Compute a comparison that was asked for."""
    perform_comparison(place.store, place.ledger, place.files, comparison=comparison, clock=now, alive=alive)


def note_uncompared(place: Workplace, comparison: str, error: str) -> None:
    """Whoever asked reads on its page why there is no answer."""
    fail_comparison(place.store, place.ledger, comparison=comparison, error=error, at=now())
