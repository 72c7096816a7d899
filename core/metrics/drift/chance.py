"""Whether chance alone explains a distance: what separates drift from two small samples of the same thing.

A distance between two samples is never 0, and at a few hundred rows chance alone often exceeds a threshold of 0.1. So a
distance is called drift only if it reaches its threshold and chance would give as much in fewer than 5 of 100 cases.
"""

from math import exp, sqrt
from typing import NamedTuple
from zlib import crc32

import numpy as np

from core.metrics.drift.numbers import Sample
from core.metrics.drift.shares import Counts

LEVEL = 0.05
MOST_GROUPS = 2_000
SINGLE = 250  # values at either end that stay groups of their own: a heavy tail decides a distance
PERMUTATIONS = 999
CLEAR = 1 / (PERMUTATIONS + 1)  # a bound below what permutations can show is the answer
MOST_DRAWN = 10**9  # numpy draws from no larger population
AT_A_TIME = 100


class Groups(NamedTuple):
    """Numbers put together: where each group lies, upwards, and how many rows of either side it has."""

    places: Sample
    reference: Counts
    current: Counts


def grouped(reference: Sample, current: Sample) -> Groups:
    """Two sorted samples by value, or beyond 2,000 rows by about 2,000 values among them, the outermost ones singly."""
    if len(reference) + len(current) <= MOST_GROUPS:
        places = np.union1d(np.unique(reference), np.unique(current))
    else:
        places = np.union1d(_some_of(reference), _some_of(current))
    counts = [
        np.diff(np.searchsorted(side, places, side="right"), prepend=0).astype(np.int64)
        for side in (reference, current)
    ]
    return Groups(places, counts[0], counts[1])


def _some_of(sample: Sample) -> Sample:
    n = len(sample)
    ends = np.concatenate([np.arange(min(SINGLE, n)), np.arange(max(0, n - SINGLE), n)])
    inner = np.linspace(0, n - 1, MOST_GROUPS // 2 - 2 * SINGLE).astype(np.int64)
    chosen: Sample = sample[np.union1d(ends, inner)]
    return chosen


def chance_of_distance(groups: Groups) -> float:
    """How often two samples of the same numbers lie at least as far apart (Wasserstein); small speaks for drift.

    Formula: (1 + draws at least as far) / (1 + 999), the draws sharing the rows out anew at random, the same ones for
    the same numbers. Below 0.001 the bound exp(−(W/s − J)² / 2σ²) instead, where s² = 1/n + 1/m, J = ∫ √(H(1−H)) dx
    bounds the mean of W/s by Jensen, and σ is the standard deviation of all rows, H their distribution function.
    Sources: Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39; Borell, Invent. Math. 30 (1975) 207–216. A
    single value gives 1.
    """
    bound = chance_bound(groups)
    total = int(groups.reference.sum() + groups.current.sum())
    if bound < CLEAR or total >= MOST_DRAWN:
        return bound
    pooled, n, gaps = groups.reference + groups.current, int(groups.reference.sum()), np.diff(groups.places)
    observed = _distances(groups.reference[np.newaxis], pooled, gaps)[0]
    # The seed comes from the numbers: the same for the same ones, and no luck of one draw shared by every column.
    generator = np.random.default_rng(crc32(groups.places.tobytes() + pooled.tobytes()))
    as_far = 0
    for start in range(0, PERMUTATIONS, AT_A_TIME):
        size = min(AT_A_TIME, PERMUTATIONS - start)
        drawn = generator.multivariate_hypergeometric(pooled, n, size=size, method="marginals")
        # Draws equal to what was observed differ from it in the last bits only.
        as_far += int(np.count_nonzero(_distances(drawn, pooled, gaps) >= observed * (1 - 1e-9)))
    return (1 + as_far) / (1 + PERMUTATIONS)


def distance_of(groups: Groups) -> float:
    """The distance of both sides if every number lay at the place of its group."""
    gaps = np.diff(groups.places)
    return float(_distances(groups.reference[np.newaxis], groups.reference + groups.current, gaps)[0])


def chance_bound(groups: Groups) -> float:
    """The bound in `chance_of_distance`: 1 where it says nothing."""
    n, m = int(groups.reference.sum()), int(groups.current.sum())
    pooled, gaps = groups.reference + groups.current, np.diff(groups.places)
    below = np.cumsum(pooled)[:-1] / (n + m)
    mean = float(np.sum(groups.places * pooled)) / (n + m)
    with np.errstate(over="ignore"):
        variance = float(np.sum((groups.places - mean) ** 2 * pooled)) / (n + m)
    expected = float(np.sum(np.sqrt(below * (1 - below)) * gaps))
    beyond = _distances(groups.reference[np.newaxis], pooled, gaps)[0] / sqrt(1 / n + 1 / m) - expected
    return exp(-(beyond**2) / (2 * variance)) if beyond > 0 and 0 < variance < np.inf else 1.0


def _distances(references: Counts, pooled: Counts, gaps: Sample) -> Sample:
    """The distance between each row of reference counts and the rest of the pool."""
    sums, all_sums = np.cumsum(references, axis=1), np.cumsum(pooled)
    n, total = int(sums[0, -1]), int(all_sums[-1])
    apart = np.abs(sums[:, :-1] / n - (all_sums[:-1] - sums[:, :-1]) / (total - n))
    return np.asarray(apart @ gaps, dtype=np.float64)
