"""Numbers of one column, both files: sorted in memory and exact, or counted in bins in the engine."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from core.frames.drift.columns import Side
from core.metrics.drift.numbers import Sample


@dataclass(frozen=True)
class Numbers:
    """The finite numbers of a column, sorted, and how many values are missing or infinite instead."""

    values: Sample
    missing: int
    infinite: int


def sorted_numbers(*sides: Side) -> list[Numbers]:
    """The numbers of each side, read and sorted at the same time."""
    with ThreadPoolExecutor(len(sides)) as pool:
        return list(pool.map(_sorted, sides))


def _sorted(side: Side) -> Numbers:
    # A cursor of its own, as a connection serves one thread at a time.
    with side.table.connection.cursor() as cursor:
        fetched = cursor.view(side.table.view).project(f"{side.number} AS x").fetchnumpy()["x"]
    values = np.ma.filled(np.ma.asarray(fetched).astype(np.float64, copy=False), np.nan)
    values.sort()  # minus infinity first, infinity and NaN last
    start = int(np.searchsorted(values, -np.inf, side="right"))
    stop = int(np.searchsorted(values, np.inf, side="left"))
    real = int(np.searchsorted(values, np.nan, side="left"))
    return Numbers(values[start:stop], side.rows - real, real - (stop - start))


def all_whole(sample: Sample) -> bool:
    """Whether every number is a whole one."""
    return bool(np.array_equal(sample, np.floor(sample)))
