"""Collects events that many hand in at once, and records them together, a moment later, each with its answer."""

import threading
from concurrent.futures import Future
from datetime import datetime
from functools import cache
from typing import Protocol

from app.composition import Workplace, now
from core.errors import Unreadable
from core.ledger.batches.rows import MOST_ROWS
from core.ledger.batches.service import Batch, Submission, record_together

WAITS = 0.05  # seconds after the first of a group; the promise is one second at most
LONGEST_QUEUE = 10 * MOST_ROWS


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime: ...


class Busy(Exception):
    """More events wait than may; whoever hands in is to try again."""


class Collector:
    """One thread that records groups; hand in from any thread."""

    def __init__(self, place: Workplace, clock: Clock = now) -> None:
        self._place, self._clock = place, clock
        self._waiting: list[tuple[Submission, Future[Batch | None]]] = []
        self._rows = 0
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="countersign-events", daemon=True)
        self._thread.start()

    def hand_in(self, submission: Submission) -> "Future[Batch | None]":
        """Wait for nothing; the future holds what `record_events` returns or raises. Raises `Busy`."""
        answer: Future[Batch | None] = Future()
        with self._changed:
            if self._stopped or self._rows + submission.events.num_rows > LONGEST_QUEUE:
                raise Busy
            self._waiting.append((submission, answer))
            self._rows += submission.events.num_rows
            self._changed.notify()
        return answer

    def stop(self) -> None:
        """Record what waits, then end."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while group := self._next():
            self._record(group)

    def _next(self) -> list[tuple[Submission, "Future[Batch | None]"]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopped)
            if not self._stopped:  # a moment for others to join the group
                self._changed.wait_for(lambda: self._rows >= MOST_ROWS or self._stopped, timeout=WAITS)
            group, self._waiting, self._rows = self._waiting, [], 0
            return group

    def _record(self, group: list[tuple[Submission, "Future[Batch | None]"]]) -> None:
        place = self._place
        try:
            outcomes = record_together(
                place.store, place.ledger, place.events, [submission for submission, _ in group], at=self._clock()
            )
        except Exception as error:  # noqa: BLE001  the store is away: everybody who waits is told, nothing was recorded
            for _, answer in group:
                answer.set_exception(error)
            return
        for (_, answer), outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Unreadable):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)


@cache
def collector_of(place: Workplace) -> Collector:
    """The one of this process; it ends with it, and whoever got no answer hands in again."""
    return Collector(place)
