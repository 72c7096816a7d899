"""Collects events that many hand in at once, and records them together, a moment later, each with its answer."""

import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from sqlmodel import col, select

from app.composition import Workplace, now
from core.errors import Unreadable
from core.inventory.importing.sightings import Pair, Sightings, answering
from core.ledger.batches.rows import MOST_ROWS
from core.ledger.batches.service import Batch, Submission, record_together
from core.ledger.tables import LogEntry
from core.monitoring.controls.sighting import Watch
from core.store import Transaction

log = logging.getLogger(__name__)

WAITS = 0.05  # seconds after the first of a group at most; the promise is one second
PAUSE = 0.002  # seconds in which nobody joined: the group is complete
LONGEST_QUEUE = 10 * MOST_ROWS


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime: ...


@dataclass(frozen=True)
class Recorded:
    """What became of a submission, and the proof of the entry that holds it: its receipt and its exact words."""

    batch: Batch
    receipt: str
    entry: str


class Busy(Exception):
    """More events wait than may; whoever hands in is to try again."""


class Collector:
    """One thread that records groups; hand in from any thread."""

    def __init__(self, place: Workplace, clock: Clock = now) -> None:
        self._place, self._clock, self._sightings, self._watch = place, clock, Sightings(), Watch()
        self._waiting: list[tuple[Submission, Future[Recorded | None]]] = []
        self._rows = 0
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="countersign-events", daemon=True)
        self._thread.start()

    def hand_in(self, submission: Submission) -> "Future[Recorded | None]":
        """Wait for nothing; the future holds what `record_events` returns or raises, with its proof. Raises `Busy`."""
        answer: Future[Recorded | None] = Future()
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

    def _next(self) -> list[tuple[Submission, "Future[Recorded | None]"]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopped)
            if not self._stopped:  # a moment for others to join the group
                self._let_others_join()
            group, self._waiting, self._rows = self._waiting, [], 0
            return group

    def _let_others_join(self) -> None:
        """Until nobody joined for a moment, the group is full, or its first has waited long enough."""
        deadline, rows = time.monotonic() + WAITS, -1
        while rows != self._rows and self._rows < MOST_ROWS and not self._stopped and time.monotonic() < deadline:
            rows = self._rows
            self._changed.wait(PAUSE)

    def _record(self, group: list[tuple[Submission, "Future[Recorded | None]"]]) -> None:
        place, at = self._place, self._clock()
        submissions = [submission for submission, _ in group]
        who = answering([one.events for one in submissions])

        def note(tx: Transaction) -> None:
            self._sightings.note(tx, place.ledger, who, at=at)

        try:
            outcomes = record_together(place.store, place.ledger, place.events, submissions, at=at, first=note)
        except Exception as error:  # noqa: BLE001  the store is away: everybody who waits is told, nothing was recorded
            for _, answer in group:
                answer.set_exception(error)
            return
        proofs = _proofs(place, {one.entry for one in outcomes if isinstance(one, Batch)})
        for (_, answer), outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Unreadable):
                answer.set_exception(outcome)
            else:
                answer.set_result(Recorded(outcome, *proofs[outcome.entry]) if outcome else None)
        self._look(who, at)

    def _look(self, who: frozenset[Pair], at: datetime) -> None:
        """Who answered, when the events are on record: whatever fails here, they are, and it is looked at again."""
        try:
            self._watch.look(self._place.store, self._place.ledger, who, at=at)
        except Exception:  # the events are on record, and who answered is looked at again with the next ones
            log.exception("Recorded events could not be looked through for strangers.")


def _proofs(place: Workplace, entries: set[int]) -> dict[int, tuple[str, str]]:
    """Receipt and entry, once for all who share a file."""
    if not entries:
        return {}
    with place.store.reading() as session:
        found = session.exec(select(LogEntry.idx, LogEntry.body).where(col(LogEntry.idx).in_(entries))).all()
        return {index: (place.ledger.receipt(session, index), body) for index, body in found}


@cache
def collector_of(place: Workplace) -> Collector:
    """The one of this process; it ends with it, and whoever got no answer hands in again."""
    return Collector(place)
