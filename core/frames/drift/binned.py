"""Numbers counted in the engine in at most 8,192 bins, for rows that exceed memory."""

from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np

from core.frames.drift.columns import Side
from core.metrics.drift.bounds import Bins
from core.metrics.drift.numbers import FEW_VALUES, Sample, sturges
from core.metrics.drift.shares import Counts

MOST = 4_095  # bins on either side of the centre, which has one of its own
PER_OCTAVE = 128  # a bin is 0.5 % wide, measured from the centre
FIXED_POINT = 2**60  # numbers are summed as whole ones


@dataclass(frozen=True)
class Summary:
    """Finite numbers of one side at a glance.

    `whole` says that there are whole numbers only, and that they are not stored as fractions.
    """

    n: int
    missing: int
    infinite: int
    low: float
    high: float
    whole: bool

    @property
    def constant(self) -> bool:
        """Whether it has one value only."""
        return self.low == self.high


@dataclass(frozen=True)
class Moments:
    """The mean and the population standard deviation of the finite numbers of one side."""

    mean: float
    deviation: float


def summary(side: Side) -> Summary:
    """One pass over the column; zeros where it has no finite number."""
    x, finite = side.number, f"isfinite({side.number})"
    query = (
        f"count(*) FILTER ({finite}), count(*) FILTER (isinf({x})), min({x}) FILTER ({finite}), "
        f"max({x}) FILTER ({finite}), bool_and({x} = floor({x})) FILTER ({finite})"
    )
    n, infinite, low, high, whole = side.table.connection.view(side.table.view).aggregate(query).fetchall()[0]
    missing = side.rows - n - infinite
    return Summary(n, missing, infinite, float(low or 0.0), float(high or 0.0), side.whole and bool(whole))


def moments(side: Side, of: Summary) -> Moments | None:
    """Two passes, summed as whole numbers so that no order of rows changes a bit; None where numbers are too large."""
    scale = max(abs(of.low), abs(of.high)) or 1.0
    mean = scale * (_fixed_point_sum(side, "x / CAST(? AS DOUBLE)", [scale]) / (of.n * FIXED_POINT))
    reach = max(of.high - mean, mean - of.low)
    if not isfinite(reach):
        return None
    away = "((x - CAST(? AS DOUBLE)) / CAST(? AS DOUBLE))"
    arguments = [mean, reach or 1.0]
    squares = _fixed_point_sum(side, f"{away} * {away}", arguments * 2) / (of.n * FIXED_POINT)
    return Moments(mean, reach * sqrt(squares))


def _fixed_point_sum(side: Side, expression: str, arguments: list[float]) -> int:
    query = (
        f"SELECT coalesce(sum(CAST(({expression}) * {float(FIXED_POINT)!r} AS HUGEINT)), 0) "  # noqa: S608
        f"FROM (SELECT {side.number} AS x FROM {side.table.view}) WHERE isfinite(x)"
    )
    return int(side.table.connection.execute(query, arguments).fetchall()[0][0])


def bins(reference: Side, current: Side, summaries: tuple[Summary, Summary], centre: float) -> Bins | None:
    """Both sides in bins whose width grows with the distance from the centre, 128 to each doubling.

    About the reference's mean a bin is narrow beside the standard deviation wherever most rows lie. None where the
    numbers are too large.
    """
    scale = max(abs(edge - centre) for one in summaries for edge in (one.low, one.high))
    if not isfinite(scale):
        return None
    counted = [_counted(side, centre, scale or 1.0) for side in (reference, current)]
    keys = np.union1d(counted[0]["key"], counted[1]["key"])
    first, second = (_placed(found, keys) for found in counted)
    return _apart(
        Bins(
            low=np.minimum(first["low"], second["low"]),
            high=np.maximum(first["high"], second["high"]),
            reference=first["n"].astype(np.int64),
            current=second["n"].astype(np.int64),
            reference_sums=first["total"],
            current_sums=second["total"],
        )
    )


