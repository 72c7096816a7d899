"""The worst corner of the data: slices ranked by how surely they do worse than all rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval, newcombe, normal, wilson
from core.metrics.robustness.results import Condition, Slice
from core.metrics.significance import compare, holm

SHOWN = 10
NO_SLICES = "No slice has the rows that a comparison needs"


@dataclass(frozen=True)
class SliceSums:
    """The rows of one slice: how many, and their losses' sum and sum of squares (for classes: errors, and the same)."""

    conditions: tuple[Condition, ...]
    n: int
    total: float
    squares: float


def worst_slices(
    slices: Sequence[SliceSums], overall: SliceSums, *, numbers: bool, reason: str = ""
) -> tuple[tuple[Slice, ...], Figure]:
    """The slices, ten at most, whose loss exceeds that of all rows most surely, and the figure of the first of them.

    Ranked by the lower bound of the difference. A slice's difference from all rows is (1 − its share of rows) × its
    difference from the rest, so its interval is Newcombe's for the rest (for numbers: Welch's), shrunk likewise.
    P-values: z or Fisher's exact for classes, Welch's z for numbers; Holm over every slice searched. `numbers` is True
    where losses are absolute errors. The figure is `worst_slice_accuracy` (1 is perfect), or for numbers
    `worst_slice_error_ratio`, the slice's mean absolute error over that of all rows (1 is no worse than all).
    Slices of all rows have no rest and are left out. Source of the search: Chung et al., Slice Finder, ICDE 2019.
    """
    metric = "worst_slice_error_ratio" if numbers else "worst_slice_accuracy"
    proper = [one for one in slices if one.n < overall.n]
    found = [_of_numbers(one, overall) if numbers else _of_classes(one, overall) for one in proper]
    if not found:
        return (), missing(metric, reason or NO_SLICES)
    adjusted = iter(holm([one.p_value for one in found if one.p_value is not None]))
    ranked = sorted((_with_holm(one, next(adjusted)) if one.p_value is not None else one for one in found), key=_order)
    sums = {one.conditions: one for one in proper}[ranked[0].conditions]
    figure = _error_ratio(sums, overall, ranked[0]) if numbers else _accuracy(sums, ranked[0])
    worse = [one for one in ranked if one.difference > 0] or ranked[:1]
    return tuple(worse[:SHOWN]), figure


def _order(one: Slice) -> tuple[float, float, str]:
    low = one.interval.low if one.interval else float("-inf")
    return -low, -one.difference, one.name


def _with_holm(one: Slice, adjusted: float) -> Slice:
    return Slice(one.conditions, one.n, one.errors, one.loss, one.difference, one.interval, one.p_value, adjusted)


def _of_classes(own: SliceSums, overall: SliceSums) -> Slice:
    errors, others, rest = int(own.total), int(overall.total - own.total), overall.n - own.n
    kept = rest / overall.n
    against_rest = newcombe(errors, own.n, others, rest)
    return Slice(
        conditions=own.conditions,
        n=own.n,
        errors=errors,
        loss=errors / own.n,
        difference=errors / own.n - overall.total / overall.n,
        interval=Interval(kept * against_rest.low, kept * against_rest.high) if against_rest else None,
        p_value=compare(errors, own.n, others, rest).p_value,
        holm_p_value=None,
    )


def _accuracy(own: SliceSums, worst: Slice) -> Figure:
    right = own.n - int(own.total)
    return Figure("worst_slice_accuracy", right / own.n, wilson(right, own.n), own.n, "Wilson", subject=worst.name)


@dataclass(frozen=True)
class _Mean:
    n: int
    mean: float
    error: float | None  # standard error; None below two rows

    @classmethod
    def of(cls, n: int, total: float, squares: float) -> "_Mean":
        mean = total / n
        if n < 2:
            return cls(n, mean, None)
        return cls(n, mean, sqrt(max(0.0, squares - n * mean * mean) / (n - 1) / n))


def _sides(own: SliceSums, overall: SliceSums) -> tuple[_Mean, _Mean]:
    rest = _Mean.of(overall.n - own.n, max(0.0, overall.total - own.total), max(0.0, overall.squares - own.squares))
    return _Mean.of(own.n, own.total, own.squares), rest


def _of_numbers(own: SliceSums, overall: SliceSums) -> Slice:
    mine, rest = _sides(own, overall)
    kept, error = rest.n / overall.n, None
    if mine.error is not None and rest.error is not None:
        error = sqrt(mine.error**2 + rest.error**2)
    difference = mine.mean - rest.mean
    return Slice(
        conditions=own.conditions,
        n=own.n,
        errors=None,
        loss=mine.mean,
        difference=mine.mean - overall.total / overall.n,
        interval=normal(kept * difference, kept * error) if error is not None else None,
        p_value=erfc(abs(difference) / error / sqrt(2)) if error else None,
        holm_p_value=None,
    )


def _error_ratio(own: SliceSums, overall: SliceSums, worst: Slice) -> Figure:
    """Interval: the delta method on slice and rest, which are independent."""
    metric = "worst_slice_error_ratio"
    mean = overall.total / overall.n
    if mean == 0:
        return missing(metric, "The error over all rows is zero, so a ratio has no measure", n=own.n)
    mine, rest = _sides(own, overall)
    interval = None
    if mine.error is not None and rest.error is not None:
        kept = rest.n / overall.n
        error = kept / mean**2 * sqrt((rest.mean * mine.error) ** 2 + (mine.mean * rest.error) ** 2)
        interval = normal(mine.mean / mean, error)
    return Figure(metric, mine.mean / mean, interval, own.n, "delta method" if interval else "", subject=worst.name)
