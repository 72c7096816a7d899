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
    query = f"SELECT {side.number} AS x FROM {side.table.view} WHERE {side.key} IS NOT NULL"  # noqa: S608  # c0, c1, …
    if side.is_text:
        query += f" AND {side.number} IS NOT NULL"
    # A cursor of its own, as a connection serves one thread at a time.
    with side.table.connection.cursor() as cursor:
        fetched = cursor.execute(query).fetchnumpy()["x"]
    values = np.array(fetched, dtype=np.float64, copy=None)
    values.sort()  # minus infinity first, infinity and NaN last
    start = int(np.searchsorted(values, -np.inf, side="right"))
    stop = int(np.searchsorted(values, np.inf, side="left"))
    real = int(np.searchsorted(values, np.nan, side="left"))
    return Numbers(values[start:stop], side.rows - real - side.not_numbers, real - (stop - start))


def all_whole(sample: Sample) -> bool:
    """Whether every number is a whole one."""
    return bool(np.array_equal(sample, np.floor(sample)))
