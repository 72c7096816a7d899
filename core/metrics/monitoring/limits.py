"""Limits that a figure in production has to keep, and the verdict where it does or does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from core.metrics.figure import Figure
from core.metrics.verdicts import Bound, Judgement, Verdict, shown

LEAST_CHUNKS = 2  # of the reference, for a standard deviation
LEAST_COMPARABLE = 3


@dataclass(frozen=True)
class Limits:
    """The least and the most that a figure may be, None where there is none; `reason` says why neither is known."""

    lower: float | None = None
    upper: float | None = None
    reason: str = ""


def fixed(direction: str, value: float) -> Limits:
    """A value on one side."""
    return Limits(lower=value) if Bound(direction) is Bound.AT_LEAST else Limits(upper=value)


def around(centre: float, tolerance: float, direction: str | None) -> Limits:
    """So far from a figure on one side, or on both where no direction is named."""
    return _sided(centre - tolerance, centre + tolerance, direction)


def deviating(
    values: Sequence[float | None],
    deviations: float,
    direction: str | None,
    *,
    least: int = LEAST_CHUNKS,
    bounds: tuple[float | None, float | None] = (None, None),
    of: str = "chunks of the reference",
    counted: bool = False,
) -> Limits:
    """So many standard deviations from the mean of these figures, on one side or both.

    Formula: mean ± k · s with the population standard deviation s, as NannyML 0.13's `StandardDeviationThreshold`. A
    limit on or beyond one of the `bounds`, which the figure cannot pass, is none. Fewer than `least` figures give none.
    What is `counted` spreads by chance alone: s is at least the root of the mean, as Poisson's.
    """
    found = np.array([value for value in values if value is not None and isfinite(value)], dtype=np.float64)
    if len(found) < least:
        return Limits(reason=f"{len(found)} {of} have this figure, fewer than the {least} that a limit takes")
    mean, spread = float(found.mean()), float(found.std())
    spread = max(spread, max(mean, 0.0) ** 0.5) if counted else spread
    limits = _sided(mean - deviations * spread, mean + deviations * spread, direction)
    lowest, highest = bounds
    return Limits(
        None if limits.lower is None or (lowest is not None and limits.lower <= lowest) else limits.lower,
        None if limits.upper is None or (highest is not None and limits.upper >= highest) else limits.upper,
    )


def judged(figure: Figure, limits: Limits, *, minimum_rows: int = 1) -> Judgement:
    """Pass, fail, or insufficient evidence: no figure, too few rows, or no limit to hold it against."""
    if figure.value is None:
        return Judgement(Verdict.INSUFFICIENT, figure.reason or "The figure is not available")
    if figure.n < minimum_rows:
        return Judgement(Verdict.INSUFFICIENT, f"{figure.n} rows, fewer than the {minimum_rows} that a verdict needs")
    if limits.reason:
        return Judgement(Verdict.INSUFFICIENT, limits.reason)
    if limits.lower is not None and figure.value < limits.lower:
        return Judgement(Verdict.FAIL, f"{shown(figure.value, limits.lower)} is below {limits.lower:.6g}")
    if limits.upper is not None and figure.value > limits.upper:
        return Judgement(Verdict.FAIL, f"{shown(figure.value, limits.upper)} is above {limits.upper:.6g}")
    return Judgement(Verdict.PASS, _within(figure.value, limits))


def _within(value: float, limits: Limits) -> str:
    if limits.lower is None and limits.upper is None:
        return f"{value:.3f}; every value is within the limits"
    if limits.lower is None or limits.upper is None:
        limit, side = (limits.upper, "above") if limits.lower is None else (limits.lower, "below")
        return f"{shown(value, limit or 0.0)} is not {side} {limit:.6g}"
    return f"{value:.3f} lies between {limits.lower:.6g} and {limits.upper:.6g}"


def _sided(lower: float, upper: float, direction: str | None) -> Limits:
    if direction is None:
        return Limits(lower, upper)
    return Limits(lower=lower) if Bound(direction) is Bound.AT_LEAST else Limits(upper=upper)
