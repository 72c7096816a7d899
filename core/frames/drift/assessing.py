"""Two files column by column: what each column is, how far it moved, and the whole data set concluded from that."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.drift.binned import bins, cut, moments, summary
from core.frames.drift.categories import counted
from core.frames.drift.columns import Side, sides
from core.frames.drift.deciding import Options, comparison, refuse_unknown
from core.frames.drift.filling import said, too_few, with_nulls
from core.frames.drift.numbers import all_whole, sorted_numbers
from core.frames.drift.pictures import of_bins, of_samples
from core.frames.source import Table, open_table
from core.metrics.drift import ColumnDrift, DriftResult, Kind, Method, concluded
from core.metrics.drift.measure import (
    CONSTANT,
    TOO_LARGE,
    counts_measured,
    measure_bins,
    measure_counts,
    measure_numbers,
)
from core.metrics.drift.numbers import EXACT_ROWS, SMALLEST_SPREAD

MOST_IN_MEMORY = 50_000_000  # rows of both files together; beyond it numbers are counted in bins in the engine
IDENTIFIER = "No value repeats, as in an identifier or free text"


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
    themselves as well. Numeric is what is a number throughout in the reference, unless `options` says otherwise.
    Raises Unreadable where a named column is absent, a file has no rows, or a method does not compare such columns.
    """
    wanted = options or Options()
    with open_table(reference) as table:
        beside = table.beside(current)
        refuse_unknown(wanted, outputs, table.columns, beside.columns)
        shared = _shared(table, beside, columns)
        pairs = list(zip(sides(table, shared).items(), sides(beside, shared).values(), strict=True))
        rows = (table.count("true"), beside.count("true"))
        if not all(rows):
            raise Unreadable([Problem("the reference has no rows" if not rows[0] else "the current data has no rows")])
        return concluded(
            [_column(name, one, other, wanted) for (name, one), other in pairs],
            rows=rows,
            only_in_reference=_lacking(table, beside, columns),
            only_in_current=_lacking(beside, table, columns),
            outputs=outputs,
            share_threshold=wanted.share_threshold,
            null_rate_threshold=wanted.null_rate_threshold,
        )


def _shared(table: Table, beside: Table, named: Sequence[str] | None) -> list[str]:
    if named is None:
        return [name for name in table.columns if name in beside.columns]
    table.keys(*named)
    beside.keys(*named)
    return list(dict.fromkeys(named))


def _lacking(table: Table, other: Table, named: Sequence[str] | None) -> tuple[str, ...]:
    return () if named is not None else tuple(name for name in table.columns if name not in other.columns)


def _column(name: str, reference: Side, current: Side, options: Options) -> ColumnDrift:
    how = comparison(name, reference, current, options)
    empty = ColumnDrift(name, how.kind, how.method, how.threshold, None, None, (0, 0), (0.0, 0.0))
    if how.reason:
        missing = (reference.table.count(reference.missing), current.table.count(current.missing))
        return replace(with_nulls(empty, missing, (reference.rows, current.rows), options), unavailable=how.reason)
    compare_column = _numeric if how.kind is Kind.NUMERIC else _categorical
    return compare_column(empty, reference, current, options)


def _numeric(empty: ColumnDrift, reference: Side, current: Side, options: Options) -> ColumnDrift:
    rows = (reference.rows, current.rows)
    if sum(rows) > MOST_IN_MEMORY or (options.in_engine and max(rows) > EXACT_ROWS):
        return _in_engine(empty, reference, current, options)
    one, other = sorted_numbers(reference, current)
    column = replace(
        with_nulls(empty, (one.missing, other.missing), rows, options, infinite=(one.infinite, other.infinite)),
        n=(len(one.values), len(other.values)),
        distribution=of_samples(one.values, other.values),
    )
    if reason := too_few(column, options):
        return replace(column, unavailable=reason)
    binned = column.method in (Method.PSI, Method.JENSEN_SHANNON) and reference.whole and current.whole
    whole = binned and all_whole(one.values) and all_whole(other.values)
    return said(
        column, measure_numbers(column.method, one.values, other.values, threshold=column.threshold, whole=whole)
    )


def _in_engine(empty: ColumnDrift, reference: Side, current: Side, options: Options) -> ColumnDrift:
    """Counts and sums of bins instead of the numbers themselves: bounds, certain where they settle the question."""
    one, other, rows = summary(reference), summary(current), (reference.rows, current.rows)
    column = replace(
        with_nulls(empty, (one.missing, other.missing), rows, options, infinite=(one.infinite, other.infinite)),
        n=(one.n, other.n),
    )
    if reason := too_few(column, options):
        return replace(column, unavailable=reason)
    about = moments(reference, one)
    found = bins(reference, current, (one, other), about.mean) if about else None
    if about is None or found is None:
        return replace(column, unavailable=TOO_LARGE)
    column = replace(column, distribution=of_bins(found))
    if column.method in (Method.PSI, Method.JENSEN_SHANNON):
        counts = cut(reference, current, (one, other))
        return said(column, counts_measured(column.method, counts, threshold=column.threshold))
    if column.method is Method.WASSERSTEIN and one.constant and (one.low, one.high) != (other.low, other.high):
        return replace(column, unavailable=CONSTANT)
    spread = max(about.deviation, SMALLEST_SPREAD)
    return said(column, measure_bins(column.method, found, threshold=column.threshold, spread=spread))


def _categorical(empty: ColumnDrift, reference: Side, current: Side, options: Options) -> ColumnDrift:
    found = counted(reference, current)
    column = replace(
        with_nulls(empty, found.missing, (reference.rows, current.rows), options),
        n=(int(found.reference.sum()), int(found.current.sum())),
        distribution=() if found.all_differ else found.shown,
    )
    if found.all_differ and max(column.n) > 1:
        return replace(column, unavailable=IDENTIFIER)
    if reason := too_few(column, options):
        return replace(column, unavailable=reason)
    return said(column, measure_counts(column.method, found.reference, found.current, threshold=column.threshold))
