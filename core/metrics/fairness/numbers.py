"""From each group's sums to means, errors and their gaps: regression parity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt

from core.metrics.fairness.figures import too_few
from core.metrics.fairness.groups import Figure, Overall
from core.metrics.fairness.numeric import GroupErrors, GroupMean, RegressionComparison
from core.metrics.fairness.results import NO_LABEL, Comparison
from core.metrics.intervals import Interval
from core.metrics.moments import Moments, mean_interval, ratio_interval, welch
from core.metrics.significance import SMALL_GROUP, holm

Values = tuple[str, ...]
ERRORS = ("mean_actual", "mean_error", "mean_absolute_error", "root_mean_squared_error")
MEANS = ("mean_prediction", "mean_actual", "mean_error", "mean_absolute_error")
PART_OF_IT = "The group is part of the reference, everybody"
# Which means a figure compares: by the lowest over the highest, or by the highest less the lowest.
FIGURES = (
    ("mean_prediction_difference", "prediction", False),
    ("mean_error_difference", "error", False),
    ("mean_absolute_error_difference", "absolute", False),
    ("mean_absolute_error_ratio", "absolute", True),
    ("root_mean_squared_error_ratio", "squared", True),
)


@dataclass(frozen=True)
class NumberSums:
    """A group's moments: of predictions and, with labels, of actual values, errors, absolute and squared errors."""

    prediction: Moments
    actual: Moments | None = None
    error: Moments | None = None
    absolute: Moments | None = None
    squared: Moments | None = None


@dataclass(frozen=True)
class Standard:
    """The reference of one comparison, and who ties with it."""

    values: Values | Overall | None
    sums: NumberSums | None
    ties: tuple[Values, ...] = ()


def compare_numbers(
    attributes: tuple[str, ...],
    sums: Mapping[Values, NumberSums],
    *,
    reference: Mapping[str, str] | Overall | None,
    higher_is_favourable: bool,
    minimum_group: int,
    unknown: int = 0,
) -> tuple[Comparison, RegressionComparison]:
    """The groups of one comparison by numeric predictions, with the figures over those with `minimum_group` rows.

    The reference is the named group, everybody, or the judged group with the most favourable mean prediction (of equals
    the largest, then the first by name; the others are listed as ties). Definitions, with error = prediction − actual:
    `mean_prediction_difference`, `mean_error_difference` and `mean_absolute_error_difference` are the highest mean of a
    judged group less the lowest (0 is equality; Welch's interval); `mean_absolute_error_ratio` and
    `root_mean_squared_error_ratio` the lowest over the highest (1 is equality; delta method on the logarithm).
    """
    judged = [values for values, one in sums.items() if one.prediction.n >= minimum_group]
    standard = _standard(attributes, sums, judged or list(sums), reference, higher=higher_is_favourable)
    groups = _with_holm([_group(values, one, standard, minimum_group) for values, one in sums.items()])
    compared = Comparison(
        attributes=attributes,
        groups=(),
        reference=standard.values,
        ties=standard.ties,
        figures=_figures(sums, judged),
        minimum_group=minimum_group,
        unknown=unknown,
        small_groups=tuple(group.name for group in groups if not group.judged),
    )
    return compared, RegressionComparison(attributes, groups, standard.values, standard.ties)


def _standard(
    attributes: tuple[str, ...],
    sums: Mapping[Values, NumberSums],
    among: Sequence[Values],
    wanted: Mapping[str, str] | Overall | None,
    *,
    higher: bool,
) -> Standard:
    if not among:
        return Standard(None, None)
    if wanted == "overall":
        return Standard("overall", _together(list(sums.values())))
    if wanted is not None and all(name in wanted for name in attributes):
        named = tuple(wanted[name] for name in attributes)
        return Standard(named, sums[named]) if named in sums else Standard(None, None)
    means = {values: (sums[values].prediction.mean or Fraction(0)) * (1 if higher else -1) for values in among}
    best = max(means.values())
    equals = (values for values in among if means[values] == best)
    first, *ties = sorted(equals, key=lambda values: (-sums[values].prediction.n, values))
    return Standard(first, sums[first], tuple(ties))


def _together(groups: Sequence[NumberSums]) -> NumberSums:
    def added(parts: Sequence[Moments | None]) -> Moments | None:
        known = [part for part in parts if part is not None]
        if not known:
            return None
        return Moments(
            sum(part.n for part in known),
            sum((part.total for part in known), Fraction(0)),
            sum((part.squares for part in known), Fraction(0)),
        )

    prediction = added([group.prediction for group in groups])
    assert prediction is not None
    return NumberSums(
        prediction,
        added([group.actual for group in groups]),
        added([group.error for group in groups]),
        added([group.absolute for group in groups]),
        added([group.squared for group in groups]),
    )


