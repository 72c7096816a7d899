"""The rows that two files share, reduced to what tells how sure each change between them is."""

from math import isfinite, sqrt

import duckdb

from core.frames import ranking
from core.frames.pairs import PAIRS, Side
from core.frames.ranking import FIXED_POINT, fixed
from core.frames.roles import Task
from core.metrics.performance.paired import Agreement, PairedSums
from core.metrics.performance.regression import spread_of_mean
from core.metrics.scores import ScoreSums, SharedPlacements, delong_difference_variance

LARGEST_SIZE = 1e307  # the distance of two values up to here is still a number


def paired_sums(sides: tuple[Side, Side]) -> PairedSums:
    """What the rows of the table `pairs`, at least one, have in common."""
    connection, roles = sides[0].table.connection, sides[0].roles
    n = int(connection.execute(f"SELECT count(*) FROM {PAIRS}").fetchall()[0][0])  # noqa: S608  # a constant name
    if roles.task == Task.REGRESSION:
        return PairedSums(n, standard_errors=_quantity_errors(connection, n))
    binary = roles.task == Task.BINARY
    errors = _loss_errors(connection, n, binary=binary)
    if binary and all(side.roles.score for side in sides):
        errors |= _area_error(connection)
    return PairedSums(n, _agreements(connection, binary=binary), binary, errors)


def _agreements(connection: duckdb.DuckDBPyConnection, *, binary: bool) -> tuple[Agreement, ...]:
    rows = connection.execute(_AGREEMENTS).fetchall()
    found = {int(label): Agreement(*(int(count) for count in counts)) for label, *counts in rows}
    labels = (0, 1) if binary else tuple(found)
    return tuple(found.get(label, Agreement(0, 0, 0, 0)) for label in labels)


def _loss_errors(connection: duckdb.DuckDBPyConnection, n: int, *, binary: bool) -> dict[str, float]:
    """Of the mean differences of the rows' losses; none where one has no probabilities."""
    outside = connection.execute(_IMPROBABLE).fetchall()[0][0] if binary else 0
    known = connection.execute(f"SELECT count(e) + count(e2) FROM {PAIRS}").fetchall()[0][0]  # noqa: S608
    if outside or known < 2 * n:
        return {}
    sums = ", ".join(f"sum({fixed(one)})" for one in ("e - e2", "pow(e - e2, 2)", "l - l2", "pow(l - l2, 2)"))
    found = connection.execute(f"SELECT {sums} FROM {PAIRS}").fetchall()[0]  # noqa: S608
    error, error_squares, log, log_squares = (int(one) / FIXED_POINT for one in found)
    return {
        "brier_score": spread_of_mean(error / n, error_squares, n),
        "log_loss": spread_of_mean(log / n, log_squares, n),
    }


