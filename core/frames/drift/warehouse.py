"""Drift of tables that stay where they are: in Polars, Spark or a warehouse, only counts and sums leave the engine."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, log2

import numpy as np

from core.errors import Problem, Unreadable
from core.frames.drift.assessing import IDENTIFIER
from core.frames.drift.deciding import Options, refuse_unknown
from core.frames.drift.filling import said, too_few, with_nulls
from core.frames.drift.pictures import of_bins
from core.frames.engines import Source, bin_sums, category_counts, column_sums, log_bin_sums, opened
from core.frames.engines.results import BinSum, ColumnSums
from core.metrics.drift import DEFAULTS, THRESHOLDS, ColumnDrift, DriftResult, Kind, Method, concluded
from core.metrics.drift.bounds import Bins
from core.metrics.drift.measure import CONSTANT, TOO_LARGE, counts_measured, measure_bins, measure_counts
from core.metrics.drift.numbers import FEW_VALUES, SMALLEST_SPREAD, sturges
from core.metrics.drift.shares import Counts

Place = tuple[float, float]
FINEST, COARSEST = 4_096, 128  # bins to each doubling of size
IN_A_DEVIATION = 200  # bins wanted to a standard deviation
NOT_NUMBERS = "Not every value is a number in both tables"


def drift_in_place(
    reference: Source,
    current: Source,
    *,
    columns: Sequence[str] | None = None,
    outputs: Sequence[str] = (),
    options: Options | None = None,
) -> DriftResult:
    """As `core.frames.drift.drift`, for a table of any engine; both tables may be in different ones.

    Wasserstein and Kolmogorov–Smirnov come with bounds and are judged where these settle the question; counts of
    categories and of bins are exact. Bins of PSI and Jensen–Shannon are not widened for whole numbers here.
    """
    wanted = options or Options()
    names = []
    for source in (reference, current):
        with opened(source) as engine:
            names.append(engine.columns)
    refuse_unknown(wanted, outputs, *names)
    shared = [name for name in names[0] if name in names[1]] if columns is None else list(dict.fromkeys(columns))
    found = [_column(name, reference, current, wanted) for name in shared]
    rows = [column_sums(source, names[at][0]).rows for at, source in enumerate((reference, current))]
    if not all(rows):
        raise Unreadable([Problem("a table has no rows")])
    return concluded(
        found,
        rows=(rows[0], rows[1]),
        only_in_reference=[] if columns is not None else [name for name in names[0] if name not in names[1]],
        only_in_current=[] if columns is not None else [name for name in names[1] if name not in names[0]],
        outputs=outputs,
        share_threshold=wanted.share_threshold,
        null_rate_threshold=wanted.null_rate_threshold,
    )


def _column(name: str, reference: Source, current: Source, options: Options) -> ColumnDrift:
    sums = column_sums(reference, name), column_sums(current, name)
    named = options.methods.get(name)
    default = Kind.NUMERIC if _numeric(sums[0]) and named is not Method.CHI_SQUARE else Kind.CATEGORICAL
    kind = options.types.get(name, default)
    method = named or DEFAULTS[kind]
    if not method.compares(kind):
        raise Unreadable([Problem(f"{method} does not compare {kind} columns", column=name)])
    threshold = options.thresholds.get(name, options.method_thresholds.get(method, THRESHOLDS[method]))
    column = ColumnDrift(name, kind, method, threshold, None, None, (0, 0), (0.0, 0.0))
    rows, missing = (sums[0].rows, sums[1].rows), (sums[0].missing, sums[1].missing)
    if not all(rows):
        raise Unreadable([Problem("a table has no rows")])
    if kind is Kind.CATEGORICAL:
        return _categorical(with_nulls(column, missing, rows, options), reference, current, options)
    infinite = (sums[0].infinite, sums[1].infinite)
    column = replace(with_nulls(column, missing, rows, options, infinite=infinite), n=(sums[0].n, sums[1].n))
    if not all(_numeric(side) or side.missing == side.rows for side in sums):
        return replace(column, unavailable=NOT_NUMBERS)
    if reason := too_few(column, options):
        return replace(column, unavailable=reason)
    return _numbers(column, (reference, current), sums)


def _numeric(sums: ColumnSums) -> bool:
    return sums.n + sums.infinite == sums.rows - sums.missing and sums.rows > sums.missing


def _categorical(column: ColumnDrift, reference: Source, current: Source, options: Options) -> ColumnDrift:
    counts = _by_text(column.column, reference, current)
    column = replace(column, n=(int(counts[0].sum()), int(counts[1].sum())))
    if max(column.n) > 1 and all(bool((side <= 1).all()) for side in counts):
        return replace(column, unavailable=IDENTIFIER)
    if reason := too_few(column, options):
        return replace(column, unavailable=reason)
    return said(column, measure_counts(column.method, *counts, threshold=column.threshold))


def _by_text(name: str, *sources: Source) -> tuple[Counts, Counts]:
    """Counts of both tables by category, in their own order and not that of the categories."""
    found = [{one.value: one.n for one in category_counts(source, name) if one.value is not None} for source in sources]
    return _pairs([(found[0].get(value, 0), found[1].get(value, 0)) for value in found[0] | found[1]])


def _pairs(pairs: Sequence[tuple[int, int]]) -> tuple[Counts, Counts]:
    ordered = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return ordered[:, 0], ordered[:, 1]


def _numbers(column: ColumnDrift, sources: tuple[Source, Source], sums: tuple[ColumnSums, ColumnSums]) -> ColumnDrift:
    variance = sums[0].variance
    if variance is None or sums[0].mean is None:
        return replace(column, unavailable=TOO_LARGE)
    if column.method in (Method.PSI, Method.JENSEN_SHANNON):
        return said(
            column, counts_measured(column.method, _cut(column.column, sources, sums), threshold=column.threshold)
        )
    ranges = [(side.minimum, side.maximum) for side in sums]
    if column.method is Method.WASSERSTEIN and ranges[0][0] == ranges[0][1] and ranges[0] != ranges[1]:
        return replace(column, unavailable=CONSTANT)
    deviation = variance**0.5
    bins = _bins(column.column, sources, _pieces(sums[0].mean, deviation))
    if bins is None:
        return replace(column, unavailable=TOO_LARGE)
    found = measure_bins(column.method, bins, threshold=column.threshold, spread=max(deviation, SMALLEST_SPREAD))
    return said(replace(column, distribution=of_bins(bins)), found)


def _pieces(mean: float, deviation: float) -> int:
    """Bins to a doubling of size: as many as put enough of them into a standard deviation about the mean."""
    wanted = IN_A_DEVIATION * abs(mean) / deviation if deviation else FINEST
    return max(COARSEST, 1 << ceil(log2(min(FINEST, max(1.0, wanted)))))


def _bins(name: str, sources: tuple[Source, Source], pieces: int) -> Bins | None:
    sides = [{_place(one): one for one in log_bin_sums(source, name, per_octave=pieces)} for source in sources]
    places = sorted(sides[0].keys() | sides[1].keys())
    if any(one.total is None for side in sides for one in side.values()):
        return None
    first, second = ([side.get(place) for place in places] for side in sides)
    return Bins(
        low=np.array([min(_ends(pair)) for pair in zip(first, second, strict=True)]),
        high=np.array([max(_ends(pair)) for pair in zip(first, second, strict=True)]),
        reference=np.array([one.n if one else 0 for one in first], dtype=np.int64),
        current=np.array([one.n if one else 0 for one in second], dtype=np.int64),
        reference_sums=np.array([(one.total or 0.0) if one else 0.0 for one in first]),
        current_sums=np.array([(one.total or 0.0) if one else 0.0 for one in second]),
    )


def _place(one: BinSum) -> Place:
    return (-np.inf if one.low is None else one.low, np.inf if one.high is None else one.high)


def _ends(pair: tuple[BinSum | None, BinSum | None]) -> list[float]:
    ends = (end for one in pair if one for end in (one.minimum, one.maximum))
    return [end for end in ends if end is not None]


def _cut(
    name: str, sources: tuple[Source, Source], sums: tuple[ColumnSums, ColumnSums]
) -> tuple[Counts, Counts] | None:
    """Exact counts in the bins of `core.metrics.drift.numbers.binned`."""
    if sums[0].distinct <= FEW_VALUES:
        return _by_number(name, *sources)
    low = min(side.minimum or 0.0 for side in sums)
    high = max(side.maximum or 0.0 for side in sums)
    edges = sturges(low, high, sums[0].n + sums[1].n, whole=False)
    if edges is None:
        return None
    first, second = (_counted(bin_sums(source, name, list(edges))) for source in sources)
    return first, second


def _counted(found: Sequence[BinSum]) -> Counts:
    """The bins between the edges, the largest number in the last of them."""
    counts = np.array([one.n for one in found[1:-1]], dtype=np.int64)
    counts[-1] += found[-1].n
    return counts


def _by_number(name: str, *sources: Source) -> tuple[Counts, Counts]:
    found: list[dict[float, int]] = []
    for source in sources:
        counts: dict[float, int] = {}
        for one in category_counts(source, name):
            value = np.nan if one.value is None else float(one.value)
            if np.isfinite(value):
                counts[value] = counts.get(value, 0) + one.n
        found.append(counts)
    return _pairs([(found[0].get(value, 0), found[1].get(value, 0)) for value in found[0] | found[1]])
