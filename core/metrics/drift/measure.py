"""One column measured by one method: score, p-value and whether that is drift, or why it cannot be said."""

from dataclasses import dataclass
from math import isfinite

from core.metrics.drift.bounds import Bins, Bounds, smirnov_bounds, wasserstein_bounds
from core.metrics.drift.chance import LEVEL, Groups, chance_of_distance, distance_of, grouped
from core.metrics.drift.methods import Method
from core.metrics.drift.numbers import (
    Sample,
    binned,
    kolmogorov_smirnov,
    smirnov_p_value,
    wasserstein,
)
from core.metrics.drift.shares import Counts, chi_square, jensen_shannon, psi

CONSTANT = "The reference has one value only, so there is no spread to measure a distance in"
UNCUT = "The values span a range too large or too small to be cut into bins"
TOO_LARGE = "The values are too large to be subtracted"
WITHIN_CHANCE = "The distance reaches its threshold, but chance alone gives as much at so few rows"
FEW_EXPECTED = "Some categories are rare (fewer than 5 rows expected), which makes the test approximate"
LOST = "The bins are too wide to tell whether chance explains the distance"
FEW = 5
KEPT = 0.9  # of a distance has to show between bins before chance may explain it


@dataclass(frozen=True)
class Measured:
    """What a method found: `score` is the p-value of a test, else the distance; None with its `reason`.

    `drifted` is None where `reason` says why. `chance` is the p-value that a distance at or past its threshold was held
    against. `bounds` hold the score where rows were counted in bins; `score` is then the end that is less like drift.
    """

    score: float | None = None
    drifted: bool | None = None
    p_value: float | None = None
    statistic: float | None = None
    chance: float | None = None
    bounds: Bounds | None = None
    reason: str = ""
    note: str = ""


def measure_numbers(
    method: Method, reference: Sample, current: Sample, *, threshold: float, whole: bool = False
) -> Measured:
    """Two sorted samples of finite numbers, neither empty; `whole` says that all are of a whole-number type."""
    if method is Method.KOLMOGOROV_SMIRNOV:
        found = kolmogorov_smirnov(reference, current)
        return _tested(found.p_value, found.statistic, threshold)
    if method is not Method.WASSERSTEIN:
        return counts_measured(method, binned(reference, current, whole=whole), threshold=threshold)
    if reference[0] == reference[-1] and (current[0], current[-1]) != (reference[0], reference[-1]):
        return Measured(reason=CONSTANT)
    score = wasserstein(reference, current)
    if not isfinite(score):
        return Measured(reason=TOO_LARGE)
    return _far(score, threshold, chance_of_distance(grouped(reference, current)) if score >= threshold else None)


def measure_counts(method: Method, reference: Counts, current: Counts, *, threshold: float) -> Measured:
    """Counts of both sides by category or bin, each side with at least one row; any method but those for numbers."""
    test = chi_square(reference, current)
    note = FEW_EXPECTED if test.smallest_expected < FEW and test.degrees else ""
    if method is Method.CHI_SQUARE:
        return _tested(test.p_value, test.statistic, threshold, note)
    score = psi(reference, current) if method is Method.PSI else jensen_shannon(reference, current)
    return _far(score, threshold, test.p_value if score >= threshold else None)


def counts_measured(method: Method, counts: tuple[Counts, Counts] | None, *, threshold: float) -> Measured:
    """Numbers by their bins; not available where they could not be cut into bins."""
    return Measured(reason=UNCUT) if counts is None else measure_counts(method, *counts, threshold=threshold)


def measure_bins(method: Method, bins: Bins, *, threshold: float, spread: float) -> Measured:
    """Wasserstein or Kolmogorov–Smirnov from bins alone; not available where the threshold lies between the bounds."""
    if method is Method.KOLMOGOROV_SMIRNOV:
        n, m = int(bins.reference.sum()), int(bins.current.sum())
        statistic = smirnov_bounds(bins)
        bounds = Bounds(smirnov_p_value(statistic.high, n, m), smirnov_p_value(statistic.low, n, m))
        drifted = bounds.high < threshold
        certain = drifted or bounds.low >= threshold
        found = Measured(bounds.high, drifted, bounds.high, statistic.low, bounds=bounds)
    else:
        bounds = wasserstein_bounds(bins, spread)
        certain = bounds.low >= threshold or bounds.high < threshold
        groups = Groups((bins.low + bins.high) / 2, bins.reference, bins.current)
        chance = chance_of_distance(groups) if bounds.low >= threshold else None
        found = _far(bounds.low, threshold, chance, bounds)
        if chance is not None and not found.drifted and distance_of(groups) < KEPT * bounds.low * spread:
            return Measured(bounds=bounds, reason=LOST)
    if certain:
        return found
    reason = f"The score lies between {bounds.low:.4g} and {bounds.high:.4g}, on both sides of its threshold"
    return Measured(bounds=bounds, reason=reason)


def _tested(p_value: float, statistic: float, threshold: float, note: str = "") -> Measured:
    return Measured(p_value, p_value < threshold, p_value, statistic, note=note)


def _far(score: float, threshold: float, chance: float | None, bounds: Bounds | None = None) -> Measured:
    """A distance against its threshold, and where that is reached, against chance."""
    drifted = score >= threshold and chance is not None and chance < LEVEL
    note = WITHIN_CHANCE if chance is not None and not drifted else ""
    return Measured(score, drifted, chance=chance, bounds=bounds, note=note)
