"""Every slice of up to two or three attributes, counted in one pass of the engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ldexp

from core.errors import Problem, Unreadable
from core.frames.slices.bands import Attribute
from core.frames.slices.fixed import exponent_of, fixed_squares, fixed_sum, unfixed
from core.frames.source import Table
from core.metrics.robustness import Condition, SliceSums

MOST_ATTRIBUTES = 20
MOST_SLICES = 50_000
MISSING = "(missing)"


@dataclass(frozen=True)
class Cube:
    """The slices with enough rows, and all rows as one."""

    slices: tuple[SliceSums, ...]
    overall: SliceSums


def slice_sums(table: Table, attributes: Sequence[Attribute], loss: str, *, depth: int, minimum: int) -> Cube:
    """Rows and losses of every slice of up to `depth` attributes with at least `minimum` rows.

    `loss` is an engine expression ≥ 0: an absolute error, or 1 for a wrong prediction and 0 for a right one. A missing
    value is a slice of its own. Raises Unreadable beyond 20 attributes or 50,000 slices.
    """
    if len(attributes) > MOST_ATTRIBUTES:
        raise Unreadable(
            [Problem("too many attributes", found=str(len(attributes)), expected=f"at most {MOST_ATTRIBUTES}")]
        )
    query = f"SELECT coalesce(max({loss}), 0), count(*) FROM {table.view}"  # noqa: S608  # our own expressions
    largest, rows = table.connection.execute(query).fetchall()[0]
    exponent = exponent_of(float(largest))
    sums = f"count(*), {fixed_sum('loss', exponent)}, {fixed_squares('loss', exponent)}"
    overall = table.connection.execute(f"SELECT {sums} FROM (SELECT {loss} AS loss FROM {table.view})").fetchall()[0]  # noqa: S608
    found = _grouped(table, attributes, loss, sums, min(depth, len(attributes)), minimum) if attributes and rows else []
    if len(found) > MOST_SLICES:
        raise Unreadable([Problem("too many slices", expected=f"at most {MOST_SLICES}: name fewer attributes")])
    slices = [_sums(_conditions(attributes, row), row[-3:], exponent) for row in found]
    return Cube(tuple(sorted(slices, key=lambda one: str(one.conditions))), _sums((), overall, exponent))


Row = tuple[object, ...]


def _grouped(
    table: Table, attributes: Sequence[Attribute], loss: str, sums: str, depth: int, minimum: int
) -> list[Row]:
    keys = [f"a{at}" for at in range(len(attributes))]
    named = ", ".join(
        f"coalesce({one.expression}, '{MISSING}') AS {key}" for one, key in zip(attributes, keys, strict=True)
    )
    sets = ", ".join(f"({', '.join(chosen)})" for size in range(1, depth + 1) for chosen in combinations(keys, size))
    query = (
        f"SELECT grouping({', '.join(keys)}), {', '.join(keys)}, {sums} "  # noqa: S608  # our own names and expressions
        f"FROM (SELECT {named}, {loss} AS loss FROM {table.view}) GROUP BY GROUPING SETS ({sets}) "
        f"HAVING count(*) >= {int(minimum)} LIMIT {MOST_SLICES + 1}"
    )
    return list(table.connection.execute(query).fetchall())


def _conditions(attributes: Sequence[Attribute], row: Row) -> tuple[Condition, ...]:
    """GROUPING sets a bit, the first attribute highest, for each attribute that the slice is not about."""
    mask, last = int(str(row[0])), len(attributes) - 1
    return tuple(
        Condition(one.name, str(value))
        for at, (one, value) in enumerate(zip(attributes, row[1:], strict=False))
        if not mask >> (last - at) & 1
    )


def _sums(conditions: tuple[Condition, ...], row: Row, exponent: int) -> SliceSums:
    n, total, squares = (int(str(value or 0)) for value in row)
    return SliceSums(conditions, n, ldexp(unfixed(total), exponent), ldexp(unfixed(squares), 2 * exponent))
