"""A group against its reference: ratio, difference, intervals and p-value, each with its reason when it is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.metrics.cells import Tally
from core.metrics.fairness.groups import GroupResult, Rate
from core.metrics.fairness.rates import EMPTY, LABELLED
from core.metrics.fairness.reference import Reference
from core.metrics.intervals import katz, newcombe
from core.metrics.significance import SMALL_GROUP, compare, holm, smallest_expected_count

COMPARED = (
    "impact_ratio",
    "impact_ratio_interval",
    "difference",
    "difference_interval",
    "p_value",
)


def own_figures(
    attributes: tuple[str, ...], values: tuple[str, ...], tally: Tally, rates: Mapping[str, Rate], minimum_group: int
) -> GroupResult:
    """The group by itself, before it is compared."""
    table = tally.confusion
    missing = {metric: "There is no label column" for metric in LABELLED if metric not in rates}
    missing |= {metric: EMPTY[metric] for metric, rate in rates.items() if rate.value is None}
    return GroupResult(
        attributes=attributes,
        values=values,
        n=tally.n,
        positives=tally.positives,
        confusion=table,
        selected=rates["selection_rate"].count,
        selection_rate=rates["selection_rate"],
        true_positive_rate=rates.get("true_positive_rate"),
        false_positive_rate=rates.get("false_positive_rate"),
        true_negative_rate=rates.get("true_negative_rate"),
        false_negative_rate=rates.get("false_negative_rate"),
        accuracy=rates.get("accuracy"),
        precision=rates.get("precision"),
        small_sample=tally.n < SMALL_GROUP,
        judged=tally.n >= minimum_group,
        unavailable=missing,
    )


def against(group: GroupResult, reference: Reference | None) -> GroupResult:
    """The group with its comparison.

    Impact ratio = its favourable rate / the reference's (Katz interval); difference = its rate − the reference's
    (Newcombe interval); p-value by z or Fisher. 1 and 0 are equality. The reference itself has ratio 1 and no test.
    """
    if reference is None:
        return _missing(group, dict.fromkeys(COMPARED, "The reference group has no rows"))
    counts = (group.selected, group.n, reference.selected, reference.n)
    rate, reference_rate = group.selected / group.n, reference.selected / reference.n
    compared = replace(
        group,
        impact_ratio=_ratio(group, reference) if reference.selected else None,
        difference=rate - reference_rate,
        is_reference=group.values == reference.values,
    )
    if not reference.selected:
        reason = "Nobody in the reference group has the favourable outcome"
        compared = _missing(compared, {"impact_ratio": reason, "impact_ratio_interval": reason})
    reason = "This is the reference group" if compared.is_reference else ""
    if reference.values == "overall":
        reason = "The group is part of the reference, everybody"
    if reason:
        return _missing(compared, dict.fromkeys(("impact_ratio_interval", "difference_interval", "p_value"), reason))
    return _tested(compared, counts)


def _ratio(group: GroupResult, reference: Reference) -> float:
    """From whole numbers, so that exactly four-fifths is 0.8 and not a hair below it."""
    return (group.selected * reference.n) / (group.n * reference.selected)


def _tested(group: GroupResult, counts: tuple[int, int, int, int]) -> GroupResult:
    found, reason = compare(*counts), _no_ratio_interval(*counts)
    if reason and group.impact_ratio is not None:
        group = _missing(group, {"impact_ratio_interval": reason})
    return replace(
        group,
        impact_ratio_interval=None if reason else katz(*counts),
        difference_interval=newcombe(*counts),
        p_value=found.p_value,
        test=found.test,
        small_sample=group.small_sample or found.small_sample,
        expected_count=smallest_expected_count(*counts),
    )


def _no_ratio_interval(selected: int, n: int, reference: int, reference_n: int) -> str:
    """Katz's interval has no logarithm of zero, and no width for a share of one: 1 of 1 would look certain."""
    if not selected or not reference:
        return "Nobody in the group has the favourable outcome"
    if any(few == of < SMALL_GROUP for few, of in ((selected, n), (reference, reference_n))):
        return f"Everybody in a group of fewer than {SMALL_GROUP} rows has the favourable outcome"
    return ""


def _missing(group: GroupResult, reasons: Mapping[str, str]) -> GroupResult:
    return replace(group, unavailable={**group.unavailable, **reasons})


def with_holm(groups: Sequence[GroupResult]) -> tuple[GroupResult, ...]:
    """The groups with p-values adjusted for having asked once per group of the comparison."""
    tested = [group for group in groups if group.p_value is not None]
    adjusted = holm([group.p_value for group in tested if group.p_value is not None])
    by_values = {group.values: value for group, value in zip(tested, adjusted, strict=True)}
    return tuple(replace(group, holm_p_value=by_values.get(group.values)) for group in groups)
