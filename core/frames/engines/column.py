"""What a column holds, the same figures from every engine.

column_sums(source, column) -> ColumnSums
bin_sums(source, column, edges) / log_bin_sums(source, column, *, per_octave=16) -> BinSum, …
category_counts(source, column) -> CategoryCount, …
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

from core.errors import Problem, Unreadable
from core.frames.counting import as_text
from core.frames.engines.evidence import free_name
from core.frames.engines.exact import by_bin, octave_edges, rounded, scale_of, total
from core.frames.engines.opening import Source, opened
from core.frames.engines.protocol import Counts, Edges, Octaves, Part
from core.frames.engines.results import BinSum, CategoryCount, ColumnSums

MOST_EDGES = 512
MOST_PER_OCTAVE = 4096
MOST_CATEGORIES = 100_000
NOT_NUMBERS = "The values are not numbers throughout"
NO_NUMBERS = "There is no finite number"
TOO_LARGE = "A sum is beyond the largest number a computer holds"


def column_sums(source: Source, column: str) -> ColumnSums:
    """Rows, missing and different values of a column and, if it holds numbers, their range, sum, mean and spread.

    Text that is a number throughout counts as numbers. The sum is exact before it is rounded, so it is the same in
    every engine and in every order of rows. Raises Unreadable where the column is absent.
    """
    with opened(source) as engine:
        counts, distinct = engine.counts(column), engine.distinct(column)
        if counts.numbers != counts.rows - counts.missing or counts.low is None or counts.high is None:
            return _without_numbers(column, counts, distinct)
        n = counts.numbers - counts.infinite
        exact = total(engine.parts(column, None))
        mean, scale = float(exact / n), scale_of(counts.low, counts.high)
        squares = _scaled(engine.squares(column, centre=mean / scale, scale=scale), scale)
    return ColumnSums(
        column,
        counts.rows,
        counts.missing,
        distinct,
        n,
        counts.infinite,
        counts.low,
        counts.high,
        rounded(exact),
        mean,
        squares,
        reason=TOO_LARGE if squares is None or rounded(exact) is None else "",
    )


def bin_sums(source: Source, column: str, edges: Sequence[float]) -> tuple[BinSum, ...]:
    """How many finite numbers lie between these edges and their sums, empty bins included.

    The first bin is open below, the last above; a number on an edge is in the bin above it. Raises Unreadable where the
    column is absent or holds no numbers, ValueError unless there are 1 to 512 finite edges that rise.
    """
    values = tuple(float(edge) for edge in edges)
    rising = all(low < high for low, high in pairwise(values))
    if not 1 <= len(values) <= MOST_EDGES or not rising or not all(map(isfinite, values)):
        raise ValueError(f"There must be 1 to {MOST_EDGES} finite edges, each above the one before")
    with opened(source) as engine:
        found = by_bin(engine.parts(column, Edges(values)))
    bounds = enumerate(zip((None, *values), (*values, None), strict=True))
    return tuple(_bin_sum(low, high, found.get(at, [])) for at, (low, high) in bounds)


def log_bin_sums(source: Source, column: str, *, per_octave: int = 16) -> tuple[BinSum, ...]:
    """How many finite numbers have about this size, and their sums: the bins that are not empty, lowest first.

    Each doubling of size is cut in `per_octave` equal pieces, so a bin is at most 1/per_octave of its numbers wide;
    zero is a bin of its own, and below 2.2e-308 bins are as wide as there. The bound nearer to zero is in its bin, the
    other is not. Any two columns have the same bins, whatever they hold, so that counts can be compared. `per_octave`
    is a power of two up to 4,096; ValueError otherwise. Raises Unreadable where the column is absent or no numbers.
    """
    if not 1 <= per_octave <= MOST_PER_OCTAVE or per_octave & (per_octave - 1):
        raise ValueError(f"Pieces per octave must be a power of two from 1 to {MOST_PER_OCTAVE}")
    with opened(source) as engine:
        found = by_bin(engine.parts(column, Octaves(per_octave)))
    return tuple(_bin_sum(*octave_edges(code, per_octave), parts) for code, parts in found.items())


def category_counts(source: Source, column: str) -> tuple[CategoryCount, ...]:
    """How many rows have each value of a column, missing first, then in the order of their text.

    Values are compared as exact text; NULL, NaN and blank text are missing. Raises Unreadable where the column is
    absent or has more than 100,000 values.
    """
    counts: Counter[str | None] = Counter()
    with opened(source) as engine:
        for batch in engine.counted([column], name=free_name([column]), most=MOST_CATEGORIES + 1):
            values, numbers = (batch.column(at).to_pylist() for at in (0, 1))
            for value, n in zip(values, numbers, strict=True):
                counts[as_text(value)] += n
    if len(counts) > MOST_CATEGORIES:
        expected = f"at most {MOST_CATEGORIES}"
        raise Unreadable([Problem("too many categories", column=column, expected=expected)])
    return tuple(
        CategoryCount(value, counts[value]) for value in sorted(counts, key=lambda text: (text is not None, text or ""))
    )


def _without_numbers(column: str, counts: Counts, distinct: int) -> ColumnSums:
    throughout = counts.numbers == counts.rows - counts.missing
    reason = NO_NUMBERS if throughout else NOT_NUMBERS
    infinite = counts.infinite if throughout else 0
    return ColumnSums(column, counts.rows, counts.missing, distinct, infinite=infinite, reason=reason)


def _scaled(squares: float, scale: float) -> float | None:
    found = squares * scale * scale
    return found if isfinite(found) else None


def _bin_sum(low: float | None, high: float | None, parts: Sequence[Part]) -> BinSum:
    n, whole = sum(part.n for part in parts), rounded(total(parts))
    if not n:
        return BinSum(low, high, 0, 0.0)
    return BinSum(low, high, n, whole, min(part.minimum for part in parts), max(part.maximum for part in parts))
