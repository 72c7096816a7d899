"""What a piece of work takes: seconds by two clocks, and memory."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Took(NamedTuple):
    """Seconds on the wall and seconds of processor, which a busy machine does not stretch."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:.3g} s ({self.processor:.3g} s)"


def timed(work: Callable[[], T], repetitions: int = 1) -> tuple[Took, T]:
    """The best of several runs and what came of the last."""
    walls, processors = [], []
    for _ in range(repetitions):
        wall, processor = time.perf_counter(), time.process_time()
        found = work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return Took(min(walls), min(processors)), found


def most_resident() -> float:
    """The largest resident memory of this process so far, in GB; getrusage would count that of its parent as well."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 2**20
