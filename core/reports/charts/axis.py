"""Axes with round steps: where they begin and end, and where their ticks stand."""

import math
from dataclasses import dataclass

from core.reports.charts.values import DotAndInterval, IntervalRow

STEPS = (1, 2, 2.5, 5, 10)
WIDEST_BEYOND = 0.6  # an interval of a tiny group may not push all other rows into a corner


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, with ticks at round values."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float, left: float, right: float) -> float:
        """Where a value stands between two positions; what lies beyond an end stands on it."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return left + share * (right - left)

    def holds(self, value: float) -> bool:
        """Whether the value lies on the axis."""
        return self.low <= value <= self.high


SHARE_AXIS = Axis(0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0))


def axis_of(chart: DotAndInterval) -> Axis:
    """Room for every figure, the threshold, and the intervals of judged rows; other intervals may be cut."""
    figures = [row.value for row in chart.rows if row.value is not None]
    figures += [chart.threshold] if chart.threshold is not None else []
    if not figures:
        return SHARE_AXIS
    low, high = min(figures), max(figures)
    if chart.bars:
        return _rounded(min(low, 0.0), max(high, 6.0))  # whole steps: half a model is none
    for row in chart.rows:
        low, high = _widened(row, low, high, max(figures), min(figures))
    if chart.most is not None:
        high = min(high, chart.most)
    return _rounded(low, high)


def _widened(row: IntervalRow, low: float, high: float, most: float, least: float) -> tuple[float, float]:
    if row.low is None or row.high is None:
        return low, high
    if row.judged:
        return min(low, row.low), max(high, row.high)
    return min(low, max(row.low, least - WIDEST_BEYOND)), max(high, min(row.high, most + WIDEST_BEYOND))


def _rounded(low: float, high: float, parts: int = 6) -> Axis:
    span = (high - low) or max(abs(high), 1.0)
    rough = span / parts
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in STEPS if factor * magnitude >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = _ticks(first, max(last, first + 1), step)
    return Axis(ticks[0], ticks[-1], ticks)


def _ticks(first: int, last: int, step: float) -> tuple[float, ...]:
    return tuple(round(index * step, 10) for index in range(first, last + 1))