def cut(reference: Side, current: Side, summaries: tuple[Summary, Summary]) -> tuple[Counts, Counts] | None:
    """Exact counts in the bins of `core.metrics.drift.numbers.binned`: by value, or in equal bins; None if uncut."""
    values = f"SELECT DISTINCT {reference.number} AS x FROM {reference.table.view} WHERE isfinite({reference.number})"  # noqa: S608
    few = reference.table.connection.execute(f"{values} LIMIT {FEW_VALUES + 1}").fetchall()
    if len(few) <= FEW_VALUES:
        return _by_value(reference, current)
    one, other = summaries
    low, high = min(one.low, other.low), max(one.high, other.high)
    edges = sturges(low, high, one.n + other.n, whole=one.whole and other.whole)
    return None if edges is None else (_between(reference, edges), _between(current, edges))


def _by_value(reference: Side, current: Side) -> tuple[Counts, Counts]:
    one, two = (
        f"(SELECT {side.number} AS x, count(*) AS n FROM {side.table.view} WHERE isfinite({side.number}) GROUP BY 1)"  # noqa: S608
        for side in (reference, current)
    )
    query = (
        f"SELECT coalesce(one.n, 0) AS r, coalesce(two.n, 0) AS c FROM {one} AS one FULL JOIN {two} AS two USING (x) "  # noqa: S608
        "ORDER BY r, c"
    )
    found = reference.table.connection.execute(query).fetchnumpy()
    return np.asarray(found["r"], dtype=np.int64), np.asarray(found["c"], dtype=np.int64)


def _between(side: Side, edges: Sample) -> Counts:
    below = ", ".join(f"count(*) FILTER (x < CAST(? AS DOUBLE)) AS e{at}" for at in range(len(edges) - 1))
    query = f"SELECT {below}, count(*) AS e FROM (SELECT {side.number} AS x FROM {side.table.view}) WHERE isfinite(x)"  # noqa: S608
    row = side.table.connection.execute(query, [float(edge) for edge in edges[:-1]]).fetchall()[0]
    counts: Counts = np.diff(np.asarray(row, dtype=np.int64)).astype(np.int64)
    return counts


def _counted(side: Side, centre: float, scale: float) -> dict[str, Sample]:
    away = "((x - CAST(? AS DOUBLE)) / CAST(? AS DOUBLE))"
    octaves = f"CAST(floor(log2(abs(y)) * {PER_OCTAVE}) AS BIGINT)"
    key = f"(CASE WHEN y = 0 THEN 0 ELSE sign(y) * greatest(1, {MOST} + {octaves}) END)"
    query = (
        f"SELECT {key} AS key, count(*) AS n, min(x) AS low, max(x) AS high, "  # noqa: S608
        f"sum(CAST(y * {float(FIXED_POINT)!r} AS HUGEINT)) AS total "
        f"FROM (SELECT x, {away} AS y FROM (SELECT {side.number} AS x FROM {side.table.view}) WHERE isfinite(x)) "
        "GROUP BY 1 ORDER BY 1"
    )
    rows = side.table.connection.execute(query, [centre, scale]).fetchall()
    key_, n, low, high, total = (list(values) for values in zip(*rows, strict=True))
    sums = [centre * count + scale * (sum_ / FIXED_POINT) for count, sum_ in zip(n, total, strict=True)]
    named = {"key": key_, "n": n, "low": low, "high": high, "total": sums}
    return {name: np.asarray(values, dtype=np.float64) for name, values in named.items()}


def _placed(
    found: dict[str, Sample],
    keys: Sample,
) -> dict[str, Sample]:
    """One side's bins at their places among all bins; a bin in which this side has no row is empty."""
    places = np.searchsorted(keys, found["key"])
    empty = {"n": 0.0, "low": np.inf, "high": -np.inf, "total": 0.0}
    placed = {name: np.full(len(keys), value) for name, value in empty.items()}
    for name, values in placed.items():
        values[places] = found[name]
    return placed


def _apart(found: Bins) -> Bins:
    """Neighbours whose ranges cross, by the rounding of a logarithm, become one bin."""
    starts = np.append(True, found.low[1:] > np.maximum.accumulate(found.high)[:-1])
    if starts.all():
        return found
    first = np.flatnonzero(starts)
    return Bins(
        low=np.minimum.reduceat(found.low, first),
        high=np.maximum.reduceat(found.high, first),
        reference=np.add.reduceat(found.reference, first),
        current=np.add.reduceat(found.current, first),
        reference_sums=np.add.reduceat(found.reference_sums, first),
        current_sums=np.add.reduceat(found.current_sums, first),
    )
