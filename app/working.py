"""A worker, on a thread of the server or as a process of its own: works until told to stop, and says that it lives."""

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from app.anchoring.outside import ask_again, look_everywhere, unanswered
from app.backups import finish_restore
from app.composition import Workplace, now
from app.schedule import Timetable
from app.worker import LONG_LANE, SHORT_LANE, work_once
from core.jobs.tables import WorkerRole
from core.jobs.workers import BEAT, beat, join, leave
from core.ledger.anchors.standing import look_again
from core.ledger.batches.retention import sweep_stray

IDLE_SECONDS = 0.5
LEFT_BEHIND = timedelta(days=1)
PAUSES = (1.0, 2.0, 4.0)  # between attempts to reach a witness before the start goes on without it
ASK_AGAIN_SECONDS = 30.0
log = logging.getLogger("countersign.worker")


class Worker:
    """Works until it is told to stop."""

    def __init__(self, place: Workplace, role: WorkerRole = WorkerRole.SERVER) -> None:
        self._place, self._role = place, role
        self._timetable = Timetable()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self.run, name="countersign-worker", daemon=True)
        self._name, self._done, self._busy = "", 0, ("", "")

    def start(self) -> "Worker":
        """Work on a thread of this process."""
        self.prepare()
        self._thread.start()
        return self

    def prepare(self) -> None:
        """Before the first job: sweep, look whether a checkpoint outside is ahead, and become known."""
        sweep(self._place, at=now())
        look_first(self._place)
        self._name = join(self._place.store, self._role, at=now())

    def stop(self) -> None:
        """Finish the job at hand, then end."""
        self.stop_soon()
        self._thread.join(timeout=10)

    def stop_soon(self) -> None:
        """Take no further job; may be called by a signal's handler."""
        self._stopped.set()

    def run(self) -> None:
        """Work on this thread until told to stop; a second one says that this worker lives, whatever a job does."""
        beats = threading.Thread(target=self._beats, name="countersign-beat", daemon=True)
        beats.start()
        long = threading.Thread(target=self._run_long, name="countersign-long-worker", daemon=True)
        long.start()
        keep_asking(self._place, self._stopped)
        while not self._stopped.is_set():
            if not self._worked():
                self._stopped.wait(IDLE_SECONDS)
        long.join(timeout=1)  # a test under way ends with this process, and is taken up anew by the next worker
        beats.join()
        with suppress(SQLAlchemyError):  # it is not heard of any more, which says as much
            leave(self._place.store, self._name, done=self._done, at=now())

    def _run_long(self) -> None:
        """What takes minutes has a thread of its own, so that checks, alerts and messages do not wait for it."""
        while not self._stopped.wait(IDLE_SECONDS):
            try:
                work_once(self._place, lane=LONG_LANE)
            except Exception:  # a store that is away for a moment must not end the long lane either
                log.exception("The queue of background work cannot be read")

    def _worked(self) -> bool:
        try:
            self._timetable.queue_due(self._place, at=now())
            return work_once(self._place, lane=SHORT_LANE, busy=self._now_busy)
        except Exception:  # a store that is away for a moment must not end the worker
            log.exception("The queue of background work cannot be read")
            return False
        finally:
            self._done += bool(self._busy[0])
            self._busy = ("", "")

    def _now_busy(self, kind: str, slot: str) -> None:
        self._busy = (kind, slot)

    def _beats(self) -> None:
        while not self._stopped.wait(BEAT.total_seconds()):
            try:
                beat(self._place.store, self._name, done=self._done, busy=self._busy, at=now())
            except SQLAlchemyError:  # the next beat tries again
                log.warning("The store did not take a sign of life")


def look_first(place: Workplace, *, pauses: Sequence[float] = PAUSES) -> None:
    """Before anything is recorded: whether a checkpoint outside is ahead of this store, as after a restore.

    A witness that does not answer is waited for, a few seconds; a start does not depend on it any longer than that.
    """
    hold = look_everywhere(place, at=now())
    for pause in pauses:
        silent = unanswered(place)
        if hold is not None or not silent:
            break
        log.warning("The start waits %g s for a witness that does not answer: %s", pause, "; ".join(silent))
        time.sleep(pause)
        ask_again(place, at=now())
        hold = look_again(place.store, place.ledger)
    if hold is None and unanswered(place):
        log.error(
            "Started without an answer of %s: whether it saw entries that are missing here is not known. "
            "It is asked every %g s until it answers; if it is ahead, the ledger is held then.",
            "; ".join(unanswered(place)),
            ASK_AGAIN_SECONDS,
        )
    if hold is not None:
        log.error("The ledger is held. %s.", hold.fact)
    elif finish_restore(place):
        log.info("A restore from before is on record now.")


def keep_asking(place: Workplace, stopped: threading.Event) -> None:
    """On a thread: witnesses that did not answer at the start, until each has."""

    def ask() -> None:
        while unanswered(place) and not stopped.wait(ASK_AGAIN_SECONDS):
            ask_witnesses(place)

    if unanswered(place):
        threading.Thread(target=ask, name="countersign-witnesses", daemon=True).start()


def ask_witnesses(place: Workplace) -> None:
    """Once more those that did not answer at the start; the ledger is held where one turns out to be ahead."""
    try:
        silent = ask_again(place, at=now())
        hold = look_again(place.store, place.ledger)
    except SQLAlchemyError:
        log.exception("Witnesses cannot be asked: the store is away")
        return
    if hold is not None:
        log.error("The ledger is held. %s.", hold.fact)
    elif not silent:
        log.info("Every witness has answered: none is ahead of this store.")


def sweep(place: Workplace, *, at: datetime) -> None:
    """Remove what uploads left behind that were broken off more than a day ago."""
    with place.store.reading() as session:
        sweep_stray(session, place.events, left_since=at - LEFT_BEHIND)
    folder = place.settings.data_dir / "incoming"
    kept = (place.files, place.exports, place.events)
    left = [*folder.glob("*"), *(path for files in kept for path in files.folder.glob(".incoming-*"))]
    for path in left:
        with suppress(FileNotFoundError):  # another process may sweep too
            if path.is_file() and path.stat().st_mtime < (at - LEFT_BEHIND).timestamp():
                path.unlink()
