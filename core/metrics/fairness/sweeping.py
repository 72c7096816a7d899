"""A sweep of one threshold for all groups: what each would get, how far apart errors lie, and where it is even."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from core.metrics.fairness.figures import too_few
from core.metrics.fairness.groups import GroupResult, Overall
from core.metrics.fairness.results import Comparison
from core.metrics.fairness.scoring import GroupSums
from core.metrics.fairness.sweeps import Span, SweepPoint, ThresholdSweep
from core.metrics.scores import Cut

MOST_RATES = 50  # groups whose rates are listed at each threshold; the ratio and the gaps count all
Values = tuple[str, ...]


class Judged(NamedTuple):
    """The groups that are swept, and the reference a person named; None for the most selected at each threshold."""

    names: tuple[str, ...]
    named: int | Overall | None


def sweep(
    comparison: Comparison, sums: Mapping[Values, GroupSums], *, is_positive: bool, named: bool, screen: float
) -> ThresholdSweep:
    """What the judged groups would get where a score of at least the threshold is a positive prediction.

    The impact ratio at a threshold is the lowest against the most selected group there, or against the reference of
    the comparison where it was `named` or is everybody. Source of the screen: 29 CFR 1607.4(D).
    """
    groups = [group for group in comparison.groups if group.judged]
    names = tuple(group.name for group in groups)
    if len(groups) < 2:
        reason = too_few(len(comparison.groups), len(groups))
        return ThresholdSweep(comparison.attributes, names, (), (), screen, reason=reason)
    judged = Judged(names, _named(comparison, groups, named=named))
    everybody = [sums[group.values].ranks.cuts for group in comparison.groups]
    own = [sums[group.values].ranks.cuts for group in groups]
    labelled = all(sums[group.values].labelled for group in groups)
    points = tuple(
        _point(
            judged,
            [cuts[at] for cuts in own],
            _selected([cuts[at] for cuts in everybody], is_positive=is_positive),
            is_positive=is_positive,
            labelled=labelled,
            screen=screen,
        )
        for at in range(len(own[0]))
    )
    return ThresholdSweep(comparison.attributes, names, points, _met(points), screen)


def _named(comparison: Comparison, groups: Sequence[GroupResult], *, named: bool) -> int | Overall | None:
    """A named group without the rows to be judged is no reference here: the most selected one is."""
    if comparison.reference == "overall":
        return "overall"
    places = [at for at, group in enumerate(groups) if group.values == comparison.reference]
    return places[0] if named and places else None


def _point(
    judged: Judged,
    cuts: Sequence[Cut],
    everybody: Fraction,
    *,
    is_positive: bool,
    labelled: bool,
    screen: float,
) -> SweepPoint:
    shares = [_selected([cut], is_positive=is_positive) for cut in cuts]
    ratio, between = _lowest_ratio(judged, shares, everybody)
    return SweepPoint(
        threshold=cuts[0].threshold,
        selection_rates=tuple(float(share) for share in shares) if len(shares) <= MOST_RATES else (),
        impact_ratio=None if ratio is None else float(ratio),
        between=between,
        true_positive_rate_difference=_apart([cut.true_positive_rate for cut in cuts]) if labelled else None,
        false_positive_rate_difference=_apart([cut.false_positive_rate for cut in cuts]) if labelled else None,
        met=ratio is not None and float(ratio) >= screen,
    )


def _lowest_ratio(
    judged: Judged, shares: Sequence[Fraction], everybody: Fraction
) -> tuple[Fraction | None, tuple[str, ...]]:
    """From whole numbers, so that exactly four-fifths is met; None where nobody of the reference is selected."""
    if judged.named == "overall":
        at, against, name = None, everybody, "everybody"
    else:
        at = judged.named if judged.named is not None else shares.index(max(shares))
        against, name = shares[at], judged.names[at]
    if not against:
        return None, ()
    lowest = min((place for place in range(len(shares)) if place != at), key=lambda place: shares[place])
    return shares[lowest] / against, (judged.names[lowest], name)


def _apart(rates: Sequence[float | None]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return max(known) - min(known) if len(known) == len(rates) else None


def _selected(cuts: Sequence[Cut], *, is_positive: bool) -> Fraction:
    flagged = sum(cut.true_positives + cut.false_positives for cut in cuts)
    n = flagged + sum(cut.false_negatives + cut.true_negatives for cut in cuts)
    return Fraction(flagged if is_positive else n - flagged, n)


def _met(points: Sequence[SweepPoint]) -> tuple[Span, ...]:
    spans: list[Span] = []
    before = False
    for point in points:
        if point.met and before:
            spans[-1] = Span(spans[-1].low, point.threshold)
        elif point.met:
            spans.append(Span(point.threshold, point.threshold))
        before = point.met
    return tuple(spans)
