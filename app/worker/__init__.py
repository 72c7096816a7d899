"""Does the background work: takes a job under a lease, performs it, settles it. See `app.working` for who calls it."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from app.alerting.jobs import note_done_job, note_failed_job
from app.composition import Workplace, now
from app.delivery.outbox import deliver_once
from app.worker.kinds import KINDS, Kind
from core.assurance.drill.service import ACCESS_DRILL_JOB
from core.errors import GovernanceError
from core.jobs.service import EVERY_KIND, GAVE_UP, LEASE, Lane, Lease, extend, finish, take
from core.monitoring.stress.service import STRESS_JOB
from core.privacy.classes.noting import NOTING_JOB
from core.privacy.retention.removing import RETENTION_JOB
from core.privacy.sensitive.sealing import SEALING_JOB
from core.privacy.subjects.steps import ERASURE_JOB, SEARCH_JOB
from core.store import FULL, disk_is_full

__all__ = ["INTERNAL", "KINDS", "LONG", "LONG_LANE", "SHORT_LANE", "UNKNOWN", "Kind", "held", "work_once"]

UNKNOWN = "This version of Countersign does no work of this kind."
INTERNAL = "An internal error; the server's log has the details."
LONG = frozenset({STRESS_JOB, ACCESS_DRILL_JOB, SEARCH_JOB, ERASURE_JOB, NOTING_JOB, RETENTION_JOB, SEALING_JOB})
SHORT_LANE, LONG_LANE = Lane(LONG), Lane(LONG, others=False)
log = logging.getLogger("countersign.worker")


def work_once(
    place: Workplace, *, lane: Lane = EVERY_KIND, busy: Callable[[str, str], None] = lambda _kind, _slot: None
) -> bool:
    """Take one job and do it, or send one message; False when nothing waits. `busy` is told what is being done."""
    lease = take(place.store, lane=lane, at=now())
    if lease is None:
        return lane.others and deliver_once(place, at=now())
    busy(lease.kind, lease.slot)
    error = UNKNOWN if lease.kind not in KINDS else GAVE_UP if lease.given_up else _done(place, lease)
    told = lease.kind in KINDS and (lease.given_up or extend(place.store, lease, at=now()))  # else another has it now
    if error and told:
        KINDS[lease.kind].give_up(place, lease.slot, error)
    finish(place.store, lease, at=now(), error=error)
    if error in (GAVE_UP, INTERNAL, FULL):
        note_failed_job(place, lease.kind, lease.slot, error, at=now())
    elif not error:
        note_done_job(place, lease.kind, at=now())
    if lane.others:
        deliver_once(place, at=now())  # a long queue of jobs does not hold back what alerts have to tell
    return True


@contextmanager
def held(place: Workplace, lease: Lease, *, every: timedelta = LEASE / 4) -> Iterator[None]:
    """Extend the lease while the block works, so that no other worker takes up a job that only takes long."""
    ended = threading.Event()

    def hold() -> None:
        while not ended.wait(every.total_seconds()):
            try:
                if not extend(place.store, lease, at=now()):
                    return  # another worker has it by now; the job's own `alive` says so too
            except SQLAlchemyError:  # a store that is away for a moment: the next beat tries again
                log.warning("The lease of %s %s was not extended", lease.kind, lease.slot)

    keeper = threading.Thread(target=hold, name="countersign-lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _done(place: Workplace, lease: Lease) -> str:
    """Do the job; what it came to in words when it came to nothing."""
    try:
        with held(place, lease):
            KINDS[lease.kind].do(place, lease.slot, lambda: extend(place.store, lease, at=now()))
    except GovernanceError as refused:
        return str(refused)
    except Exception as error:  # a job must not end the worker; the lease's row says what happened
        log.exception("Job %s %s failed", lease.kind, lease.slot)
        return FULL if disk_is_full(error) else INTERNAL
    return ""
