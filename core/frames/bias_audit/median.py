"""The middle of a column of scores, exact at any size."""

from fractions import Fraction

from core.frames.source import Table

MANY = 500_000  # rows; beyond them only those around the middle are sorted


def middle(table: Table, column: str) -> tuple[float, float]:
    """The lower and the upper middle score, equal for an odd number of rows; their mean is the median.

    A score is strictly above the median exactly when it is above the lower middle: between the two there is none.
    Scores were checked to be finite, and there is at least one.
    """
    score = f"CAST({table.key(column)} AS DOUBLE)"
    rows = table.count("true")
    lower, upper = (rows - 1) // 2, rows // 2
    low, high = _around(table, score) if rows > MANY else (None, None)
    if low is not None and high is not None:
        below, upto = table.count(f"{score} < {low}"), table.count(f"{score} <= {high}")
        if below <= lower and upper < upto:
            return _at(table, score, lower - below, upper - below, f"{score} BETWEEN {low} AND {high}")
    return _at(table, score, lower, upper, "true")


def median(lower: float, upper: float) -> float:
    """The mean of the two middle scores, rounded once."""
    return float((Fraction(lower) + Fraction(upper)) / 2)


def _around(table: Table, score: str) -> tuple[str, str]:
    """Two scores that probably enclose the middle; whether they do is counted afterwards."""
    query = f"SELECT approx_quantile({score}, [0.49, 0.51]) FROM {table.view}"  # noqa: S608  # our own expression
    low, high = table.connection.execute(query).fetchall()[0][0]
    return tuple(f"CAST('{float(bound)!r}' AS DOUBLE)" for bound in (low, high))  # type: ignore[return-value]


def _at(table: Table, score: str, lower: int, upper: int, condition: str) -> tuple[float, float]:
    query = (
        f"SELECT {score} AS s FROM {table.view} WHERE {condition} "  # noqa: S608  # our own expressions
        f"ORDER BY s LIMIT {upper - lower + 1} OFFSET {lower}"
    )
    found = [float(row[0]) for row in table.connection.execute(query).fetchall()]
    return found[0], found[-1]
