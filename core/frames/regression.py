"""Actual and predicted quantities in a file, reduced in the engine to sums, tenths and a histogram of errors."""

from itertools import pairwise
from math import inf, isfinite
from pathlib import Path

import duckdb

from core.errors import Problem, Unreadable
from core.frames.cells import refuse_non_numbers
from core.frames.ranking import FIXED_POINT, fixed
from core.frames.source import Table, open_table
from core.metrics.performance.errors import ErrorSums, ScaledSums, median_ranks
from core.metrics.performance.regression import around, spread_of_mean
from core.metrics.performance.results import ErrorBin, ErrorDecile

PARTS, BINS = 10, 20
ERRORS = "errors"


def error_sums(
    path: Path | str, *, label: str, prediction: str
) -> tuple[ErrorSums, tuple[ErrorDecile, ...], tuple[ErrorBin, ...]]:
    """The sums, the errors by tenth of the prediction and their histogram; the order of rows changes nothing.

    Raises Unreadable where a column is absent, the file has no rows, a value is missing or no finite number, or a
    prediction lies further from its actual value than any number.
    """
    with open_table(path) as table:
        view_errors(table, label, prediction)
        connection = table.connection
        return _sums(connection), _deciles(connection), _histogram(connection)


def view_errors(table: Table, label: str, prediction: str) -> None:
    """Make the view `errors` of actual a, predicted p and error e over columns that it checks."""
    actual, predicted = (f"CAST({key} AS DOUBLE)" for key in table.keys(label, prediction))
    for column in (label, prediction):
        refuse_non_numbers(table, column)
    if not table.count("true"):
        raise Unreadable([Problem("the file has no rows", line=1)])
    apart = f"NOT isfinite({predicted} - {actual})"
    if bad := table.count(apart):
        line, found = table.first_line(apart), f"{bad} such rows"
        raise Unreadable([Problem("an error is beyond all numbers", line=line, column=prediction, found=found)])
    table.connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {ERRORS} AS "  # noqa: S608  # our own names c0, c1, …
        f"SELECT {actual} AS a, {predicted} AS p, {predicted} - {actual} AS e FROM {table.view}"
    )


def _sums(connection: duckdb.DuckDBPyConnection) -> ErrorSums:
    query = f"SELECT count(*), min(a), max(a), max(abs(e)), count(*) FILTER (a = 0), max(abs(e / a)) FROM {ERRORS}"  # noqa: S608
    n, lowest, highest, error, zeros, relative = connection.execute(query).fetchall()[0]
    mean = _mean(connection, "a", max(abs(lowest), abs(highest)), int(n))
    deviation = max(mean - lowest, highest - mean) if lowest < highest else 0.0
    errors = f"(e / {error or 1.0!r})"
    deviations = f"((a - {mean!r}) / {deviation!r})" if 0 < deviation < inf else "0.0"
    crossed = _total(connection, f"pow({errors} * {deviations}, 2)")
    known = not zeros and isfinite(relative)
    median, low, high = _medians(connection, int(n))
    return ErrorSums(
        n=int(n),
        errors=_scaled(connection, errors, error),
        deviations=_scaled(connection, deviations, deviation),
        crossed=crossed,
        relative=_scaled(connection, f"(e / a / {relative or 1.0!r})", relative) if known else None,
        zeros=int(zeros),
        median=median,
        median_low=low,
        median_high=high,
    )


def _mean(connection: duckdb.DuckDBPyConnection, values: str, largest: float, n: int) -> float:
    return largest * (_total(connection, f"{values} / {largest or 1.0!r}") / n)


def _total(connection: duckdb.DuckDBPyConnection, values: str) -> float:
    return int(connection.execute(f"SELECT sum({fixed(values)}) FROM {ERRORS}").fetchall()[0][0]) / FIXED_POINT  # noqa: S608


def _scaled(connection: duckdb.DuckDBPyConnection, values: str, scale: float) -> ScaledSums:
    sums = ", ".join(f"sum({fixed(one)})" for one in ("v", "abs(v)", "v * v", "v * v * v * v"))
    found = connection.execute(f"SELECT {sums} FROM (SELECT {values} AS v FROM {ERRORS})").fetchall()[0]  # noqa: S608
    return ScaledSums(float(scale), *(int(one) / FIXED_POINT for one in found))


