"""Conditional parity: the groups of a comparison at equal values of the control columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.metrics.cells import Cells, Tally
from core.metrics.fairness.comparing import against, own_figures, with_holm
from core.metrics.fairness.figures import too_few
from core.metrics.fairness.groups import Figure, GroupResult, Overall, Rate
from core.metrics.fairness.mantel_haenszel import (
    Table,
    conditional_independence,
    greenland_robins,
    pooled_difference,
    pooled_ratio,
)
from core.metrics.fairness.reference import Reference
from core.metrics.fairness.results import Comparison
from core.metrics.fairness.strata import ConditionalComparison, PooledGroup, Stratum
from core.metrics.intervals import wilson
from core.metrics.significance import holm
from core.metrics.verdicts import Verdict

Values = tuple[str, ...]
METRIC = "conditional_impact_ratio"
MOST_STRATA = 50  # listed; all of them count
SAME = 1 + 1e-12  # a pooled ratio this little above 1 is rounding
NO_OVERLAP = "No value of the control columns holds both the group and the reference"
THE_REFERENCE = "This is the reference group"
NOBODY = "Nobody in the reference group has the favourable outcome at equal values of the control columns"


@dataclass(frozen=True)
class Layers:
    """Favourable outcomes per stratum, then per group."""

    tallies: Mapping[Values, Mapping[Values, Tally]]
    is_positive: bool

    def share(self, stratum: Values, values: Values | Overall) -> tuple[int, int]:
        """Selected and rows of one group, or of everybody, in one stratum; zeros where it has none there."""
        groups = self.tallies[stratum]
        chosen = list(groups.values()) if values == "overall" else [groups[values]] if values in groups else []
        n, predicted = sum(tally.n for tally in chosen), sum(tally.predicted for tally in chosen)
        return predicted if self.is_positive else n - predicted, n

    def tables(self, values: Values, reference: Values | Overall) -> list[Table]:
        """The strata that hold both."""
        pairs = ((self.share(stratum, values), self.share(stratum, reference)) for stratum in self.tallies)
        return [Table(*own, *other) for own, other in pairs if own[1] and other[1]]


def compare_within(
    cells: Cells,
    comparison: Comparison,
    controls: Sequence[str],
    *,
    is_positive: bool,
    named: bool,
    threshold: float,
) -> tuple[Comparison, ConditionalComparison]:
    """The comparison with its conditional figure, and all that stands behind it.

    `named` says that the reference was chosen by a person and stays; else it is the judged group that no other exceeds
    at equal controls, so that the figure sees whoever is worst off, be it the reference of the plain view.
    """
    layers = _layers(cells, comparison.attributes, controls, is_positive)
    judged = [group.values for group in comparison.groups if group.judged]
    reference = comparison.reference
    if isinstance(reference, tuple) and not named:
        reference = _most_favoured(layers, judged, reference)
    pooled = _with_holm([_pool(layers, group, reference, comparison.minimum_group) for group in comparison.groups])
    compared = _with_figure(comparison, pooled, reference)
    found = ConditionalComparison(
        attributes=comparison.attributes,
        controls=tuple(controls),
        reference=reference,
        pooled=pooled,
        strata=_strata(layers, comparison, reference),
        strata_count=len(layers.tallies),
        unknown=sum(group.n for group in comparison.groups) - sum(_rows(layers, one) for one in layers.tallies),
    )
    return compared, replace(found, note=_note(compared, found, threshold))


def _layers(cells: Cells, attributes: Values, controls: Sequence[str], is_positive: bool) -> Layers:
    found: dict[Values, dict[Values, Tally]] = {}
    for values, tally in cells.tallies((*controls, *attributes)).items():
        found.setdefault(values[: len(controls)], {})[values[len(controls) :]] = tally
    return Layers(found, is_positive)


def _rows(layers: Layers, stratum: Values) -> int:
    return sum(tally.n for tally in layers.tallies[stratum].values())


def _most_favoured(layers: Layers, judged: Sequence[Values], start: Values) -> Values:
    """From the plain reference to whoever exceeds it most at equal controls, until nobody does.

    Pooled ratios need not form an order; where they run in a circle the search stops at the first group met again.
    """
    met, here = {start}, start
    while True:
        ratios = [(pooled_ratio(layers.tables(values, here)) or 0, values) for values in judged if values != here]
        highest, best = max(ratios, key=lambda pair: pair[0], default=(0, here))
        if highest <= SAME or best in met:
            return here
        met.add(best)
        here = best


def _pool(layers: Layers, group: GroupResult, reference: Values | Overall | None, minimum_group: int) -> PooledGroup:
    is_reference = group.values == reference
    tables = [] if reference is None else layers.tables(group.values, reference)
    n = sum(table.n for table in tables)
    ratio = pooled_ratio(tables)
    found = PooledGroup(
        group.values,
        n,
        sum(table.reference_n for table in tables),
        len(tables),
        None if ratio is None else float(ratio),
        difference=pooled_difference(tables),
        judged=group.judged and n >= minimum_group,
        is_reference=is_reference,
        reason=THE_REFERENCE if is_reference else _why_not(reference, tables, ratio is None),
    )
    if not tables or is_reference or reference == "overall":
        return found
    tested = conditional_independence(tables)
    return replace(
        found,
        impact_ratio_interval=greenland_robins(tables),
        p_value=tested.p_value if tested else None,
        exact_test=tested.exact if tested else False,
        reason=found.reason or ("" if tested else "In every stratum all rows have the same outcome"),
    )


def _why_not(reference: Values | Overall | None, tables: Sequence[Table], no_ratio: bool) -> str:
    if reference is None:
        return "The reference group has no rows"
    if not tables:
        return NO_OVERLAP
    if no_ratio:
        return NOBODY
    return "The group is part of the reference, everybody" if reference == "overall" else ""


def _with_holm(groups: Sequence[PooledGroup]) -> tuple[PooledGroup, ...]:
    tested = [group for group in groups if group.p_value is not None]
    adjusted = holm([group.p_value for group in tested if group.p_value is not None])
    by_values = {group.values: value for group, value in zip(tested, adjusted, strict=True)}
    return tuple(replace(group, holm_p_value=by_values.get(group.values)) for group in groups)


def _with_figure(
    comparison: Comparison, pooled: Sequence[PooledGroup], reference: Values | Overall | None
) -> Comparison:
    ratios = {group.values: group.impact_ratio for group in pooled}
    return replace(
        comparison,
        groups=tuple(replace(group, conditional_impact_ratio=ratios[group.values]) for group in comparison.groups),
        figures=(*comparison.figures, _figure(pooled, reference)),
    )


def _figure(pooled: Sequence[PooledGroup], reference: Values | Overall | None) -> Figure:
    """The lowest pooled ratio of the judged groups other than the reference, with the interval of that group."""
    judged = [group for group in pooled if group.judged]
    n = min((group.n for group in judged), default=0)
    if len(judged) < 2:
        return Figure(METRIC, None, None, n, reason=too_few(len(pooled), len(judged)))
    others = [group for group in judged if not group.is_reference]
    known = [(group.impact_ratio, group) for group in others if group.impact_ratio is not None]
    if not known or reference is None:
        return Figure(METRIC, None, None, n, reason=others[0].reason)
    value, lowest = min(known, key=lambda pair: pair[0])
    against_whom = "everybody" if reference == "overall" else " × ".join(reference)
    return Figure(
        METRIC,
        value,
        lowest.impact_ratio_interval,
        min(lowest.n, lowest.reference_n),
        (lowest.name, against_whom),
        exact=value,
        method="Greenland–Robins" if lowest.impact_ratio_interval else "",
    )


def _strata(layers: Layers, comparison: Comparison, reference: Values | Overall | None) -> tuple[Stratum, ...]:
    largest = sorted(layers.tallies, key=lambda stratum: (-_rows(layers, stratum), stratum))[:MOST_STRATA]
    return tuple(_stratum(layers, stratum, comparison, reference) for stratum in sorted(largest))


def _stratum(layers: Layers, stratum: Values, comparison: Comparison, reference: Values | Overall | None) -> Stratum:
    there = _reference_in(layers, stratum, reference)
    groups = [
        own_figures(comparison.attributes, values, tally, _rate(layers, stratum, values), comparison.minimum_group)
        for values, tally in sorted(layers.tallies[stratum].items())
    ]
    slim = [replace(group, confusion=None, unavailable={}) for group in groups]
    return Stratum(stratum, _rows(layers, stratum), with_holm([against(group, there) for group in slim]))


def _reference_in(layers: Layers, stratum: Values, reference: Values | Overall | None) -> Reference | None:
    selected, n = layers.share(stratum, reference) if reference is not None else (0, 0)
    return Reference(reference, selected, n) if reference is not None and n else None


def _rate(layers: Layers, stratum: Values, values: Values) -> Mapping[str, Rate]:
    selected, n = layers.share(stratum, values)
    return {"selection_rate": Rate(selected, n, selected / n, wilson(selected, n))}


def _note(comparison: Comparison, found: ConditionalComparison, threshold: float) -> str:
    """Simpson's paradox in words, where the plain and the conditional verdict differ; else nothing."""
    plain = comparison.judge("impact_ratio", threshold, "at least").verdict
    within = comparison.judge(METRIC, threshold, "at least").verdict
    figures = comparison.figure("impact_ratio"), comparison.figure(METRIC)
    if plain is within or Verdict.INSUFFICIENT in (plain, within):
        return ""
    shown = [f"{figure.value:.2f} ({' against '.join(figure.groups)})" for figure in figures]
    controls = " × ".join(found.controls)
    return (
        f"{comparison.name}: the verdict turns. The impact ratio is {shown[0]} over all rows, {plain.value}; at equal "
        f"{controls} it is {shown[1]}, {within.value}. The groups are spread unevenly over {controls} (Simpson's "
        f"paradox): read both, and ask whether {controls} is itself free of what is being tested"
    )
