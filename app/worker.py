"""Does the background work: takes a job under a lease, performs it, settles it; started by the server or on its own."""

import logging
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.composition import Workplace, now
from core.errors import GovernanceError
from core.jobs.service import Lease, extend, finish, take
from core.reports.service import EXPORT_JOB, build_export, fail_export
from core.validation.runs import VALIDATION_JOB, perform

IDLE_SECONDS = 0.5
log = logging.getLogger("countersign.worker")

Work = Callable[[Workplace, Lease], None]


def _validate(place: Workplace, lease: Lease) -> None:
    perform(
        place.store,
        place.ledger,
        place.files,
        run=lease.slot,
        clock=now,
        alive=lambda: extend(place.store, lease, at=now()),
    )


def _export(place: Workplace, lease: Lease) -> None:
    try:
        build_export(place.store, place.ledger, place.exports, place.keys, export=lease.slot, clock=now)
    except Exception as error:
        fail_export(place.store, export=lease.slot, error=str(error)[:1000])
        raise


KINDS: Mapping[str, Work] = MappingProxyType({VALIDATION_JOB: _validate, EXPORT_JOB: _export})


class Worker:
    """One thread that works until it is told to stop."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="countersign-worker", daemon=True)

    def start(self) -> "Worker":
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish the job at hand, then end."""
        self._stopped.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopped.is_set():
            if not work_once(self._place):
                self._stopped.wait(IDLE_SECONDS)


def work_once(place: Workplace) -> bool:
    """Take one job and do it; False when nothing waits."""
    lease = take(place.store, at=now())
    if lease is None:
        return False
    error = ""
    try:
        KINDS[lease.kind](place, lease)
    except GovernanceError as refused:
        error = str(refused)
    except Exception:  # a job must not end the worker; the lease's row says what happened
        log.exception("Job %s %s failed", lease.kind, lease.slot)
        error = "An internal error; the server's log has the details."
    finish(place.store, lease, at=now(), error=error)
    return True
