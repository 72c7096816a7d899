"""What if the public changed: the same predictions with groups counted for more or for less."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from core.metrics.robustness.results import Group, GroupImpact, Reweighting
from core.metrics.significance import SMALL_GROUP

NO_POSITIVE = "There is no positive label, so nobody is counted as selected"
ONE_GROUP = f"Fewer than two groups have {SMALL_GROUP} rows that count"
NONE_SELECTED = "Nobody is selected in any group"


@dataclass(frozen=True)
class WeightedCell:
    """How many rows share these values (None is missing), whether they were predicted right (None without label) and
    whether they were selected (None without positive label)."""

    values: tuple[str | None, ...]
    right: bool | None
    selected: bool | None
    count: int


def reweigh(
    name: str, attribute: str, weights: Mapping[str, float], attributes: Sequence[str], cells: Sequence[WeightedCell]
) -> Reweighting:
    """Accuracy, selection rate and impact ratios with each row counted `weights[its value]` times; others once.

    Formula: Σ w·[right] / Σ w, and likewise for selection; the impact ratio is the lowest group rate over the highest.
    Groups with fewer than 30 rows are shown but do not enter the ratio.
    Re-weighting an attribute leaves the rates of its own groups as they are; it moves those of other attributes.
    Not available where all weights of the rows are zero.
    """
    place = attributes.index(attribute)
    weighted = [(_weight(weights, cell.values[place]) * cell.count, cell) for cell in cells]
    plain = [(float(cell.count), cell) for cell in cells]
    unknown = sorted(set(weights) - {cell.values[place] for cell in cells})
    empty = not fsum(weight for weight, _ in weighted)
    reason = "Every row has weight zero" if empty else _unknown(attribute, unknown)
    return Reweighting(
        name=name,
        attribute=attribute,
        weights=dict(weights),
        n=sum(cell.count for cell in cells),
        accuracy_before=_share(plain, [cell.right for _, cell in plain]),
        accuracy_after=_share(weighted, [cell.right for _, cell in weighted]),
        selection_rate_before=_share(plain, [cell.selected for _, cell in plain]),
        selection_rate_after=_share(weighted, [cell.selected for _, cell in weighted]),
        impacts=tuple(_impact(one, at, plain, weighted) for at, one in enumerate(attributes)),
        reason=reason,
    )


def _weight(weights: Mapping[str, float], value: str | None) -> float:
    return 1.0 if value is None else weights.get(value, 1.0)


def _unknown(attribute: str, values: Sequence[str]) -> str:
    if not values:
        return ""
    return f"No row has the {attribute} {' or '.join(f'“{value}”' for value in values)}"


Weighted = Sequence[tuple[float, WeightedCell]]


def _share(weighted: Weighted, counted: Sequence[bool | None]) -> float | None:
    """The weight of the cells that count over all; None where a cell does not know, or nothing weighs."""
    total = fsum(weight for weight, _ in weighted)
    if not total or any(value is None for value in counted):
        return None
    return fsum(weight for (weight, _), value in zip(weighted, counted, strict=True) if value) / total


def _impact(attribute: str, place: int, plain: Weighted, weighted: Weighted) -> GroupImpact:
    values = sorted({value for _, cell in plain if (value := cell.values[place]) is not None})
    groups = tuple(_group(value, place, plain, weighted) for value in values)
    before, reason = _ratio([group.selection_rate_before for group in groups if group.judged])
    after, after_reason = _ratio([group.selection_rate_after for group in groups if group.judged])
    unknown = any(cell.selected is None for _, cell in plain)
    return GroupImpact(attribute, groups, before, after, NO_POSITIVE if unknown else after_reason or reason)


def _group(value: str, place: int, plain: Weighted, weighted: Weighted) -> Group:
    own = [pair for pair in plain if pair[1].values[place] == value]
    heavy = [pair for pair in weighted if pair[1].values[place] == value]
    return Group(
        value=value,
        n=sum(cell.count for _, cell in own),
        share_before=_part(own, plain),
        share_after=_part(heavy, weighted),
        selection_rate_before=_share(own, [cell.selected for _, cell in own]),
        selection_rate_after=_share(heavy, [cell.selected for _, cell in heavy]),
        judged=sum(cell.count for _, cell in own) >= SMALL_GROUP,
    )


def _part(own: Weighted, everybody: Weighted) -> float:
    total = fsum(weight for weight, _ in everybody)
    return fsum(weight for weight, _ in own) / total if total else 0.0


def _ratio(rates: Sequence[float | None]) -> tuple[float | None, str]:
    known = [rate for rate in rates if rate is not None]
    if len(known) < 2:
        return None, ONE_GROUP
    return (min(known) / max(known), "") if max(known) else (None, NONE_SELECTED)