def _group(values: Values, own: NumberSums, standard: Standard, minimum_group: int) -> GroupErrors:
    root, interval = _root(own.squared)
    other = standard.sums
    reason = ""
    if values == standard.values:
        other, reason = None, "This is the reference group"
    elif standard.sums is None:
        reason = "The reference group has no rows"
    elif standard.values == "overall":
        reason = PART_OF_IT
    return GroupErrors(
        values=values,
        n=own.prediction.n,
        judged=own.prediction.n >= minimum_group,
        is_reference=values == standard.values,
        mean_prediction=_mean(own.prediction, other.prediction if other else None, reason),
        mean_actual=_mean_or_none(own.actual, other.actual if other else None, reason),
        mean_error=_mean_or_none(own.error, other.error if other else None, reason),
        mean_absolute_error=_mean_or_none(own.absolute, other.absolute if other else None, reason),
        root_mean_squared_error=root,
        root_mean_squared_error_interval=interval,
        small_sample=own.prediction.n < SMALL_GROUP,
        unavailable={} if own.error else dict.fromkeys(ERRORS, NO_LABEL),
    )


def _mean_or_none(own: Moments | None, other: Moments | None, reason: str) -> GroupMean | None:
    return _mean(own, other, reason) if own is not None else None


def _mean(own: Moments, other: Moments | None, reason: str) -> GroupMean:
    assert own.mean is not None
    found = GroupMean(float(own.mean), mean_interval(own), reason=reason)
    if other is None:
        return found
    apart = welch(own, other)
    if reason:  # everybody is no second sample, so there is a difference and no test
        return replace(found, difference=apart.difference)
    return replace(
        found,
        difference=apart.difference,
        difference_interval=apart.interval,
        p_value=apart.p_value,
        reason=apart.reason,
    )


def _root(squared: Moments | None) -> tuple[float | None, Interval | None]:
    """Root mean squared error; its interval is that of the mean of squares, by the square root."""
    if squared is None or squared.mean is None:
        return None, None
    interval = mean_interval(squared)
    ends = Interval(sqrt(max(0.0, interval.low)), sqrt(interval.high)) if interval else None
    return sqrt(squared.mean), ends


def _with_holm(groups: Sequence[GroupErrors]) -> tuple[GroupErrors, ...]:
    """Each mean's p-values corrected for the number of groups that were tested."""
    adjusted = {name: _adjusted([_mean_of(group, name) for group in groups]) for name in MEANS}
    return tuple(
        replace(
            group,
            mean_prediction=adjusted["mean_prediction"][at] or group.mean_prediction,
            mean_actual=adjusted["mean_actual"][at],
            mean_error=adjusted["mean_error"][at],
            mean_absolute_error=adjusted["mean_absolute_error"][at],
        )
        for at, group in enumerate(groups)
    )


def _mean_of(group: GroupErrors, name: str) -> GroupMean | None:
    found: GroupMean | None = getattr(group, name)
    return found


def _adjusted(means: Sequence[GroupMean | None]) -> tuple[GroupMean | None, ...]:
    tested = [at for at, mean in enumerate(means) if mean is not None and mean.p_value is not None]
    values = holm([mean.p_value for mean in means if mean is not None and mean.p_value is not None])
    by_place = dict(zip(tested, values, strict=True))
    return tuple(mean and replace(mean, holm_p_value=by_place.get(at)) for at, mean in enumerate(means))


def _figures(sums: Mapping[Values, NumberSums], judged: Sequence[Values]) -> tuple[Figure, ...]:
    n = min((sums[values].prediction.n for values in judged), default=0)
    if len(judged) < 2:
        reason = too_few(len(sums), len(judged))
        return tuple(Figure(metric, None, None, n, reason=reason) for metric, _, _ in FIGURES)
    return tuple(_figure(metric, {values: getattr(sums[values], part) for values in judged}, by_ratio, n)
                 for metric, part, by_ratio in FIGURES)  # fmt: skip


def _figure(metric: str, given: Mapping[Values, Moments | None], by_ratio: bool, n: int) -> Figure:
    parts = {values: part for values, part in given.items() if part is not None}
    if len(parts) < len(given):
        return Figure(metric, None, None, n, reason=NO_LABEL)
    low, high = (pick(parts, key=lambda values: parts[values].mean or 0) for pick in (min, max))
    lowest, highest = parts[low], parts[high]
    names, rows = (" × ".join(low), " × ".join(high)), min(lowest.n, highest.n)
    if not by_ratio:
        apart = welch(highest, lowest)
        method = "Welch" if apart.interval else ""
        return Figure(metric, apart.difference, apart.interval, rows, names, exact=apart.difference, method=method)
    if not highest.mean or lowest.mean is None:
        return Figure(metric, None, None, rows, names, reason="No group has an error, so there is no ratio of errors")
    ratio, interval = float(lowest.mean / highest.mean), ratio_interval(lowest, highest)
    if metric.startswith("root"):
        ratio = sqrt(ratio)
        interval = Interval(sqrt(interval.low), sqrt(interval.high)) if interval else None
    return Figure(metric, ratio, interval, rows, names, exact=ratio, method="delta method" if interval else "")
