"""Categories of one column, counted in both files by one group-by each."""

from dataclasses import dataclass

import numpy as np

from core.frames.drift.columns import FLOATS, Side
from core.frames.profile import ColumnType
from core.metrics.drift.result import Slice
from core.metrics.drift.shares import Counts

MOST_SHOWN = 15
LONGEST_LABEL = 80
JOINED = "categories"


@dataclass(frozen=True)
class Categories:
    """How many rows of either file each category has, the missing values apart, and the most frequent ones.

    The counts stand in no order of the categories but in their own, so that a figure does not depend on the names.
    """

    reference: Counts
    current: Counts
    missing: tuple[int, int]
    shown: tuple[Slice, ...]

    @property
    def all_differ(self) -> bool:
        """Whether no value repeats in either file, as in an identifier or free text."""
        return bool((self.reference <= 1).all() and (self.current <= 1).all())


def counted(reference: Side, current: Side) -> Categories:
    """Both sides of a column by category: numbers alike however they are stored, text exactly as written."""
    connection = reference.table.connection
    parts = [
        f"(SELECT {_category(side, other)} AS k, count(*) AS n FROM {side.table.view} WHERE NOT {side.missing} "  # noqa: S608
        "GROUP BY 1)"
        for side, other in ((reference, current), (current, reference))
    ]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {JOINED} AS SELECT k, coalesce(one.n, 0) AS r, coalesce(two.n, 0) AS c "  # noqa: S608  # ours
        f"FROM {parts[0]} AS one FULL JOIN {parts[1]} AS two USING (k)"
    )
    query = f"SELECT r, c, count(*) AS times FROM {JOINED} GROUP BY 1, 2 ORDER BY 1, 2"  # noqa: S608
    found = connection.execute(query).fetchnumpy()
    times = np.asarray(found["times"], dtype=np.int64)
    counts = [np.repeat(np.asarray(found[name], dtype=np.int64), times) for name in ("r", "c")]
    return Categories(
        counts[0],
        counts[1],
        (reference.rows - int(counts[0].sum()), current.rows - int(counts[1].sum())),
        _most_frequent(reference, counts[0], counts[1]),
    )


def _category(side: Side, other: Side) -> str:
    """The engine's expression of a category as text."""
    text = f"CAST({side.key} AS VARCHAR)"
    if ColumnType.BOOLEAN in (side.type, other.type):
        return f"lower({text})"
    stored_alike = side.is_text and other.is_text
    if side.storage.startswith(FLOATS) or (side.is_text and side.type is ColumnType.NUMBER and not stored_alike):
        return _written(side.number)
    return text


def _written(value: str) -> str:
    """A number as text, a whole one without a decimal point."""
    whole = f"isfinite({value}) AND {value} = trunc({value}) AND abs({value}) < 1e15"
    return f"(CASE WHEN {whole} THEN CAST(CAST({value} AS HUGEINT) AS VARCHAR) ELSE CAST({value} AS VARCHAR) END)"


def _most_frequent(side: Side, reference: Counts, current: Counts) -> tuple[Slice, ...]:
    query = f"SELECT k, r, c FROM {JOINED} ORDER BY r + c DESC, k LIMIT {MOST_SHOWN}"  # noqa: S608
    rows = side.table.connection.execute(query).fetchall()
    shown = tuple(Slice(_short(str(label)), int(first), int(second)) for label, first, second in rows)
    if len(reference) <= MOST_SHOWN:
        return shown
    rest = [int(all_.sum()) - kept for all_, kept in (
        (reference, sum(one.reference for one in shown)), (current, sum(one.current for one in shown))
    )]  # fmt: skip
    return (*shown, Slice("other", rest[0], rest[1]))


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
