"""Two files column by column: what each column is, how far it moved, and the whole data set concluded from that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.drift.binned import bins, summary
from core.frames.drift.categories import counted
from core.frames.drift.columns import Side, sides
from core.frames.drift.numbers import all_whole, sorted_numbers
from core.frames.drift.pictures import of_bins, of_samples
from core.frames.profile import ColumnType
from core.frames.source import Table, open_table
from core.metrics.drift import DEFAULTS, THRESHOLDS, ColumnDrift, DriftResult, Kind, Method, concluded
from core.metrics.drift.measure import Measured, measure_bins, measure_counts, measure_numbers
from core.metrics.drift.numbers import SMALLEST_SPREAD
from core.metrics.significance import compare

MINIMUM_ROWS = 30
MOST_IN_MEMORY = 50_000_000  # rows of both files together; beyond it numbers are counted in bins in the engine
IDENTIFIER = "No value repeats, as in an identifier or free text"
OF_TIME = "Dates and times move on; they are not compared"
BINNABLE = (Method.WASSERSTEIN, Method.KOLMOGOROV_SMIRNOV)


@dataclass(frozen=True)
class Options:
    """How columns are compared; what is not named for a column has the default of its kind.

    `thresholds` are by column, `method_thresholds` by method. `in_engine` counts numbers in bins even where they would
    fit into memory: bounds instead of exact figures.
    """

    methods: Mapping[str, Method] = field(default_factory=dict)
    types: Mapping[str, Kind] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    method_thresholds: Mapping[Method, float] = field(default_factory=dict)
    minimum_rows: int = MINIMUM_ROWS
    share_threshold: float = 0.5
    null_rate_threshold: float = 0.05
    in_engine: bool = False


def drift(
    reference: Path | str,
    current: Path | str,
    *,
    columns: Sequence[str] | None = None,
    outputs: Sequence[str] = (),
    options: Options | None = None,
) -> DriftResult:
    """How far `current` lies from `reference`, for each column that both files have (or those named).

    Both are CSV or Parquet; one column is in memory at a time. `outputs` are prediction and score columns, judged by
    themselves as well. Numeric is what is a number throughout in both files, unless `options.types` says otherwise.
    Raises Unreadable where a named column is absent, or a method does not compare columns of its kind.
    """
    wanted = options or Options()
    with open_table(reference) as table:
        beside = table.beside(current)
        shared = [name for name in table.columns if name in beside.columns]
        if columns is not None:
            table.keys(*columns)
            beside.keys(*columns)
            shared = list(dict.fromkeys(columns))
        _refuse_unknown(wanted, shared)
        pairs = list(zip(sides(table, shared).items(), sides(beside, shared).values(), strict=True))
        measured = [_column(name, one, other, wanted) for (name, one), other in pairs]
        rows = (table.count("true"), beside.count("true"))
        return concluded(
            measured,
            rows=rows,
            only_in_reference=_lacking(table, beside, columns),
            only_in_current=_lacking(beside, table, columns),
            outputs=outputs,
            share_threshold=wanted.share_threshold,
            null_rate_threshold=wanted.null_rate_threshold,
        )


def _lacking(table: Table, other: Table, named: Sequence[str] | None) -> tuple[str, ...]:
    return () if named is not None else tuple(name for name in table.columns if name not in other.columns)


def _refuse_unknown(options: Options, shared: Sequence[str]) -> None:
    known = ", ".join(shared[:20])
    problems = [
        Problem("no such column in both files", column=name, expected=known)
        for name in dict.fromkeys((*options.methods, *options.types, *options.thresholds))
        if name not in shared
    ]
    if problems:
        raise Unreadable(problems)


def _column(name: str, reference: Side, current: Side, options: Options) -> ColumnDrift:
    numeric = reference.type is ColumnType.NUMBER and current.type is ColumnType.NUMBER
    kind = options.types.get(name, Kind.NUMERIC if numeric else Kind.CATEGORICAL)
    method = options.methods.get(name, DEFAULTS[kind])
    if not method.compares(kind):
        raise Unreadable([Problem(f"{method} does not compare {kind} columns", column=name)])
    threshold = options.thresholds.get(name, options.method_thresholds.get(method, THRESHOLDS[method]))
    empty = ColumnDrift(name, kind, method, threshold, None, None, (0, 0), (0.0, 0.0))
    if kind is Kind.NUMERIC and not numeric:
        return replace(empty, unavailable=_not_numbers(reference, current))
    if ColumnType.TIME in (reference.type, current.type):
        return replace(_with_nulls(empty, *_categories(reference, current), options), unavailable=OF_TIME)
    compare_column = _numeric if kind is Kind.NUMERIC else _categorical
    return compare_column(empty, reference, current, options)


def _not_numbers(reference: Side, current: Side) -> str:
    if ColumnType.EMPTY in (reference.type, current.type):
        return "The column is empty in one of the files"
    return "Not every value is a number"


def _categories(reference: Side, current: Side) -> tuple[tuple[int, int], tuple[int, int]]:
    missing = tuple(side.table.count(side.missing) for side in (reference, current))
    return (missing[0], missing[1]), (reference.rows, current.rows)


def _numeric(empty: ColumnDrift, reference: Side, current: Side, options: Options) -> ColumnDrift:
    large = reference.rows + current.rows > MOST_IN_MEMORY
    if (options.in_engine or large) and empty.method in BINNABLE:
        return _in_engine(empty, reference, current, options)
    one, other = sorted_numbers(reference, current)
    column = replace(
        _with_nulls(empty, (one.missing, other.missing), (reference.rows, current.rows), options),
        n=(len(one.values), len(other.values)),
        infinite=(one.infinite, other.infinite),
        distribution=of_samples(one.values, other.values),
    )
    if reason := _too_few(column, options):
        return replace(column, unavailable=reason)
    whole = reference.whole and current.whole and all_whole(one.values) and all_whole(other.values)
    return _said(
        column, measure_numbers(column.method, one.values, other.values, threshold=column.threshold, whole=whole)
    )


def _in_engine(empty: ColumnDrift, reference: Side, current: Side, options: Options) -> ColumnDrift:
    """Counts and sums of bins instead of the numbers themselves: bounds, certain where they settle the question."""
    one, other = summary(reference), summary(current)
    column = replace(
        _with_nulls(empty, (one.missing, other.missing), (reference.rows, current.rows), options),
        n=(one.n, other.n),
        infinite=(one.infinite, other.infinite),
    )
    if reason := _too_few(column, options):
        return replace(column, unavailable=reason)
    found = bins(reference, current, (one, other))
    if found is None:
        return replace(column, unavailable="The values are too large to be counted in bins")
    spread_ = max(one.deviation, SMALLEST_SPREAD)
    measured = measure_bins(column.method, found, threshold=column.threshold, spread=spread_)
    return _said(replace(column, distribution=of_bins(found)), measured)


def _categorical(empty: ColumnDrift, reference: Side, current: Side, options: Options) -> ColumnDrift:
    found = counted(reference, current)
    column = replace(
        _with_nulls(empty, found.missing, (reference.rows, current.rows), options),
        n=(int(found.reference.sum()), int(found.current.sum())),
        distribution=() if found.all_differ else found.shown,
    )
    if found.all_differ and max(column.n) > 1:
        return replace(column, unavailable=IDENTIFIER)
    if reason := _too_few(column, options):
        return replace(column, unavailable=reason)
    return _said(column, measure_counts(column.method, found.reference, found.current, threshold=column.threshold))


def _with_nulls(column: ColumnDrift, missing: tuple[int, int], rows: tuple[int, int], options: Options) -> ColumnDrift:
    """The shares of missing values; whether chance explains their change is asked only beyond the limit."""
    if not all(rows):
        return column
    rates = (missing[0] / rows[0], missing[1] / rows[1])
    moved = abs(rates[1] - rates[0]) > options.null_rate_threshold
    p_value = compare(missing[1], rows[1], missing[0], rows[0]).p_value if moved else None
    return replace(column, null_rate=rates, null_rate_p_value=p_value)


def _too_few(column: ColumnDrift, options: Options) -> str:
    if not min(column.n):
        side = "reference" if not column.n[0] else "current"
        return f"The column has no value in the {side} data"
    if min(column.n) < options.minimum_rows:
        return f"{min(column.n)} values, fewer than the {options.minimum_rows} that a comparison needs"
    return ""


def _said(column: ColumnDrift, found: Measured) -> ColumnDrift:
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
