"""What numeric predictions say by group: their level, and how far and on which side they miss."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.metrics.fairness.groups import Overall
from core.metrics.intervals import Interval


@dataclass(frozen=True)
class GroupMean:
    """A mean of the group with Student's interval, and how it compares with the reference group's.

    `difference` is the group's mean − the reference's with Welch's interval and p-value, adjusted by Holm over the
    groups of the comparison.
    """

    value: float
    interval: Interval | None = None
    difference: float | None = None
    difference_interval: Interval | None = None
    p_value: float | None = None
    holm_p_value: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class GroupErrors:
    """One group's predictions and, with what really happened, its errors (prediction − actual).

    Errors are None without an actual column; `unavailable` says so.
    """

    values: tuple[str, ...]
    n: int
    judged: bool
    is_reference: bool
    mean_prediction: GroupMean
    mean_actual: GroupMean | None = None
    mean_error: GroupMean | None = None
    mean_absolute_error: GroupMean | None = None
    root_mean_squared_error: float | None = None
    root_mean_squared_error_interval: Interval | None = None
    small_sample: bool = False
    unavailable: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The group as people say it."""
        return " × ".join(self.values)


@dataclass(frozen=True)
class RegressionComparison:
    """The groups of one comparison by numeric predictions, against one reference (None where it has no rows)."""

    attributes: tuple[str, ...]
    groups: tuple[GroupErrors, ...]
    reference: tuple[str, ...] | Overall | None
    ties: tuple[tuple[str, ...], ...] = ()

    @property
    def name(self) -> str:
        """The attributes as people say them."""
        return " × ".join(self.attributes)
