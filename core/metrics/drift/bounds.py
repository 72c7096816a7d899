"""What counts and sums in bins prove about a distance, where the rows themselves stay where they are.

The true figure of the rows lies between the two bounds, whatever the rows within a bin are: a verdict is certain where
the threshold lies outside them, and “insufficient evidence” where it lies between.
"""

from dataclasses import dataclass

import numpy as np

from core.metrics.drift.numbers import Sample
from core.metrics.drift.shares import Counts

RELATIVE_SLACK = 1e-9  # for the rounding of the engine's sums and of these
ABSOLUTE_SLACK = 1e-12  # in units of the largest number
MOST_BINS = 8_192


@dataclass(frozen=True)
class Bounds:
    """The least and the most that a figure can be."""

    low: float
    high: float


@dataclass(frozen=True)
class Bins:
    """Numbers of both sides in bins that do not overlap, upwards; each array has one entry for each bin.

    `low` and `high` are the smallest and largest number in the bin, of either side; counts and sums are of each side.
    """

    low: Sample
    high: Sample
    reference: Counts
    current: Counts
    reference_sums: Sample
    current_sums: Sample


def wasserstein_bounds(bins: Bins, spread: float) -> Bounds:
    """Bounds of the Wasserstein distance in units of `spread`; see `core.metrics.drift.numbers.wasserstein`.

    Formula: outside of bins F − G is known, so its part is exact. In a bin of width w the integral of F follows from
    count and sum, which gives |∫(F − G)| as the least; at most the lesser of ∫(F − G)⁺ and ∫(F − G)⁻ comes to it twice,
    and these are bounded by the values of F and G at the ends.
    """
    n, m = int(bins.reference.sum()), int(bins.current.sum())
    f_end, g_end = np.cumsum(bins.reference) / n, np.cumsum(bins.current) / m
    f_start, g_start = f_end - bins.reference / n, g_end - bins.current / m
    width = bins.high - bins.low
    f_area = _area(f_start, f_end, width, (bins.reference * bins.high - bins.reference_sums) / n)
    g_area = _area(g_start, g_end, width, (bins.current * bins.high - bins.current_sums) / m)
    least = width * np.minimum(f_start, g_start)
    above = np.minimum(width * np.maximum(0, f_end - g_start), f_area - least)
    below = np.minimum(width * np.maximum(0, g_end - f_start), g_area - least)
    signed = f_area - g_area
    twice = np.maximum(0, np.minimum(above - np.maximum(signed, 0), below - np.maximum(-signed, 0)))
    gaps = float(np.sum(np.abs(f_end - g_end)[:-1] * (bins.low[1:] - bins.high[:-1])))
    low = gaps + float(np.sum(np.abs(signed)))
    high = low + 2 * float(np.sum(twice))
    slack = ABSOLUTE_SLACK * float(max(abs(bins.low[0]), abs(bins.high[-1])))
    return Bounds(max(0.0, low * (1 - RELATIVE_SLACK) - slack) / spread, (high * (1 + RELATIVE_SLACK) + slack) / spread)


def smirnov_bounds(bins: Bins) -> Bounds:
    """Bounds of the Kolmogorov–Smirnov statistic: exact at the ends of bins, between them by F and G at the ends.

    A bin with one value has no inside. Many rows of one value beside others in a bin leave the bounds loose.
    """
    f_end = np.cumsum(bins.reference) / int(bins.reference.sum())
    g_end = np.cumsum(bins.current) / int(bins.current.sum())
    f_start, g_start = np.append(0.0, f_end[:-1]), np.append(0.0, g_end[:-1])
    low = float(np.max(np.abs(f_end - g_end)))
    inside = np.where(bins.low < bins.high, np.maximum(f_end - g_start, g_end - f_start), 0.0)
    return Bounds(max(0.0, low * (1 - RELATIVE_SLACK)), min(1.0, max(low, float(inside.max())) * (1 + RELATIVE_SLACK)))


def _area(start: Sample, end: Sample, width: Sample, rise: Sample) -> Sample:
    """∫F over each bin, held between the least and the most that rounding could leave."""
    return np.clip(start * width + rise, start * width, end * width)
