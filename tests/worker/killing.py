"""Workers that are killed again and again: cheap jobs, short leases, a slot every few milliseconds.

Run as `python -m tests.worker.killing URL FOLDER`, which imports once and forks its workers before anything is open.
"""

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from app import schedule, worker, working
from app.composition import Workplace, now
from app.settings import load
from core.jobs import service
from core.jobs.tables import WorkerRole
from core.ledger.service import Ledger
from core.monitoring.alerts.raising import AlertKind, Signal, open_alert, raise_alert
from core.reports.keys import open_keys
from core.store import EvidenceFiles, open_store
from core.validation.rules import Severity

KIND = "watched"
EVERY = timedelta(milliseconds=100)
ENOUGH = "enough"  # a file: no further slots
AT_HAND = os.pipe()
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG
LEASE = timedelta(milliseconds=400)
KILLS = 30


def workplace(url: str, folder: Path) -> Workplace:
    """The same installation for every process."""
    settings = load({"COUNTERSIGN_DATA_DIR": str(folder), "COUNTERSIGN_DATABASE_URL": url})
    ledger, keys = Ledger.open(folder / "keys", origin="test"), open_keys(folder / "keys", origin="test", at=now())
    files, exports = EvidenceFiles(folder / "evidence"), EvidenceFiles(folder / "exports")
    return Workplace(settings, open_store(url), ledger, files, exports, keys)


def slots(since: datetime) -> Callable[[Workplace, datetime], Iterable[str]]:
    """The newest slots since then: a look names again what it has named before, as after any length of absence."""
    return lambda place, at: (
        [] if (place.settings.data_dir / ENOUGH).exists()
        else [f"slot {one:05}" for one in range((at - since) // EVERY)][-10:]
    )  # fmt: skip


def alert(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    """Raise the alert of this slot; before and after it a worker may be killed, the second time with its work done."""
    _may_die()
    with place.store.transaction() as tx:
        if open_alert(tx.session, slot) is None:
            raise_alert(tx, place.ledger, Signal(AlertKind.CHECK_FAILED, slot, Severity.LOW, slot, "A slot"), at=now())
    _may_die()


def _may_die() -> None:
    """Tell whoever kills that a job is at hand, and stay there for a moment."""
    os.write(AT_HAND[1], os.getpid().to_bytes(4, "big"))
    time.sleep(0.005)


def prepared(url: str, folder: Path) -> Workplace:
    """Everything that is cheap to inherit: one slot is done here, so that no child compiles a statement anew."""
    service.LEASE, schedule.LOOKS_EVERY, working.IDLE_SECONDS = LEASE, EVERY, 0.005
    service.MOST_ATTEMPTS = 20  # giving up has its own test
    worker.KINDS = MappingProxyType({KIND: worker.Kind(alert, lambda _place, _slot, _error: None)})
    place = workplace(url, folder)
    schedule.SCHEDULE = (schedule.Scheduled(KIND, lambda _place, _at: ["first"]),)
    schedule.Timetable().queue_due(place, at=now())
    worker.work_once(place)
    schedule.SCHEDULE = (schedule.Scheduled(KIND, slots(now())),)
    place.store.close()  # no child may inherit a connection
    return place


def work(place: Workplace, role: WorkerRole) -> None:
    """Work until killed, or until SIGTERM and the job at hand is done."""
    one = working.Worker(place, role)
    signal.signal(signal.SIGTERM, lambda _number, _frame: one.stop_soon())
    one.prepare()
    one.run()


def main(url: str, folder: Path) -> None:
    """A server's worker that lives, and two processes of which one or the other is killed and started anew."""
    place = prepared(url, folder)

    def started(role: WorkerRole = WorkerRole.PROCESS) -> int:
        child = os.fork()
        if child == 0:
            ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
            work(place, role)
            os._exit(0)
        return child

    running = [started(WorkerRole.SERVER), started(), started()]
    killed = 0
    while killed < KILLS:
        child = int.from_bytes(os.read(AT_HAND[0], 4), "big")
        if child in running[1:]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            running[running.index(child)] = started()
            killed += 1
    (folder / ENOUGH).touch()
    while select.select([AT_HAND[0]], [], [], 4 * LEASE.total_seconds())[0]:  # until nobody does anything any more
        os.read(AT_HAND[0], 4)
    for child in running:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
