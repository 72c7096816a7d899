"""Workers on one stream of production data that are killed again and again, at any moment of their work.

Run as `python -m tests.monitoring_checks.killing URL FOLDER MODEL KILLS`: it imports once, and forks its workers before
anything is open.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from core.ledger.service import Ledger
from core.monitoring.checks import service
from core.monitoring.checks.service import perform_monitor
from core.store import EvidenceFiles, open_store
from tests.builders import NOON

LONGEST = 0.15  # seconds of a life


def work(url: str, folder: Path, model: str) -> None:
    """Open everything anew, as a process of its own does, and check what is due, a chunk a transaction."""
    service.AT_ONCE = 1
    os.fsync = lambda _descriptor: None  # type: ignore[assignment]  # processes end here, never the machine
    store, ledger = open_store(url), Ledger.open(folder / "keys", origin="countersign.test/ledger")
    files = EvidenceFiles(folder / "evidence")
    perform_monitor(store, ledger, files, slot=f"{model} production PB0001", clock=lambda: NOON)


def one_life(url: str, folder: Path, model: str, seconds: float) -> bool:
    """Fork a worker and kill it after so long; whether it came to its end before."""
    child = os.fork()
    if not child:
        try:
            work(url, folder, model)
        except BaseException as error:  # noqa: BLE001  # said, and seen by the parent
            os.write(2, f"{error!r}\n".encode())
            os._exit(3)
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"A worker ended with {os.WEXITSTATUS(status)}")
    return os.WIFEXITED(status)


def main(url: str, folder: Path, model: str, kills: int) -> None:
    """Give so many workers a short life each, then let one finish."""
    drawn = random.Random(1)
    killed = sum(not one_life(url, folder, model, 0.02 + drawn.random() * LONGEST) for _ in range(kills))
    work(url, folder, model)
    os.write(1, f"{killed} killed\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
