"""Numeric predictions of a file reduced in the engine, for every group of people at once: exact sums and squares."""

from collections.abc import Sequence
from fractions import Fraction
from math import frexp

from core.errors import Problem, Unreadable
from core.frames.counting import refuse_bad_counts, weight
from core.frames.group_codes import Coded, Renamed, coded
from core.frames.source import Table
from core.metrics.fairness.numbers import NumberSums
from core.metrics.moments import Moments

Values = tuple[str, ...]
BITS = 60
UNIT = 2.0**BITS
FARTHEST = 2.0**1000
PREDICTED = ("p",)
COMPARED = ("p", "a", "p - a", "abs(p - a)", "(p - a) * (p - a)")


def group_numbers(
    table: Table,
    attributes: Sequence[str],
    *,
    prediction: str,
    label: str | None,
    count: str | None = None,
    renamed: Renamed | None = None,
) -> tuple[dict[Values, NumberSums], int]:
    """Moments of predictions and, with a label, of errors by group; and how many rows are in no group.

    Each group's numbers are measured from its lowest one, in 2⁻⁶⁰ths of a power of two that spans them, and summed as
    whole numbers: the order of rows changes nothing, and equal numbers have no spread at all. Raises Unreadable where a
    number is missing or not finite, or numbers lie too far apart to be squared.
    """
    for column in (prediction, *([label] if label else [])):
        _refuse_non_numbers(table, column)
    if count:
        refuse_bad_counts(table, count)
    groups = coded(table, attributes, renamed)
    expressions = COMPARED if label else PREDICTED
    _measure(table, groups, prediction, label, count, expressions)
    spans = _spans(table, len(expressions), label or prediction)
    missing = table.connection.execute("SELECT coalesce(sum(w), 0) FROM measured WHERE g IS NULL").fetchall()[0][0]
    return _sums(table, groups, len(expressions), spans), int(missing)


def _refuse_non_numbers(table: Table, column: str) -> None:
    number = f"TRY_CAST({table.key(column)} AS DOUBLE)"
    condition = f"NOT coalesce(isfinite({number}), false)"
    bad = table.count(condition)
    if bad:
        line, found = table.first_line(condition), f"{bad} such rows"
        raise Unreadable([Problem("a value is no finite number", line=line, column=column, found=found)])


def _measure(
    table: Table, groups: Coded, prediction: str, label: str | None, count: str | None, expressions: Sequence[str]
) -> None:
    """The view `measured`: the group g of a row, how many it stands for, and its numbers x0, x1, …."""
    actual = f", CAST({table.key(label)} AS DOUBLE) AS a" if label else ""
    numbers = ", ".join(f"{expression} AS x{at}" for at, expression in enumerate(expressions))
    table.connection.execute(
        f"CREATE OR REPLACE TEMP VIEW measured AS SELECT g, w, {numbers} FROM (SELECT {groups.number} AS g, "  # noqa: S608  # c0, c1, …
        f"{weight(table, count)} AS w, CAST({table.key(prediction)} AS DOUBLE) AS p{actual} FROM {groups.source}) "
        "WHERE w > 0"
    )


def _spans(table: Table, width: int, column: str) -> dict[int, list[tuple[float, float]]]:
    """Per group and number its lowest value and the power of two that spans the group; made the table `spans`, too."""
    ends = ", ".join(f"min(x{at}), max(x{at})" for at in range(width))
    rows = table.connection.execute(f"SELECT g, {ends} FROM measured WHERE g IS NOT NULL GROUP BY g").fetchall()  # noqa: S608
    found: dict[int, list[tuple[float, float]]] = {}
    for number, *values in rows:
        pairs = list(zip(values[::2], values[1::2], strict=True))
        if not all(high - low < FARTHEST for low, high in pairs):  # false for infinity and NaN as well
            raise Unreadable([Problem("numbers lie too far apart to be squared", column=column)])
        found[int(number)] = [(float(low), 2.0 ** frexp(high - low)[1] if high > low else 1.0) for low, high in pairs]
    columns = ", ".join(
        f"unnest(CAST(? AS DOUBLE[])) AS low{at}, unnest(CAST(? AS DOUBLE[])) AS span{at}" for at in range(width)
    )
    table.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE spans AS SELECT unnest(CAST(? AS BIGINT[])) AS g, {columns}",
        [list(found), *([pairs[at][end] for pairs in found.values()] for at in range(width) for end in range(2))],
    )
    return found


def _sums(
    table: Table, groups: Coded, width: int, spans: dict[int, list[tuple[float, float]]]
) -> dict[Values, NumberSums]:
    shares = ", ".join(f"(x{at} - low{at}) / span{at} AS t{at}" for at in range(width))
    totals = ", ".join(f"{_fixed(f't{at}')}, {_fixed(f't{at} * t{at}')}" for at in range(width))
    rows = table.connection.execute(
        f"SELECT g, sum(w), {totals} FROM (SELECT g, w, {shares} FROM measured JOIN spans USING (g)) GROUP BY g"  # noqa: S608
    ).fetchall()
    found = {}
    for number, n, *values in rows:
        pairs = zip(values[::2], values[1::2], spans[int(number)], strict=True)
        moments = [_moments(int(n), int(total), int(squares), *span) for total, squares, span in pairs]
        found[groups.values(int(number))] = NumberSums(*moments)
    return dict(sorted(found.items()))


def _fixed(share: str) -> str:
    return f"sum(w * CAST(({share}) * {UNIT!r} AS HUGEINT))"


def _moments(n: int, total: int, squares: int, low: float, span: float) -> Moments:
    """Back from shares t of the span to numbers low + span · t, without rounding."""
    start, scale = Fraction(low), Fraction(span)
    sum_of_shares, sum_of_squares = Fraction(total, 2**BITS), Fraction(squares, 2**BITS)
    return Moments(
        n,
        n * start + scale * sum_of_shares,
        n * start**2 + 2 * start * scale * sum_of_shares + scale**2 * sum_of_squares,
    )
