"""From each group's sums to means, errors and their gaps: regression parity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from core.metrics.fairness.groups import Figure, Overall
from core.metrics.fairness.numeric import GroupErrors, GroupMean, RegressionComparison
from core.metrics.fairness.results import Comparison
from core.metrics.intervals import Interval
from core.metrics.moments import Moments, mean_interval, ratio_interval, welch
from core.metrics.significance import SMALL_GROUP, holm

Values = tuple[str, ...]
NO_ACTUAL = "There is no label column"


@dataclass(frozen=True)
class NumberSums:
    """A group's moments: of predictions and, with labels, of actual values, errors, absolute and squared errors."""

    prediction: Moments
    actual: Moments | None = None
    error: Moments | None = None
    absolute: Moments | None = None
    squared: Moments | None = None


def compare_numbers(
    attributes: tuple[str, ...],
    sums: Mapping[Values, NumberSums],
    *,
    reference: Mapping[str, str] | Overall | None,
    higher_is_favourable: bool,
    minimum_group: int,
) -> tuple[Comparison, RegressionComparison]:
    """The groups of one comparison by numeric predictions.

    The reference is the named group, or the judged one with the most favourable mean prediction (of equals the largest,
    then the first by name); “overall” is taken as that too, since everybody is no group of its own here.
    """
    judged = [values for values, one in sums.items() if one.prediction.n >= minimum_group]
    chosen = _reference(attributes, sums, judged or list(sums), reference, higher_is_favourable)
    groups = _with_holm([_group(values, one, sums, chosen, minimum_group) for values, one in sorted(sums.items())])
    compared = Comparison(
        attributes=attributes,
        groups=(),
        reference=chosen,
        ties=(),
        figures=_figures(sums, judged, len(sums)),
        minimum_group=minimum_group,
        small_groups=tuple(" × ".join(values) for values in sums if values not in judged),
    )
    return compared, RegressionComparison(attributes, groups, chosen)


def _reference(
    attributes: tuple[str, ...],
    sums: Mapping[Values, NumberSums],
    among: Sequence[Values],
    wanted: Mapping[str, str] | Overall | None,
    higher: bool,
) -> Values | None:
    if isinstance(wanted, Mapping) and all(name in wanted for name in attributes):
        named = tuple(wanted[name] for name in attributes)
        return named if named in sums else None
    if not among:
        return None
    sign = -1 if higher else 1
    return min(
        among, key=lambda values: (sign * (sums[values].prediction.mean or 0), -sums[values].prediction.n, values)
    )


def _group(
    values: Values, own: NumberSums, sums: Mapping[Values, NumberSums], reference: Values | None, minimum_group: int
) -> GroupErrors:
    other = sums[reference] if reference is not None and reference != values else None
    root, interval = _root(own.squared)
    missing = dict.fromkeys(("mean_actual", "mean_error", "mean_absolute_error", "root_mean_squared_error"), NO_ACTUAL)
    return GroupErrors(
        values,
        own.prediction.n,
        own.prediction.n >= minimum_group,
        values == reference,
        _mean(own.prediction, other.prediction if other else None),
        _mean_or_none(own.actual, other.actual if other else None),
        _mean_or_none(own.error, other.error if other else None),
        _mean_or_none(own.absolute, other.absolute if other else None),
        root,
        interval,
        small_sample=own.prediction.n < SMALL_GROUP,
        unavailable={} if own.error else missing,
    )


def _mean_or_none(own: Moments | None, other: Moments | None) -> GroupMean | None:
    return _mean(own, other) if own is not None else None


def _mean(own: Moments, other: Moments | None) -> GroupMean:
    found = GroupMean(float(own.mean or 0), mean_interval(own))
    if other is None:
        return replace(found, reason="This is the reference group")
    apart = welch(own, other)
    return replace(
        found,
        difference=apart.difference,
        difference_interval=apart.interval,
        p_value=apart.p_value,
        reason=apart.reason,
    )


def _root(squared: Moments | None) -> tuple[float | None, Interval | None]:
    if squared is None or squared.mean is None:
        return None, None
    interval = mean_interval(squared)
    ends = Interval(sqrt(max(0.0, interval.low)), sqrt(interval.high)) if interval else None
    return sqrt(squared.mean), ends


def _with_holm(groups: Sequence[GroupErrors]) -> tuple[GroupErrors, ...]:
    """Each mean's p-values corrected for the number of groups that were tested."""
    found = list(groups)
    for name in ("mean_prediction", "mean_actual", "mean_error", "mean_absolute_error"):
        tested = [
            (place, mean.p_value)
            for place, group in enumerate(found)
            if (mean := getattr(group, name)) is not None and mean.p_value is not None
        ]
        for (place, _), value in zip(tested, holm([value for _, value in tested]), strict=True):
            found[place] = replace(found[place], **{name: replace(getattr(found[place], name), holm_p_value=value)})
    return tuple(found)


def _figures(sums: Mapping[Values, NumberSums], judged: Sequence[Values], groups: int) -> tuple[Figure, ...]:
    n = min((sums[values].prediction.n for values in judged), default=0)
    names = (
        ("mean_prediction_difference", "prediction", False),
        ("mean_error_difference", "error", False),
        ("mean_absolute_error_difference", "absolute", False),
        ("mean_absolute_error_ratio", "absolute", True),
        ("root_mean_squared_error_ratio", "squared", True),
    )
    if len(judged) < 2:
        reason = "There is only one group" if groups == 1 else "Fewer than two groups are judged"
        return tuple(Figure(metric, None, None, n, reason=reason) for metric, _, _ in names)
    return tuple(_figure(metric, {values: getattr(sums[values], part) for values in judged}, by_ratio, n)
                 for metric, part, by_ratio in names)  # fmt: skip


def _figure(metric: str, parts: Mapping[Values, Moments | None], by_ratio: bool, n: int) -> Figure:
    """The highest mean less the lowest, or over it, with Welch's or the delta method's interval between those two."""
    known = {values: part for values, part in parts.items() if part is not None and part.mean is not None}
    if len(known) < len(parts):
        return Figure(metric, None, None, n, reason=NO_ACTUAL)
    low, high = (pick(known, key=lambda values: (known[values].mean, values)) for pick in (min, max))
    lowest, highest = known[low], known[high]
    names, rows = (" × ".join(low), " × ".join(high)), min(lowest.n, highest.n)
    if not by_ratio:
        apart = welch(highest, lowest)
        return Figure(metric, apart.difference, apart.interval, rows, names, exact=apart.difference, method="Welch")
    if not lowest.mean or highest.mean is None:
        return Figure(metric, None, None, rows, names, reason=f"The error of {names[0]} is 0")
    ratio, interval = float(highest.mean / lowest.mean), ratio_interval(highest, lowest)
    if metric.startswith("root"):
        ratio = sqrt(ratio)
        interval = Interval(sqrt(interval.low), sqrt(interval.high)) if interval else None
    return Figure(metric, ratio, interval, rows, names, exact=ratio, method="delta method")