def _area_error(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Of the difference of the areas under both ROC curves, by DeLong; none with fewer than two rows of a class."""
    first, second = (_placed(connection, score) for score in ("s", "s2"))
    if min(first.positives, first.negatives) < 1:
        return {}
    products = connection.execute(_PRODUCTS).fetchall()[0]
    variance = delong_difference_variance(first, second, SharedPlacements(int(products[0]), int(products[1])))
    return {} if variance is None else {"roc_auc": sqrt(max(0.0, float(variance)))}


def _placed(connection: duckdb.DuckDBPyConnection, score: str) -> ScoreSums:
    ranking.rank(connection, f"SELECT {score} AS s, y = 1 AS y FROM {PAIRS}")  # noqa: S608  # constant names
    sums = ranking.rank_sums(connection)
    connection.execute(_PLACED.format(score=score, negatives=sums.negatives))
    return sums


def _quantity_errors(connection: duckdb.DuckDBPyConnection, n: int) -> dict[str, float]:
    """Of mean differences, and by the delta method of those of roots and ratios, whose rows' parts are linear.

    A row moves the root R of a mean of squares by e² / 2R, and R² by (f² − e² − Δ·d²) / Σd² with e and f the errors of
    the current and the other model, Δ the change and d the distance of the actual value from its mean.
    """
    largest, zeros = connection.execute(_LARGEST).fetchall()[0]
    if not 0 < largest < float("inf"):
        return {}
    at = {"e": f"((p - y) / {largest!r})", "f": f"((p2 - y) / {largest!r})"}
    own, other = (_mean(connection, f"pow({at[error]}, 2)", n) for error in ("e", "f"))
    parts = {
        "mean_absolute_error": f"abs({at['e']}) - abs({at['f']})",
        "bias": f"{at['e']} - {at['f']}",
    }
    if own > 0 and other > 0:
        first, second = f"pow({at['e']}, 2) / {2 * sqrt(own)!r}", f"pow({at['f']}, 2) / {2 * sqrt(other)!r}"
        parts["root_mean_squared_error"] = f"{first} - {second}"
    errors = {metric: largest * _spread(connection, part, n) for metric, part in parts.items()}
    if not zeros:
        errors |= _relative_error(connection, n)
    return errors | _explained_error(connection, n, at, other - own, largest)


def _relative_error(connection: duckdb.DuckDBPyConnection, n: int) -> dict[str, float]:
    relative = "(abs((p - y) / y) - abs((p2 - y) / y))"
    largest = connection.execute(f"SELECT max(abs({relative})) FROM {PAIRS}").fetchall()[0][0]  # noqa: S608
    if not isfinite(largest):
        return {}
    scale = largest or 1.0
    return {"mean_absolute_percentage_error": scale * _spread(connection, f"{relative} / {scale!r}", n)}


def _explained_error(
    connection: duckdb.DuckDBPyConnection, n: int, at: dict[str, str], change: float, largest: float
) -> dict[str, float]:
    size = float(connection.execute(f"SELECT max(abs(y)) FROM {PAIRS}").fetchall()[0][0]) or 1.0  # noqa: S608
    if size > LARGEST_SIZE:
        return {}
    mean = size * _mean(connection, f"y / {size!r}", n)
    deviation = f"((y - {mean!r}) / {size!r})"
    variation = _mean(connection, f"pow({deviation}, 2)", n)
    units = (largest / size) * (largest / size)
    if not variation > 0 or not isfinite(units):
        return {}
    part = f"pow({at['f']}, 2) - pow({at['e']}, 2) - {change / variation!r} * pow({deviation}, 2)"
    return {"r_squared": units * _spread(connection, part, n) / variation}


def _mean(connection: duckdb.DuckDBPyConnection, values: str, n: int) -> float:
    return int(connection.execute(f"SELECT sum({fixed(values)}) FROM {PAIRS}").fetchall()[0][0]) / FIXED_POINT / n  # noqa: S608


def _spread(connection: duckdb.DuckDBPyConnection, values: str, n: int) -> float:
    query = f"SELECT sum({fixed('v')}), sum({fixed('v * v')}) FROM (SELECT {values} AS v FROM {PAIRS})"  # noqa: S608
    total, squares = (int(one) / FIXED_POINT for one in connection.execute(query).fetchall()[0])
    return spread_of_mean(total / n, squares, n)


_AGREEMENTS = f"""
SELECT y, count(*) FILTER (p = y AND p2 = y), count(*) FILTER (p = y AND p2 <> y),
    count(*) FILTER (p <> y AND p2 = y), count(*) FILTER (p <> y AND p2 <> y)
FROM {PAIRS} GROUP BY y ORDER BY y
"""  # noqa: S608  # a constant name

_IMPROBABLE = f"SELECT count(*) FROM {PAIRS} WHERE s NOT BETWEEN 0 AND 1 OR s2 NOT BETWEEN 0 AND 1"  # noqa: S608

_LARGEST = f"SELECT max(greatest(abs(p - y), abs(p2 - y))), count(*) FILTER (y = 0) FROM {PAIRS}"  # noqa: S608

# As in `ranking`: twice the negatives below a positive, twice the positives above a negative, ties counting one.
_PLACED = """
CREATE OR REPLACE TEMP TABLE placed_{score} AS
SELECT s, 2 * CAST({negatives} - fp AS HUGEINT) + k AS under, 2 * CAST(tp - m AS HUGEINT) + m AS over FROM ranked
"""

_PRODUCTS = f"""
SELECT coalesce(sum(a.under * b.under) FILTER (y = 1), 0), coalesce(sum(a.over * b.over) FILTER (y <> 1), 0)
FROM {PAIRS} JOIN placed_s AS a ON {PAIRS}.s + 0.0 = a.s JOIN placed_s2 AS b ON {PAIRS}.s2 + 0.0 = b.s
"""  # noqa: S608
