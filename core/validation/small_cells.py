"""Results as people see them: groups too small to be shown are withheld where the policy says so.

What was computed stays as it is in the stored result, whose digest is on record; verdicts are those of all groups.
"""

from dataclasses import replace
from typing import TypeVar

from core.metrics.bias_audit import AxisTable, BiasAuditResult
from core.metrics.fairness.groups import GroupResult
from core.metrics.fairness.numeric import GroupErrors
from core.metrics.fairness.results import FairnessResult
from core.metrics.fairness.scored import GroupScores
from core.metrics.fairness.strata import ConditionalComparison, PooledGroup
from core.metrics.suppression import Cell, withheld
from core.validation.results import ValidationResult

Group = TypeVar("Group", GroupResult, GroupScores, GroupErrors, PooledGroup)


def shown(result: ValidationResult, smallest: int) -> ValidationResult:
    """The result without groups that would single people out; the same where the policy names no smallest cell."""
    if smallest < 2:
        return result
    return replace(
        result,
        fairness=_fairness(result.fairness, smallest) if result.fairness else None,
        bias_audit=_audit(result.bias_audit, smallest) if result.bias_audit else None,
    )


def withheld_note(number: int, smallest: int) -> str:
    """What stands in the place of so many groups."""
    what = "1 group is" if number == 1 else f"{number} groups are"
    return (
        f"{what} withheld: fewer than {smallest} people, or needed so that none of those follows from a total "
        "(policy, smallest cell)."
    )


def _fairness(found: FairnessResult, smallest: int) -> FairnessResult:
    counted = [(one.attributes, {group.values: group.n for group in one.groups}) for one in found.comparisons]
    counted += [(one.attributes, {group.values: group.n for group in one.groups}) for one in found.regression]
    by_attributes = {attributes: withheld(cells, smallest) for attributes, cells in counted if cells}
    hidden = sum(map(len, by_attributes.values()))
    if not hidden:
        return found
    none: frozenset[Cell] = frozenset()
    return replace(
        found,
        comparisons=tuple(
            replace(one, groups=_left(one.groups, by_attributes.get(one.attributes, none))) for one in found.comparisons
        ),
        scores=tuple(
            replace(one, groups=_left(one.groups, by_attributes.get(one.attributes, none))) for one in found.scores
        ),
        regression=tuple(
            replace(one, groups=_left(one.groups, by_attributes.get(one.attributes, none))) for one in found.regression
        ),
        conditional=tuple(
            _conditional(one, by_attributes.get(one.attributes, none), smallest) for one in found.conditional
        ),
        notes=(*found.notes, withheld_note(hidden, smallest)),
    )


def _left(groups: tuple[Group, ...], hidden: frozenset[Cell]) -> tuple[Group, ...]:
    return tuple(group for group in groups if group.values not in hidden)


def _conditional(found: ConditionalComparison, hidden: frozenset[Cell], smallest: int) -> ConditionalComparison:
    strata = []
    for stratum in found.strata:
        small = hidden | withheld({group.values: group.n for group in stratum.groups}, smallest)
        strata.append(replace(stratum, groups=tuple(one for one in stratum.groups if one.values not in small)))
    return replace(found, pooled=_left(found.pooled, hidden), strata=tuple(strata))


def _audit(found: BiasAuditResult, smallest: int) -> BiasAuditResult:
    tables = tuple(_table(one, smallest) for one in found.tables)
    hidden = sum(len(before.rows) - len(after.rows) for before, after in zip(found.tables, tables, strict=True))
    if not hidden:
        return found
    return replace(found, tables=tables, warnings=(*found.warnings, withheld_note(hidden, smallest)))


def _table(table: AxisTable, smallest: int) -> AxisTable:
    def cell(row: object) -> Cell:
        return tuple(part for part in (getattr(row, "sex", ""), getattr(row, "race_ethnicity", "")) if part)

    small = withheld({cell(row): row.n for row in table.rows}, smallest)
    return replace(table, rows=tuple(row for row in table.rows if cell(row) not in small))
