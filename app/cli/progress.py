"""Says on standard error how far a command is, once it takes longer than one waits for without a word."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PATIENCE = 2.0  # seconds


@dataclass
class _Teller:
    """Keeps the step that is under way and says it, and each after it, once the time has come."""

    about: str
    step: str = ""
    due: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, step: str) -> None:
        with self.lock:
            self.step = step
            self._tell()

    def fall_due(self) -> None:
        with self.lock:
            self.due = True
            self._tell()

    def _tell(self) -> None:
        if self.due and self.step:
            print(f"{self.about}: {self.step} …", file=sys.stderr, flush=True)


@contextmanager
def progress(about: str) -> Iterator[Callable[[str], None]]:
    """Gives a function that takes each step as it begins; nothing is said of what is over within two seconds."""
    teller = _Teller(about)
    timer = threading.Timer(PATIENCE, teller.fall_due)
    timer.daemon = True
    timer.start()
    try:
        yield teller.begin
    finally:
        timer.cancel()
