"""Distinct scores with their labels counted, and what follows from them: ranks, thresholds, bins and losses."""

from collections.abc import Sequence
from itertools import pairwise

import duckdb

from core.metrics.scores import Bin, Cut, LossSum, ScoreSums

FIXED_POINT = 2.0**60  # sums are of whole numbers, so that they do not depend on the order of rows
SMALLEST = 2.0**-52  # scikit-learn's clip of probabilities before the logarithm
CUTS = 100
BINS = 20


def fixed(expression: str) -> str:
    """An engine expression as a whole number of 2⁻⁶⁰ths."""
    return f"CAST(({expression}) * {FIXED_POINT!r} AS HUGEINT)"


def clipped_log_loss(probability: str) -> str:
    """−ln of an engine expression, the probability given to what happened, clipped as scikit-learn clips it."""
    return f"-ln(greatest(least({probability}, 1 - {SMALLEST!r}), {SMALLEST!r}))"


def rank(connection: duckdb.DuckDBPyConnection, scored: str) -> None:
    """Make the table `ranked` from a query of scores s and labels y (true or false).

    Its rows are the distinct scores s, with m positives and k negatives each, and tp positives and fp negatives at or
    above it.
    """
    # Adding 0 turns minus zero into zero.
    grouped = f"SELECT s + 0.0 AS s, count(*) FILTER (y) AS m, count(*) FILTER (NOT y) AS k FROM ({scored}) GROUP BY 1"  # noqa: S608
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE ranked AS "  # noqa: S608  # our own queries on c0, c1, …
        f"SELECT s, m, k, CAST(sum(m) OVER w AS BIGINT) AS tp, CAST(sum(k) OVER w AS BIGINT) AS fp FROM ({grouped}) "
        "WINDOW w AS (ORDER BY s DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    )


