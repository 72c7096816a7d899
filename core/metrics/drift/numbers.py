"""Wasserstein distance, Kolmogorov–Smirnov test and bins of two sorted samples of finite numbers."""

from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.metrics.drift.shares import Counts

Sample = NDArray[np.float64]  # finite, sorted upwards
SMALLEST_SPREAD = 0.001
FEW_VALUES = 20
EXACT_ROWS = 10_000  # as scipy: above it the p-value is the asymptotic one
BLOCK = 1 << 18  # rows compared at a time, so that memory does not grow with the file


class KolmogorovSmirnov(NamedTuple):
    """The largest distance between the two distribution functions, and its two-sided p-value."""

    statistic: float
    p_value: float


def spread(reference: Sample) -> float:
    """What a distance is measured in: the population standard deviation of the reference, at least 0.001."""
    return max(float(np.std(reference)), SMALLEST_SPREAD)


def wasserstein(reference: Sample, current: Sample) -> float:
    """First Wasserstein distance in standard deviations of the reference; 0 is no drift, from 0.1 on it is called one.

    Formula: ∫ |F⁻¹(q) − G⁻¹(q)| dq / max(σ of the reference, 0.001). Source: Vallender, Theory Prob. Appl. 18 (1974)
    784–786; equal to scipy's `wasserstein_distance` and, so normed, to Evidently's `wasserstein`. Infinite where the
    numbers are too large to subtract. A constant reference has no standard deviation to measure in: the caller says so.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        unit = spread(reference)
        return distance(reference, current) / unit if np.isfinite(unit) else float("inf")


def distance(reference: Sample, current: Sample) -> float:
    """The first Wasserstein distance itself, by the quantiles of both samples; both hold at least one number."""
    n, m = len(reference), len(current)
    if n == m:
        return float(np.sum(np.abs(reference - current)) / n)
    # Quantile functions step at i/n and j/m: as multiples of 1/(n·m) both are whole numbers, and exact.
    total = 0.0
    for start in range(0, n, BLOCK):
        total += _distance_within(reference, current, start, min(n, start + BLOCK))
    return total / (n * m)


def _distance_within(reference: Sample, current: Sample, start: int, stop: int) -> float:
    """n·m times the part of the distance that falls on the reference's rows from `start` up to `stop`."""
    n, m = len(reference), len(current)
    low, high = start * m, stop * m
    own = np.arange(start, stop, dtype=np.int64) * m
    others = np.arange(-(-low // n), -(-high // n), dtype=np.int64) * n
    lefts = np.sort(np.concatenate([own, others]), kind="stable")
    widths = np.diff(lefts, append=high)
    apart = np.abs(reference[lefts // m] - current[lefts // n])
    return float(np.sum(apart * widths))


def kolmogorov_smirnov(reference: Sample, current: Sample) -> KolmogorovSmirnov:
    """Two-sample Kolmogorov–Smirnov test, two-sided; a small p-value speaks for drift. Ties make it conservative.

    Formula: D = max |F(x) − G(x)|; p exact up to 10,000 rows a side, beyond from Kolmogorov's distribution at
    n·m / (n + m). Source: Hodges, Arkiv för Matematik 3 (1958) 469–486; equal to `scipy.stats.ks_2samp`. Two equal
    constants give D = 0 and p = 1.
    """
    from scipy.stats import ks_2samp  # type: ignore[import-untyped]  # loading it takes half a second

    n, m = len(reference), len(current)
    if max(n, m) <= EXACT_ROWS:
        found = ks_2samp(reference, current)
        return KolmogorovSmirnov(float(found.statistic), float(found.pvalue))
    below = np.searchsorted(current, reference, side="right") / m - np.searchsorted(reference, reference, "right") / n
    above = np.searchsorted(reference, current, side="right") / n - np.searchsorted(current, current, "right") / m
    statistic = float(max(below.max(), -below.min(), above.max(), -above.min(), 0.0))
    return KolmogorovSmirnov(statistic, smirnov_p_value(statistic, n, m))


def smirnov_p_value(statistic: float, n: int, m: int) -> float:
    """The asymptotic two-sided p-value of a Kolmogorov–Smirnov statistic, as scipy computes it."""
    from scipy.stats import kstwo

    more, fewer = float(max(n, m)), float(min(n, m))
    return float(min(1.0, max(0.0, kstwo.sf(statistic, np.round(more * fewer / (more + fewer))))))


def binned(reference: Sample, current: Sample, *, whole: bool = False) -> tuple[Counts, Counts] | None:
    """Counts by value where the reference has at most 20 values, else in equal bins over both samples' range.

    The number of bins is Sturges': ⌈log₂(rows) + 1⌉, and bins of `whole` numbers are at least 1 wide, as numpy's. None
    where the range is too large or too narrow to be cut.
    """
    values = distinct(reference, FEW_VALUES)
    if values is not None:
        return by_value(reference, current)
    edges = sturges(
        float(min(reference[0], current[0])),
        float(max(reference[-1], current[-1])),
        len(reference) + len(current),
        whole=whole,
    )
    return None if edges is None else (between(reference, edges), between(current, edges))


def sturges(low: float, high: float, rows: int, *, whole: bool) -> Sample | None:
    """Edges of equal bins as numpy's `histogram_bin_edges(…, "sturges")`; None where no finite edges grow."""
    with np.errstate(over="ignore", invalid="ignore"):
        width = float((np.float64(high) - np.float64(low)) / (np.log2(rows) + 1.0))
        if not (0 < width < np.inf):
            return None
        width = max(width, 1.0) if whole else width
        edges = np.linspace(low, high, ceil((high - low) / width) + 1)
    return edges if bool(np.all(np.isfinite(edges))) and bool(np.all(np.diff(edges) > 0)) else None


def between(sample: Sample, edges: Sample) -> Counts:
    """How many numbers lie in each bin, the last one including its upper edge."""
    places = np.append(np.searchsorted(sample, edges[:-1], "left"), np.searchsorted(sample, edges[-1], "right"))
    return np.diff(places).astype(np.int64)


def by_value(reference: Sample, current: Sample) -> tuple[Counts, Counts]:
    """How many rows each side has of every value that occurs, in the order of the values."""
    values = np.union1d(np.unique(reference), np.unique(current))
    return of_values(reference, values), of_values(current, values)


def of_values(sample: Sample, values: Sample) -> Counts:
    """How many rows a sample has of each of these values."""
    return (np.searchsorted(sample, values, "right") - np.searchsorted(sample, values, "left")).astype(np.int64)


def distinct(sample: Sample, most: int) -> Sample | None:
    """The different numbers of a sorted sample if there are at most so many, else None; fast, by leaps."""
    values: list[float] = []
    at = 0
    while at < len(sample):
        if len(values) == most:
            return None
        values.append(float(sample[at]))
        at = int(np.searchsorted(sample, sample[at], side="right"))
    return np.array(values)