def _medians(connection: duckdb.DuckDBPyConnection, n: int) -> tuple[float, float | None, float | None]:
    """The middle absolute error and its interval, from the few places among the sorted errors that are needed."""
    ranks = median_ranks(n)
    wanted = sorted({(n + 1) // 2, n // 2 + 1, *(ranks or ())})
    query = (
        f"SELECT place, size FROM (SELECT abs(e) AS size, row_number() OVER (ORDER BY abs(e)) AS place FROM {ERRORS}) "  # noqa: S608
        f"WHERE place IN ({', '.join(str(place) for place in wanted)})"
    )
    found = {int(place): float(size) for place, size in connection.execute(query).fetchall()}
    middle = found[(n + 1) // 2] / 2 + found[n // 2 + 1] / 2
    return (middle, found[ranks[0]], found[ranks[1]]) if ranks else (middle, None, None)


def _deciles(connection: duckdb.DuckDBPyConnection) -> tuple[ErrorDecile, ...]:
    """Rows with the same prediction stay together, so a tenth is about a tenth."""
    shares = ", ".join(f"{part / PARTS!r}" for part in range(1, PARTS))
    row = connection.execute(
        f"SELECT quantile_disc(p, [{shares}]), max(abs(a)), max(abs(p)), max(abs(e)) FROM {ERRORS}"  # noqa: S608
    ).fetchall()[0]
    lows = sorted({-inf, *(float(edge) for edge in row[0])})
    actual, predicted, error = (float(size) or 1.0 for size in row[1:])
    sums = [f"a / {actual!r}", f"p / {predicted!r}", f"e / {error!r}", f"pow(e / {error!r}, 2)", f"abs(e / {error!r})"]
    query = (
        f"SELECT low, min(p), max(p), count(*), {', '.join(f'sum({fixed(one)})' for one in sums)} FROM {ERRORS} "  # noqa: S608
        "ASOF JOIN (SELECT unnest(CAST(? AS DOUBLE[])) AS low) ON p > low GROUP BY low ORDER BY low"
    )
    return tuple(
        _decile(low, high, int(n), [int(one) / FIXED_POINT / n for one in found], actual, predicted, error)
        for _, low, high, n, *found in connection.execute(query, [lows]).fetchall()
    )


def _decile(
    low: float, high: float, n: int, means: list[float], actual: float, predicted: float, error: float
) -> ErrorDecile:
    mean, squares = means[2], means[3] * n
    interval = around(mean * error, spread_of_mean(mean, squares, n) * error)
    return ErrorDecile(low, high, n, means[0] * actual, means[1] * predicted, mean * error, interval, means[4] * error)


def _histogram(connection: duckdb.DuckDBPyConnection) -> tuple[ErrorBin, ...]:
    """Twenty equal bins over the middle 98 %; the first and the last reach to the smallest and the largest error."""
    query = f"SELECT min(e), max(e), quantile_disc(e, [0.01, 0.99]) FROM {ERRORS}"  # noqa: S608
    lowest, highest, (first, last) = connection.execute(query).fetchall()[0]
    if first == last:
        first, last = lowest, highest
    inner = {first * (1 - at / BINS) + last * (at / BINS) for at in range(1, BINS)}
    edges = sorted({lowest, *(edge for edge in inner if lowest < edge < highest), highest})
    if len(edges) == 1:
        edges = [lowest, lowest]
    counted = connection.execute(_HISTOGRAM, [edges[:-1]]).fetchall()
    counts = {float(low): int(n) for low, n in counted}
    return tuple(ErrorBin(low, high, counts.get(low, 0)) for low, high in pairwise(edges))


_HISTOGRAM = f"""
SELECT low, count(*) FROM {ERRORS} ASOF JOIN (SELECT unnest(CAST(? AS DOUBLE[])) AS low) ON e >= low GROUP BY low
"""  # noqa: S608  # a constant name