def score_range(connection: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    """The lowest and the highest score."""
    low, high = connection.execute("SELECT min(s), max(s) FROM ranked").fetchall()[0]
    return float(low), float(high)


def rank_sums(connection: duckdb.DuckDBPyConnection) -> ScoreSums:
    """What follows from the order of the scores alone."""
    totals = connection.execute("SELECT CAST(sum(m) AS BIGINT), CAST(sum(k) AS BIGINT) FROM ranked").fetchall()[0]
    row = connection.execute(_RANKS.format(positives=totals[0], negatives=totals[1])).fetchall()[0]
    gap = connection.execute(_GAP.format(positives=totals[0], negatives=totals[1])).fetchall()[0]
    wins, positive_squares, negative_squares, precisions = (int(value) for value in row)
    return ScoreSums(
        positives=int(totals[0]),
        negatives=int(totals[1]),
        wins=wins,
        positive_squares=positive_squares,
        negative_squares=negative_squares,
        precision_total=precisions / FIXED_POINT,
        largest_gap=max(0, int(gap[0])),
        gap_at=float(gap[1]) if gap[0] > 0 else None,
    )


def losses(connection: duckdb.DuckDBPyConnection) -> tuple[LossSum, LossSum]:
    """Squared errors and log losses of scores that are probabilities."""
    error, error_squares, log, log_squares = connection.execute(_LOSSES).fetchall()[0]
    return loss_sum(error, error_squares), loss_sum(log, log_squares)


def loss_sum(total: int, squares: int) -> LossSum:
    """Two sums in 2⁻⁶⁰ths as numbers."""
    return LossSum(int(total) / FIXED_POINT, int(squares) / FIXED_POINT)


def cuts(connection: duckdb.DuckDBPyConnection, thresholds: Sequence[float] = ()) -> tuple[Cut, ...]:
    """The counts at these thresholds, or at 101: 0, 0.01, … 1 for probabilities, else evenly over the scores' range."""
    asked = sorted(set(thresholds)) or edges(connection, CUTS)
    # Rows between thresholds are counted and added up, which is faster than finding each threshold among the scores.
    counts = {float(low): (int(m), int(k)) for low, m, k in connection.execute(_HISTOGRAM, [asked]).fetchall()}
    rows, hits, alarms = [], 0, 0
    for threshold in reversed(asked):
        more = counts.get(threshold, (0, 0))
        hits, alarms = hits + more[0], alarms + more[1]
        rows.append((threshold, hits, alarms))
    return _cuts(connection, rows[::-1])


def curve(connection: duckdb.DuckDBPyConnection) -> tuple[Cut, ...]:
    """The counts at no more than 101 scores, from the highest down, each flagging about one hundredth more rows."""
    return _cuts(connection, connection.execute(_CURVE).fetchall())


def histogram(connection: duckdb.DuckDBPyConnection, bins: int = BINS) -> tuple[Bin, ...]:
    """The counts by label in equal bins over 0 to 1, or over the scores' own range if one lies outside."""
    lows = edges(connection, bins)
    rows = connection.execute(_HISTOGRAM, [lows[:-1]]).fetchall()
    counts = {float(low): (int(positives), int(negatives)) for low, positives, negatives in rows}
    return tuple(Bin(low, high, *counts.get(low, (0, 0))) for low, high in pairwise(lows))


def edges(connection: duckdb.DuckDBPyConnection, parts: int) -> list[float]:
    """The ends of equal parts of 0 to 1, or of the scores' range if one lies outside; fewer where numbers run out."""
    low, high = score_range(connection)
    if low >= 0 and high <= 1:
        return [at / parts for at in range(parts + 1)]
    if low == high:
        return [low, low]
    # Weighted ends rather than a width: the width of the widest range is not finite.
    inner = [low * (1 - at / parts) + high * (at / parts) for at in range(1, parts)]
    return sorted({low, high, *inner})


def _cuts(connection: duckdb.DuckDBPyConnection, rows: Sequence[tuple[float, int, int]]) -> tuple[Cut, ...]:
    positives, negatives = connection.execute("SELECT max(tp), max(fp) FROM ranked").fetchall()[0]
    return tuple(
        Cut(float(at), int(hits), int(alarms), int(positives - hits), int(negatives - alarms))
        for at, hits, alarms in rows
    )


# Of a score: the negatives below it are those not at or above it; ties count half, so everything is doubled.
_RANKS = f"""
WITH counted AS (
    SELECT CAST(m AS HUGEINT) AS m, CAST(k AS HUGEINT) AS k, tp, fp,
        2 * CAST({{negatives}} - fp AS HUGEINT) + k AS under, 2 * CAST(tp - m AS HUGEINT) + m AS over
    FROM ranked
)
SELECT sum(m * under), sum(m * under * under), sum(k * over * over),
    sum({fixed("CAST(m AS DOUBLE) * tp / (tp + fp)")})
FROM counted
"""  # noqa: S608  # constants of this module

_GAP = """
SELECT CAST(tp AS HUGEINT) * {negatives} - CAST(fp AS HUGEINT) * {positives} AS gap, s
FROM ranked ORDER BY gap DESC, s DESC LIMIT 1
"""

_LOSSES = f"""
WITH losses AS (
    SELECT m, k, (1 - s) * (1 - s) AS e1, s * s AS e0,
        {clipped_log_loss("s")} AS l1, {clipped_log_loss("1 - s")} AS l0
    FROM ranked
)
SELECT sum(m * {fixed("e1")} + k * {fixed("e0")}), sum(m * {fixed("e1 * e1")} + k * {fixed("e0 * e0")}),
    sum(m * {fixed("l1")} + k * {fixed("l0")}), sum(m * {fixed("l1 * l1")} + k * {fixed("l0 * l0")})
FROM losses
"""  # noqa: S608

_CURVE = """
SELECT min(s), max(tp), max(fp) FROM ranked, (SELECT max(tp) + max(fp) AS n FROM ranked)
GROUP BY CAST(tp + fp AS HUGEINT) * 100 // n ORDER BY 1 DESC
"""

_HISTOGRAM = """
SELECT low, sum(m), sum(k) FROM ranked ASOF JOIN (SELECT unnest(CAST(? AS DOUBLE[])) AS low) ON s >= low GROUP BY low
"""
