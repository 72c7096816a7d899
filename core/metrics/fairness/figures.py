"""One number per comparison: the lowest ratio and the widest gaps between the groups that have enough rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from core.metrics.cells import Tally
from core.metrics.fairness.bootstrap import Floats, Sample, percentile_interval, ratio, resampled
from core.metrics.fairness.groups import Figure, GroupResult, Rate
from core.metrics.fairness.reference import Reference


@dataclass(frozen=True)
class Definition:
    """Which rates a figure compares, by the lowest rate over the highest or by the highest less the lowest.

    With two rates the worse of the two counts: the lower ratio, the wider gap.
    """

    rates: tuple[str, ...]
    by_ratio: bool


class Ends(NamedTuple):
    """Where a figure stands: the rate, the positions of its lowest and highest group, and the exact value."""

    rate: str
    lowest: int
    highest: int
    exact: Fraction


class Drawn(NamedTuple):
    """Bootstrap counts of the groups at these positions."""

    positions: tuple[int, ...]
    sample: Sample | None


# As in Fairlearn (fairlearn.metrics, functions of the same names), over the judged groups.
FIGURES = {
    "demographic_parity_ratio": Definition(("selection_rate",), by_ratio=True),
    "demographic_parity_difference": Definition(("selection_rate",), by_ratio=False),
    "true_positive_rate_difference": Definition(("true_positive_rate",), by_ratio=False),
    "false_positive_rate_difference": Definition(("false_positive_rate",), by_ratio=False),
    "equalized_odds_ratio": Definition(("true_positive_rate", "false_positive_rate"), by_ratio=True),
    "equalized_odds_difference": Definition(("true_positive_rate", "false_positive_rate"), by_ratio=False),
}


def figures(
    groups: Sequence[GroupResult],
    tallies: Sequence[Tally],
    reference: Reference | None,
    *,
    favourable_is_positive: bool,
    repetitions: int,
    seed: int,
) -> tuple[Figure, ...]:
    """Every figure over the judged groups; `groups` and `tallies` in the same order.

    Fewer than two judged groups, or a rate that one of them lacks, gives figures without a value and with the reason.
    The impact ratio has the Katz interval of its group, the others a percentile bootstrap interval.
    """
    judged = [position for position, group in enumerate(groups) if group.judged]
    of_judged = [groups[position] for position in judged]
    if len(judged) < 2:
        reason, n = too_few(len(groups), len(judged)), max((group.n for group in of_judged), default=0)
        return tuple(Figure(metric, None, None, n, reason=reason) for metric in ("impact_ratio", *FIGURES))
    ends = {metric: _worst_ends(definition, of_judged) for metric, definition in FIGURES.items()}
    drawn = _drawn(
        [tallies[position] for position in judged],
        sorted({position for found in ends.values() if found for position in (found.lowest, found.highest)}),
        favourable_is_positive=favourable_is_positive,
        repetitions=repetitions,
        seed=seed,
    )
    others = (_figure(metric, definition, of_judged, ends[metric], drawn) for metric, definition in FIGURES.items())
    return _impact_ratio(of_judged, reference), *others


def _drawn(
    tallies: Sequence[Tally], used: Sequence[int], *, favourable_is_positive: bool, repetitions: int, seed: int
) -> Drawn:
    """Repetitions for the groups that figures stand on; all others are one cell, so many groups cost no more."""
    if not used:
        return Drawn((), None)
    sample = resampled(
        [tallies[position] for position in used],
        rest=sum(tally.n for tally in tallies) - sum(tallies[position].n for position in used),
        favourable_is_positive=favourable_is_positive,
        repetitions=repetitions,
        seed=seed,
    )
    return Drawn(tuple(used), sample)


def too_few(groups: int, judged: int) -> str:
    """Why nothing can be compared: groups in all, and those with enough rows."""
    if groups == 0:
        return "No row has a value of this attribute"
    if groups == 1:
        return "There is only one group, so there is nothing to compare"
    return f"{judged or 'None'} of {groups} groups has the rows that a verdict needs; a comparison needs two"


def _figure(
    metric: str, definition: Definition, groups: Sequence[GroupResult], ends: Ends | None, drawn: Drawn
) -> Figure:
    if ends is None:
        return Figure(metric, None, None, min(group.n for group in groups), reason=_reason(definition, groups))
    low, high = groups[ends.lowest], groups[ends.highest]
    return Figure(
        metric,
        _as_fairlearn(low, high, ends.rate, definition.by_ratio),
        percentile_interval(_spread(drawn, ends, definition.by_ratio)),
        min(low.n, high.n),
        (low.name, high.name),
        exact=float(ends.exact),
        method="bootstrap",
    )


def _worst_ends(definition: Definition, groups: Sequence[GroupResult]) -> Ends | None:
    """Of the definition's rates the one with the lower ratio or the wider gap; None if a group lacks one of them."""
    found = [_ends(groups, rate, definition.by_ratio) for rate in definition.rates]
    known = [ends for ends in found if ends is not None]
    if len(known) < len(found):
        return None
    return (min if definition.by_ratio else max)(known, key=lambda ends: ends.exact)


def _ends(groups: Sequence[GroupResult], rate: str, by_ratio: bool) -> Ends | None:
    """The lowest and highest group by exact share; None where a group has no such rate, or a ratio to 0 is asked."""
    rates: list[Rate | None] = [getattr(group, rate) for group in groups]
    shares = [Fraction(found.count, found.of) for found in rates if found is not None and found.of]
    if len(shares) < len(groups) or (by_ratio and max(shares) == 0):
        return None
    low, high = min(shares), max(shares)
    return Ends(rate, shares.index(low), shares.index(high), low / high if by_ratio else high - low)


def _as_fairlearn(low: GroupResult, high: GroupResult, rate: str, by_ratio: bool) -> float:
    """The same operation on the same floating point rates, hence the same bits."""
    lowest, highest = getattr(low, rate).value, getattr(high, rate).value
    return float(lowest / highest if by_ratio else highest - lowest)


def _spread(drawn: Drawn, ends: Ends, by_ratio: bool) -> Floats:
    """The figure in each draw, between the two groups that give it in the data.

    Choosing the extreme groups anew in each draw would push the whole interval past the figure when there are many
    groups: on COMPAS by race the interval of the parity ratio would lie below its value.
    """
    rates: Floats = getattr(drawn.sample, ends.rate)
    low, high = rates[:, drawn.positions.index(ends.lowest)], rates[:, drawn.positions.index(ends.highest)]
    return ratio(low, high) if by_ratio else high - low


def _reason(definition: Definition, groups: Sequence[GroupResult]) -> str:
    for group in groups:
        for rate in definition.rates:
            if rate in group.unavailable:
                return f"{group.name}: {group.unavailable[rate]}"
    return "The highest rate among the groups is 0"


def _impact_ratio(groups: Sequence[GroupResult], reference: Reference | None) -> Figure:
    """The lowest impact ratio of the judged groups other than the reference, with that group's Katz interval."""
    others = [group for group in groups if not group.is_reference]
    known = [(group.impact_ratio, group) for group in others if group.impact_ratio is not None]
    if reference is None or not known:
        reason = others[0].unavailable["impact_ratio"]
        return Figure("impact_ratio", None, None, min(group.n for group in groups), reason=reason)
    value, lowest = min(known, key=lambda pair: pair[0])
    against = "everybody" if reference.values == "overall" else " × ".join(reference.values)
    n = min(lowest.n, reference.n)
    interval = lowest.impact_ratio_interval
    method = "Katz" if interval else ""
    return Figure("impact_ratio", value, interval, n, (lowest.name, against), exact=value, method=method)
