"""Numbers counted in the engine in at most 8,192 bins, for rows that exceed memory."""

from dataclasses import dataclass
from math import floor, frexp, isfinite, ldexp

import numpy as np

from core.frames.drift.columns import Side
from core.metrics.drift.bounds import Bins
from core.metrics.drift.numbers import FEW_VALUES, Sample, sturges
from core.metrics.drift.shares import Counts

MOST = 4_095  # bins on either side of the centre, which has one of its own
PER_OCTAVE = 128  # a bin is 0.5 % wide, measured from the centre
CENTRE_BITS = 10


@dataclass(frozen=True)
class Summary:
    """Finite numbers of one side at a glance; `deviation` is the population standard deviation.

    `whole` says that there are whole numbers only, and that they are not stored as fractions.
    """

    n: int
    missing: int
    infinite: int
    low: float
    high: float
    mean: float
    deviation: float
    whole: bool

    @property
    def constant(self) -> bool:
        """Whether it has one value only."""
        return self.low == self.high


def summary(side: Side) -> Summary:
    """One pass over the column; zeros where it has no finite number."""
    x, finite = side.number, f"isfinite({side.number})"
    query = (
        f"count(*) FILTER ({finite}), count(*) FILTER (isinf({x})), min({x}) FILTER ({finite}), "
        f"max({x}) FILTER ({finite}), bool_and({x} = floor({x})) FILTER ({finite}), "
        f"avg({x}) FILTER ({finite}), stddev_pop({x}) FILTER ({finite})"
    )
    # One thread adds in one order: the same bits each time.
    side.table.connection.execute("SET threads = 1")
    found = side.table.connection.view(side.table.view).aggregate(query).fetchall()[0]
    side.table.connection.execute("RESET threads")
    n, infinite, low, high, whole, mean, deviation = found
    missing = side.rows - n - infinite - side.not_numbers
    low, high, mean, deviation = (float(value or 0.0) for value in (low, high, mean, deviation))
    return Summary(n, missing, infinite, low, high, mean, deviation, side.whole and bool(whole))


def bins(reference: Side, current: Side, summaries: tuple[Summary, Summary]) -> Bins | None:
    """Both sides in bins whose width grows with the distance from the reference's mean, 128 to each doubling.

    So a bin is narrow beside the standard deviation wherever most rows lie. None where the numbers are too large.
    """
    centre = _centre(summaries[0])
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


def _centre(one: Summary) -> float:
    """The reference's mean, rounded to a 1,024th of the deviation so that its last bits decide no bin."""
    if not (isfinite(one.mean) and isfinite(one.deviation)) or not one.deviation:
        return one.low
    unit = ldexp(1.0, frexp(one.deviation)[1] - CENTRE_BITS)
    rounded = floor(one.mean / unit) * unit
    return rounded if isfinite(rounded) else 0.0


def _counted(side: Side, centre: float, scale: float) -> dict[str, Sample]:
    away = "(x - CAST(? AS DOUBLE))"
    octaves = f"CAST(floor(log2(abs({away}) / CAST(? AS DOUBLE)) * {PER_OCTAVE}) AS BIGINT)"
    key = f"(CASE WHEN {away} = 0 THEN 0 ELSE sign({away}) * greatest(1, {MOST} + {octaves}) END)"
    query = (
        f"SELECT {key} AS key, count(*) AS n, min(x) AS low, max(x) AS high, fsum(x) AS total "  # noqa: S608
        f"FROM (SELECT {side.number} AS x FROM {side.table.view}) WHERE isfinite(x) GROUP BY 1 ORDER BY 1"
    )
    side.table.connection.execute("SET threads = 1")
    found = side.table.connection.execute(query, [centre, centre, centre, scale]).fetchnumpy()
    side.table.connection.execute("RESET threads")
    return {name: np.asarray(values, dtype=np.float64) for name, values in found.items()}


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
