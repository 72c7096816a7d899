"""The counts of each table: taken from the table that was supplied, else summed from the crossed rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.metrics.bias_audit.categories import place
from core.metrics.bias_audit.counts import Axis
from core.metrics.bias_audit.labels import ATTRIBUTES, Blank, Cell, Label, persons

Values = tuple[str, ...]
NOT_SUPPLIED: Mapping[Axis, str] = {
    Axis.SEX: "No row gives a sex",
    Axis.RACE_ETHNICITY: "No row gives a race/ethnicity",
    Axis.INTERSECTIONAL: "No row gives sex and race/ethnicity together",
}


@dataclass(frozen=True)
class Tally:
    """People in a category, and those selected among them."""

    n: int
    selected: int


@dataclass(frozen=True)
class Tallies:
    """The categories of one axis in order, and how many people fall within an unknown one."""

    by_category: Mapping[Values, Tally]
    unknown: int


def tallies(cells: Sequence[Cell], axis: Axis) -> Tallies:
    """Categories by their values, race/ethnicity before sex where both are crossed."""
    sums: dict[Values, list[int]] = {}
    unknown = sum(cell.n for cell in cells if _neither(cell))
    for cell in source(cells, axis):
        values = _values(cell, axis)
        if values is None:
            unknown += cell.n
            continue
        pair = sums.setdefault(values, [0, 0])
        pair[0] += cell.n
        pair[1] += cell.selected
    return Tallies({values: Tally(*sums[values]) for values in sorted(sums, key=lambda v: _order(axis, v))}, unknown)


def source(cells: Sequence[Cell], axis: Axis) -> list[Cell]:
    """The rows of the axis's own table where one was supplied, else the rows that give both attributes."""
    crossed = [cell for cell in cells if Blank.MARGIN not in (cell.sex, cell.race_ethnicity)]
    if axis is Axis.INTERSECTIONAL:
        return crossed
    return own_table(cells, axis) or crossed


def own_table(cells: Sequence[Cell], axis: Axis) -> list[Cell]:
    """The rows that give this attribute alone."""
    other = Axis.RACE_ETHNICITY if axis is Axis.SEX else Axis.SEX
    return [cell for cell in cells if cell.label(axis) is not Blank.MARGIN and cell.label(other) is Blank.MARGIN]


def assigned(cells: Sequence[Cell]) -> list[Cell]:
    """For a tool that puts people into groups: in each group, of all people alike, those assigned to it.

    Source: 6 RCNY 5-300, “selection rate”: individuals “assigned a classification” over all who were considered.
    """
    everybody: dict[tuple[Label, Label], int] = {}
    members: dict[tuple[Label, Label, str], int] = {}
    for cell in cells:
        alike = (cell.sex, cell.race_ethnicity)
        everybody[alike] = everybody.get(alike, 0) + cell.n
        members[*alike, cell.classification] = members.get((*alike, cell.classification), 0) + cell.n
    groups = sorted({cell.classification for cell in cells} - {""})
    return [
        Cell(sex, race, n, members.get((sex, race, group), 0), group)
        for group in groups
        for (sex, race), n in everybody.items()
    ]


def margin_warnings(cells: Sequence[Cell], classification: str) -> list[str]:
    """Where a supplied table and the sums of the crossed rows differ, category by category.

    The rule's own example differs so: Hispanic or Latino 408/204 by race/ethnicity, 395/172 summed over the crossings.
    """
    crossed = source(cells, Axis.INTERSECTIONAL)
    where = f"{classification}: " if classification else ""
    texts = []
    for axis in ATTRIBUTES if crossed else ():
        supplied, summed = tallies(own_table(cells, axis), axis).by_category, _summed(crossed, axis)
        texts += [f"{where}{text}" for text in _differences(axis, supplied, summed)] if supplied else []
    return texts or [f"{where}{text}" for text in _unequal_totals(cells)]


def _summed(crossed: Sequence[Cell], axis: Axis) -> Mapping[Values, Tally]:
    known = [cell for cell in crossed if Blank.UNKNOWN not in (cell.sex, cell.race_ethnicity)]
    return tallies(known, axis).by_category


def _differences(axis: Axis, supplied: Mapping[Values, Tally], summed: Mapping[Values, Tally]) -> list[str]:
    none = Tally(0, 0)
    texts = []
    for values in sorted({*supplied, *summed}, key=lambda v: _order(axis, v)):
        own, crossed = supplied.get(values, none), summed.get(values, none)
        if own != crossed:
            hint = (
                "; fewer than the crossings, so the row may mean people whose other category is unknown"
                if own.n < crossed.n
                else ""
            )
            texts.append(
                f"{values[0]}: the {axis.words} table has {persons(own.n)}, {own.selected:,} of them selected, "
                f"the intersectional table sums to {crossed.n:,} and {crossed.selected:,}{hint}"
            )
    return texts


def _unequal_totals(cells: Sequence[Cell]) -> list[str]:
    sex, race = (own_table(cells, axis) for axis in ATTRIBUTES)
    totals = [(sum(cell.n for cell in table), sum(cell.selected for cell in table)) for table in (sex, race)]
    if not sex or not race or totals[0] == totals[1]:
        return []
    (n, selected), (m, chosen) = totals
    return [
        f"The sex table has {persons(n)}, {selected:,} of them selected, the race/ethnicity table {m:,} and {chosen:,}"
    ]


def _neither(cell: Cell) -> bool:
    return cell.sex is Blank.MARGIN and cell.race_ethnicity is Blank.MARGIN


def _values(cell: Cell, axis: Axis) -> Values | None:
    wanted = (cell.race_ethnicity, cell.sex) if axis is Axis.INTERSECTIONAL else (cell.label(axis),)
    known = tuple(label for label in wanted if isinstance(label, str))
    return known if len(known) == len(wanted) else None


def _order(axis: Axis, values: Values) -> tuple[tuple[int, str], ...]:
    """Sexes within each race/ethnicity, as a reader looks them up."""
    axes = (Axis.RACE_ETHNICITY, Axis.SEX) if axis is Axis.INTERSECTIONAL else (axis,)
    return tuple(place(one, value) for one, value in zip(axes, values, strict=True))
