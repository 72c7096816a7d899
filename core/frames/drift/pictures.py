"""The shape of a numeric column in at most twenty parts, for a chart."""

import numpy as np

from core.metrics.drift.bounds import Bins
from core.metrics.drift.numbers import Sample, between, distinct, of_values
from core.metrics.drift.result import Slice

PARTS = 20
TAIL = 0.01


def of_samples(reference: Sample, current: Sample) -> tuple[Slice, ...]:
    """Counts by value where there are at most twenty, else in bins of equal width over the middle 98 % of either side.

    The first and the last bin reach to the smallest and the largest number.
    """
    if not len(reference) and not len(current):
        return ()
    few = [distinct(side, PARTS) for side in (reference, current)]
    if few[0] is not None and few[1] is not None and len(values := np.union1d(few[0], few[1])) <= PARTS:
        by_value = zip(values, of_values(reference, values), of_values(current, values), strict=True)
        return tuple(Slice("", int(r), int(c), float(value), float(value)) for value, r, c in by_value)
    edges = _edges(reference, current)
    counts = zip(edges[:-1], edges[1:], between(reference, edges), between(current, edges), strict=True)
    return tuple(Slice("", int(r), int(c), float(low), float(high)) for low, high, r, c in counts)


def of_bins(bins: Bins) -> tuple[Slice, ...]:
    """The same from bins that were counted in the engine, put together to twenty parts."""
    pooled = bins.reference + bins.current
    below = np.cumsum(pooled) / int(pooled.sum())
    first = float(bins.low[np.searchsorted(below, TAIL)])
    last = float(bins.high[min(len(below) - 1, int(np.searchsorted(below, 1 - TAIL)))])
    inner = np.linspace(first, last, PARTS + 1)[1:-1]
    places = np.searchsorted(inner, bins.low, side="right")
    found = []
    for part in np.unique(places):
        chosen = places == part
        counts = int(bins.reference[chosen].sum()), int(bins.current[chosen].sum())
        found.append(Slice("", *counts, float(bins.low[chosen].min()), float(bins.high[chosen].max())))
    return tuple(found)


def _edges(reference: Sample, current: Sample) -> Sample:
    """Twenty-one edges that grow; one bin over everything where the numbers leave no room for more."""
    both = [side for side in (reference, current) if len(side)]
    low, high = min(float(side[0]) for side in both), max(float(side[-1]) for side in both)
    first = min(float(side[int(TAIL * len(side))]) for side in both)
    last = max(float(side[-1 - int(TAIL * len(side))]) for side in both)
    with np.errstate(over="ignore", invalid="ignore"):
        edges = np.linspace(first, last, PARTS + 1) if first < last else np.linspace(low, high, PARTS + 1)
    edges[0], edges[-1] = low, high
    growing = bool(np.all(np.isfinite(edges))) and bool(np.all(np.diff(edges) > 0))
    return edges if growing else np.array([low, high])
