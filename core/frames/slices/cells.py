"""Predictions reduced to weighted cells, for any number of classes."""

from collections.abc import Sequence

from core.errors import Problem, Unreadable
from core.frames.slices.bands import Attribute
from core.frames.slices.outcomes import Outcomes
from core.frames.source import Table
from core.metrics.robustness import WeightedCell

MOST_CELLS = 50_000


def weighted_cells(table: Table, attributes: Sequence[Attribute], outcomes: Outcomes) -> tuple[WeightedCell, ...]:
    """How many rows share each combination of group values, right or wrong, selected or not.

    Raises Unreadable beyond 50,000 combinations.
    """
    columns = [one.expression for one in attributes]
    columns += [outcomes.right or "CAST(NULL AS BOOLEAN)", outcomes.selected or "CAST(NULL AS BOOLEAN)"]
    counted = table.groups(columns, MOST_CELLS + 1)
    if len(counted) > MOST_CELLS:
        raise Unreadable([Problem("too many groups", found=f"more than {MOST_CELLS} combinations of values")])
    cells = [
        WeightedCell(
            tuple(None if value is None else str(value) for value in row[:-3]),
            None if row[-3] is None else bool(row[-3]),
            None if row[-2] is None else bool(row[-2]),
            int(str(row[-1])),
        )
        for row in counted
    ]
    return tuple(sorted(cells, key=repr))
