"""Actual and predicted quantities in a file, reduced in the engine to sums, tenths and a histogram of errors."""

from pathlib import Path

import duckdb

from core.errors import Problem, Unreadable
from core.frames.cells import refuse_non_numbers
from core.frames.source import VIEW, open_table
from core.metrics.intervals import normal
from core.metrics.performance.regression import ErrorSums, median_shares
from core.metrics.performance.results import ErrorBin, ErrorDecile

PARTS, BINS = 10, 20
ERRORS = "errors"


def error_sums(
    path: Path | str, *, label: str, prediction: str
) -> tuple[ErrorSums, tuple[ErrorDecile, ...], tuple[ErrorBin, ...]]:
    """The sums, the errors by tenth of the prediction and their histogram.

    Raises Unreadable where a column is absent, the file has no rows, or a value is missing or no finite number.
    """
    with open_table(path) as table:
        actual, predicted = table.keys(label, prediction)
        for column in (label, prediction):
            refuse_non_numbers(table, column)
        connection = table.connection
        connection.execute("SET threads = 1")  # a sum in one thread is a sum in one order: the same bits each time
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {ERRORS} AS SELECT CAST({actual} AS DOUBLE) AS a, "  # noqa: S608  # c0, c1, …
            f"CAST({predicted} AS DOUBLE) AS p, CAST({predicted} AS DOUBLE) - CAST({actual} AS DOUBLE) AS e FROM {VIEW}"
        )
        sums = _sums(connection)
        return sums, _deciles(connection), _histogram(connection)


def _sums(connection: duckdb.DuckDBPyConnection) -> ErrorSums:
    query = f"SELECT count(*), favg(a), count(*) FILTER (a = 0) FROM {ERRORS}"  # noqa: S608  # a constant name
    n, mean, zeros = connection.execute(query).fetchall()[0]
    if not n:
        raise Unreadable([Problem("the file has no rows", line=1)])
    shares = ", ".join(f"{share!r}" for share in median_shares(int(n)))
    relative = "NULL, NULL" if zeros else "fsum(abs(e / a)), fsum((e / a) * (e / a))"
    query = (
        "SELECT fsum(e), fsum(e * e), fsum(e * e * e * e), fsum(abs(e)), fsum(d * d), fsum(d * d * d * d), "  # noqa: S608
        f"fsum(e * e * d * d), fsum(abs(d)), quantile_cont(abs(e), [{shares}]), {relative} "
        f"FROM (SELECT a, e, a - CAST(? AS DOUBLE) AS d FROM {ERRORS})"
    )
    e, e2, e4, absolute, d2, d4, e2d2, deviation, medians, of_actual, squares = connection.execute(
        query, [mean]
    ).fetchall()[0]
    low, middle, high = medians
    return ErrorSums(
        int(n), e, e2, e4, absolute, d2, d4, e2d2, deviation, middle, low, high, of_actual, squares,
    )  # fmt: skip


def _deciles(connection: duckdb.DuckDBPyConnection) -> tuple[ErrorDecile, ...]:
    """Rows with the same prediction stay together, so a tenth is about a tenth."""
    shares = ", ".join(f"{part / PARTS!r}" for part in range(1, PARTS))
    edges = connection.execute(f"SELECT quantile_disc(p, [{shares}]) FROM {ERRORS}").fetchall()[0][0]  # noqa: S608
    cuts = ", ".join(f"CAST({edge!r} AS DOUBLE)" for edge in sorted(set(edges)))
    query = (
        "SELECT min(p), max(p), count(*), favg(a), favg(p), favg(e), stddev_samp(e), favg(abs(e)) "  # noqa: S608
        f"FROM (SELECT *, len(list_filter([{cuts}], lambda cut: cut < p)) AS part FROM {ERRORS}) GROUP BY part "
        "ORDER BY part"
    )
    return tuple(
        ErrorDecile(
            low, high, int(n), actual, predicted, error, normal(error, spread / n**0.5) if spread else None, size
        )
        for low, high, n, actual, predicted, error, spread, size in connection.execute(query).fetchall()
    )


def _histogram(connection: duckdb.DuckDBPyConnection) -> tuple[ErrorBin, ...]:
    """Twenty equal bins over the middle 98 %; the first and the last reach to the smallest and the largest error."""
    query = f"SELECT min(e), max(e), quantile_disc(e, [0.01, 0.99]) FROM {ERRORS}"  # noqa: S608
    lowest, highest, (first, last) = connection.execute(query).fetchall()[0]
    if first == last:
        first, last = lowest, highest
    width = (last - first) / BINS
    if not width > 0:
        count = connection.execute(f"SELECT count(*) FROM {ERRORS}").fetchall()[0][0]  # noqa: S608
        return (ErrorBin(lowest, highest, int(count)),)
    place = f"greatest(0, least({BINS - 1}, CAST(floor((e - CAST(? AS DOUBLE)) / CAST(? AS DOUBLE)) AS BIGINT)))"
    counted = connection.execute(f"SELECT {place}, count(*) FROM {ERRORS} GROUP BY 1", [first, width]).fetchall()  # noqa: S608
    counts = {int(at): int(n) for at, n in counted}
    edges = [lowest, *(first + width * at for at in range(1, BINS)), highest]
    return tuple(ErrorBin(edges[at], edges[at + 1], counts.get(at, 0)) for at in range(BINS))
