"""Requests of people whose data are held, as background work; and the erasures that a restored backup has to repeat."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from app.composition import Workplace, now
from core.access.rules import Actor
from core.ledger.anchors.holding import LedgerHeld
from core.privacy.subjects.places import Places
from core.privacy.subjects.replay import orders_to_replay, replay_erasures
from core.privacy.subjects.taking import due_for_clock, keep_clock, take_package
from core.privacy.subjects.working import fail_work, perform_erasure, perform_search

REPLAY_JOB = "erasure replay"
log = logging.getLogger("countersign.subjects")


def places_of(place: Workplace) -> Places:
    """Where this installation keeps files, and the orders of erasure."""
    orders = place.settings.erasure_orders or place.settings.data_dir / "erasures"
    return Places(place.files, place.events, place.exports, place.imports, orders)


def erase_again(place: Workplace) -> int:
    """At start: whoever was erased since a restored backup was made is erased before anybody signs in; how many."""
    places = places_of(place)
    if not orders_to_replay(place.store, places):
        return 0
    try:
        done = replay_erasures(place.store, place.ledger, places, at=now())
    except LedgerHeld:
        log.warning("Orders of erasure wait until the ledger is no longer held; nobody can sign in before.")
        return 0
    log.warning("%d erasures were carried out again on a restored store", len(done))
    return len(done)


def subject_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """The copy for a person, decrypted on its way; who took it is on record."""
    number = request.path_params["request"]
    found = take_package(place.store, place.ledger, places_of(place), request=number, actor=actor, at=now())
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{found.filename}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found.content, media_type="application/zip", headers=headers)


def search_person(place: Workplace, slot: str, alive: Callable[[], bool]) -> None:
    """The job of a search."""
    perform_search(place.store, place.ledger, places_of(place), slot=slot, clock=now, alive=alive)


def erase_person(place: Workplace, slot: str, alive: Callable[[], bool]) -> None:
    """The job of an erasure."""
    perform_erasure(place.store, place.ledger, places_of(place), slot=slot, clock=now, alive=alive)


def note_failed(place: Workplace, slot: str, error: str) -> None:
    """The request says why it was not done."""
    fail_work(place.store, slot=slot, error=error)


def due_clocks(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this quarter of an hour, where a request is overdue or a copy has expired."""
    with place.store.reading() as session:
        if not due_for_clock(session, at=at):
            return []
    moment = at.astimezone(UTC)
    return [f"{moment - timedelta(minutes=moment.minute % 15):%Y-%m-%d %H:%M}"]


def keep_request_clock(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    """The job of the clock."""
    keep_clock(place.store, place.ledger, places_of(place), at=now())


def due_replays(place: Workplace, at: datetime) -> Iterable[str]:
    """The slot of this minute, where an order of erasure is not carried out in this store, as after a restore."""
    return [f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"] if orders_to_replay(place.store, places_of(place)) else []


def replay(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    """The job of erasing again."""
    replay_erasures(place.store, place.ledger, places_of(place), at=now())


def left_for_later(_place: Workplace, slot: str, error: str) -> None:
    """The next slot does what was left."""
    log.warning("Subject requests were not looked after in %s: %s", slot, error)
