"""What is filled in on a column whichever way it was read: gaps, too few rows, and what was measured."""

from dataclasses import replace

from core.frames.drift.deciding import Options
from core.metrics.drift import ColumnDrift
from core.metrics.drift.measure import Measured
from core.metrics.significance import compare

Pair = tuple[int, int]


def with_nulls(
    column: ColumnDrift, missing: Pair, rows: Pair, options: Options, *, infinite: Pair = (0, 0)
) -> ColumnDrift:
    """The shares of missing and of unusable values; whether chance explains their change is asked beyond the limit."""
    unusable = (missing[0] + infinite[0], missing[1] + infinite[1])
    changes = {abs(lost[1] / rows[1] - lost[0] / rows[0]): lost for lost in (unusable, missing)}
    most = max(changes)
    lost = changes[most]
    moved = most > options.null_rate_threshold
    return replace(
        column,
        null_rate=(missing[0] / rows[0], missing[1] / rows[1]),
        unusable_rate=(unusable[0] / rows[0], unusable[1] / rows[1]),
        null_rate_p_value=compare(lost[1], rows[1], lost[0], rows[0]).p_value if moved else None,
        infinite=infinite,
    )


def too_few(column: ColumnDrift, options: Options) -> str:
    """Why so few values are not compared; empty where there are enough."""
    if not min(column.n):
        side = "reference" if not column.n[0] else "current"
        return f"The column has no value in the {side} data"
    if min(column.n) < options.minimum_rows:
        return f"{min(column.n)} values, fewer than the {options.minimum_rows} that a comparison needs"
    return ""


def said(column: ColumnDrift, found: Measured) -> ColumnDrift:
    """The column with what was measured."""
    return replace(
        column,
        score=found.score,
        drifted=found.drifted,
        p_value=found.p_value,
        statistic=found.statistic,
        chance=found.chance,
        bounds=found.bounds,
        unavailable=found.reason,
        note=found.note,
    )
