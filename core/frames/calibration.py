"""How well probabilities match what happened: bins of them, and the logistic fit of the labels on them."""

from math import sqrt
from typing import NamedTuple

import duckdb
import numpy as np

from core.frames.ranking import FIXED_POINT, fixed
from core.metrics.scores import Estimate, Recalibration, ReliabilityBin

BINS = 10
MOST_STEPS = 100
CLOSE = 1e-9  # where a Newton step is this small, what is still missing after it is about its square


def reliability(connection: duckdb.DuckDBPyConnection, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """The scores of the table `ranked` in equal bins over 0 to 1, edges as numpy.linspace writes them; empty ones too.

    A bin holds what lies above its lower edge up to and including its upper one, as in scikit-learn's
    `calibration_curve`; the first holds 0 as well.
    """
    ends = [float(edge) for edge in np.linspace(0.0, 1.0, bins + 1)]
    lows = [-1.0, *ends[1:-1]]
    rows = connection.execute(_BINS, [lows]).fetchall()
    counts = {float(low): (int(n), int(positives), int(total) / FIXED_POINT) for low, n, positives, total in rows}
    return tuple(
        ReliabilityBin(low, high, *counts.get(key, (0, 0, 0.0)))
        for key, low, high in zip(lows, ends, ends[1:], strict=False)
    )


def recalibration(connection: duckdb.DuckDBPyConnection) -> Recalibration:
    """Fit logit P(positive) = a + b · logit(score) to the table `ranked`, whose scores lie within 0 to 1.

    The slope is b of the full fit; the intercept is a of the fit with b = 1 (calibration in the large). Exact maximum
    likelihood by Newton's method over distinct scores. Sources: Cox, Biometrika 45 (1958) 562–565; Van Calster et al.,
    BMC Medicine 17 (2019) 230.
    """
    spread = _Spread(*connection.execute(_SPREAD).fetchall()[0])
    if reason := _never(spread):
        return Recalibration(slope_reason=reason, intercept_reason=reason)
    intercept = _fit(connection, 0.0, free_slope=False)
    reason = _no_slope(spread)
    slope = None if reason else _fit(connection, intercept.value if intercept else 0.0, free_slope=True)
    lost = "The fit does not settle"
    return Recalibration(slope, intercept, reason or ("" if slope else lost), "" if intercept else lost)


class _Spread(NamedTuple):
    positive_low: float | None
    positive_high: float | None
    negative_low: float | None
    negative_high: float | None


class _Step(NamedTuple):
    """Log-likelihood, its gradient by intercept and slope, and the information matrix."""

    likelihood: float
    by_intercept: float
    by_slope: float
    information: tuple[float, float, float]


def _never(spread: _Spread) -> str:
    if spread.positive_low is None or spread.positive_high is None:
        return "No row has the positive label"
    if spread.negative_low is None or spread.negative_high is None:
        return "No row has the negative label"
    if min(spread.positive_low, spread.negative_low) <= 0 or max(spread.positive_high, spread.negative_high) >= 1:
        return "A score is exactly 0 or 1, whose logit is infinite"
    return ""


def _no_slope(spread: _Spread) -> str:
    positive_low, positive_high, negative_low, negative_high = (value or 0.0 for value in spread)
    if positive_low == positive_high == negative_low == negative_high:
        return "Every row has the same score"
    if positive_low >= negative_high or negative_low >= positive_high:
        return "The scores separate the labels, so the slope has no finite value"
    return ""


def _fit(connection: duckdb.DuckDBPyConnection, at: float, *, free_slope: bool) -> Estimate | None:
    """Newton's method with halved steps from an intercept and a slope of 1; None if it does not settle."""
    slope = 1.0
    here = _step(connection, at, slope)
    for _ in range(MOST_STEPS):
        move = _move(here, free_slope=free_slope)
        if move is None:
            return None
        if abs(move[0]) <= CLOSE * (1 + abs(at)) and abs(move[1]) <= CLOSE * (1 + abs(slope)):
            return _estimate(here, at + move[0], slope + move[1], free_slope=free_slope)
        there = _step(connection, at + move[0], slope + move[1])
        while there.likelihood < here.likelihood - abs(here.likelihood) * 1e-12:
            move = (move[0] / 2, move[1] / 2)
            there = _step(connection, at + move[0], slope + move[1])
        at, slope, here = at + move[0], slope + move[1], there
    return None


def _move(step: _Step, *, free_slope: bool) -> tuple[float, float] | None:
    first, both, second = step.information
    if not free_slope:
        return (step.by_intercept / first, 0.0) if first > 0 else None
    determinant = first * second - both * both
    if determinant <= 0:
        return None
    return (
        (second * step.by_intercept - both * step.by_slope) / determinant,
        (first * step.by_slope - both * step.by_intercept) / determinant,
    )


def _estimate(step: _Step, at: float, slope: float, *, free_slope: bool) -> Estimate:
    first, both, second = step.information
    if not free_slope:
        return Estimate(at, 1 / sqrt(first))
    return Estimate(slope, sqrt(first / (first * second - both * both)))


def _step(connection: duckdb.DuckDBPyConnection, intercept: float, slope: float) -> _Step:
    row = connection.execute(_LIKELIHOOD, [intercept, slope]).fetchall()[0]
    likelihood, by_intercept, by_slope, *information = (int(value) / FIXED_POINT for value in row)
    first, both, second = information
    return _Step(likelihood, by_intercept, by_slope, (first, both, second))


_BINS = f"""
SELECT low, sum(m + k), sum(m), sum((m + k) * {fixed("s")})
FROM ranked ASOF JOIN (SELECT unnest(CAST(? AS DOUBLE[])) AS low) ON s > low GROUP BY low
"""  # noqa: S608  # constants of this module

_SPREAD = """
SELECT min(s) FILTER (m > 0), max(s) FILTER (m > 0), min(s) FILTER (k > 0), max(s) FILTER (k > 0) FROM ranked
"""

# ln(1 + e^η) as max(η, 0) + ln(1 + e^−|η|), and the odds by e^−|η| too, so that nothing overflows.
_LIKELIHOOD = f"""
WITH lines AS (
    SELECT m, k, x, ? + ? * x AS eta FROM (SELECT m, k, ln(s / (1 - s)) AS x FROM ranked)
), chances AS (
    SELECT m, k, x, eta, exp(-abs(eta)) AS odds FROM lines
), terms AS (
    SELECT m, k, x, eta, ln(1 + odds) AS soft,
        CASE WHEN eta >= 0 THEN 1 / (1 + odds) ELSE odds / (1 + odds) END AS p, odds / ((1 + odds) * (1 + odds)) AS v
    FROM chances
)
SELECT -sum(m * {fixed("greatest(-eta, 0) + soft")} + k * {fixed("greatest(eta, 0) + soft")}),
    sum({fixed("m - (m + k) * p")}), sum({fixed("(m - (m + k) * p) * x")}),
    sum({fixed("(m + k) * v")}), sum({fixed("(m + k) * v * x")}), sum({fixed("(m + k) * v * x * x")})
FROM terms
"""  # noqa: S608
