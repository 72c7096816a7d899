"""A bias audit from counts: every table, its figures, and what a reader has to be warned of."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from core.metrics.bias_audit.counts import Axis, Counts, Output
from core.metrics.bias_audit.labels import ATTRIBUTES, Blank, Cell, persons, read_labels
from core.metrics.bias_audit.results import AxisTable, BiasAuditResult
from core.metrics.bias_audit.tables import LIMIT, Exclusion, axis_table, exclusion, impact_figure, unknown_figure
from core.metrics.bias_audit.tallies import assigned, margin_warnings, own_table, source, tallies


def audit(
    counts: Counts,
    *,
    exclude_below: float | None = None,
    because: str = "",
    unknown: Sequence[str] = (),
    normalise: bool = True,
    threshold: float | None = None,
) -> BiasAuditResult:
    """The tables of 6 RCNY 5-301(b) or (c) for each axis that was asked for, and for each classification.

    `unknown` lists words that mean that nobody knows the category; blanks always do. Such people are counted for each
    axis and left out of it: who gives a sex but no race/ethnicity stands in the sex table only. `exclude_below` leaves
    categories of a smaller share of the table's people out of the impact ratios, and needs `because`. With `normalise`
    spellings of EEO-1 categories are read as these and recorded. `threshold` is the organisation's own screen.

    Raises Refused for an exclusion that the rule does not allow.
    """
    excluded = exclusion(exclude_below, because)
    read = read_labels(counts, unknown, normalise=normalise)
    cells = assigned(read.cells) if counts.output is Output.CLASSIFICATION else read.cells
    groups = sorted({cell.classification for cell in cells}) if counts.classified else [""]
    by_group = {group: [cell for cell in cells if _in(cell, group)] for group in groups or [""]}
    tables = tuple(table for group in by_group for table in _tables(counts, by_group[group], group, excluded))
    return BiasAuditResult(
        output=counts.output,
        rows=_people(read.cells, counts),
        tables=tables,
        figures=(*map(impact_figure, tables), *map(unknown_figure, tables)),
        median=counts.median,
        normalised=read.normalised,
        exclude_below=exclude_below,
        because=because.strip(),
        threshold=threshold,
        warnings=tuple(dict.fromkeys((*read.warnings, *_warnings(counts, read.cells, by_group, tables)))),
    )


def _warnings(
    counts: Counts, cells: Sequence[Cell], by_group: Mapping[str, Sequence[Cell]], tables: Sequence[AxisTable]
) -> Iterable[str]:
    yield from _missing_axes(counts)
    yield from _blank_warnings(counts, cells)
    for group, members in by_group.items():
        yield from margin_warnings(members, group)
    yield from _small_references(tables)


def _in(cell: Cell, group: str) -> bool:
    return cell.classification == group


def _tables(counts: Counts, cells: Sequence[Cell], group: str, excluded: Exclusion | None) -> Iterable[AxisTable]:
    return (axis_table(axis, tallies(cells, axis), excluded, counts.output, group) for axis in counts.axes)


def _people(cells: Sequence[Cell], counts: Counts) -> int:
    """Everybody: rows are one table, while of supplied tables each counts the same people, so the largest does."""
    groups = sorted({cell.classification for cell in cells}) if counts.output is not Output.CLASSIFICATION else []
    if len(groups) > 1:
        return sum(_largest([cell for cell in cells if _in(cell, group)]) for group in groups) + _left_out(counts)
    return _largest(cells) + _left_out(counts)


def _left_out(counts: Counts) -> int:
    return 0 if counts.output is Output.CLASSIFICATION else counts.unclassified


def _largest(cells: Sequence[Cell]) -> int:
    crossed = sum(cell.n for cell in source(cells, Axis.INTERSECTIONAL))
    alone = [sum(cell.n for cell in own_table(cells, axis)) for axis in ATTRIBUTES]
    neither = sum(cell.n for cell in cells if _is_total(cell))
    return max(crossed, *alone) + neither


def _is_total(cell: Cell) -> bool:
    return cell.sex is Blank.MARGIN and cell.race_ethnicity is Blank.MARGIN


def _missing_axes(counts: Counts) -> Iterable[str]:
    absent = [axis.words for axis in Axis if axis not in counts.axes]
    if absent:
        yield f"Not computed: {', '.join(absent)}. 6 RCNY 5-301 asks for sex, race/ethnicity and their intersection"


def _blank_warnings(counts: Counts, cells: Sequence[Cell]) -> Iterable[str]:
    if counts.unclassified:
        where = "in no table" if counts.output is not Output.CLASSIFICATION else "counted as assigned to none"
        yield f"Without a classification, {where}: {persons(counts.unclassified)}"
    total = sum(cell.n for cell in cells if _is_total(cell))
    if total:
        yield f"In rows that give neither sex nor race/ethnicity, counted as unknown: {persons(total)}"


def _small_references(tables: Sequence[AxisTable]) -> Iterable[str]:
    for table in tables:
        row = table.row(table.reference) if table.reference else None
        if row and len(table.rows) > 1 and Fraction(row.n, table.people) < LIMIT:
            where = f"{table.classification}: " if table.classification else ""
            yield (
                f"{where}The highest rate by {table.axis.words} is that of {row.category}, {row.n:,} of "
                f"{persons(table.people)}, under 2 %. 6 RCNY 5-301(d) lets the auditor leave it out, giving a reason"
            )
