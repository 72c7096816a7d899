"""The parts of a comparison: a share, a group with its shares, and one number over all groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.metrics.cells import Confusion
from core.metrics.intervals import Interval
from core.metrics.significance import SMALL_EXPECTED_COUNT, SMALL_GROUP, Test

Overall = Literal["overall"]


@dataclass(frozen=True)
class Rate:
    """A share with its counts and Wilson interval; without a value where nothing could be counted."""

    count: int
    of: int
    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class GroupResult:
    """One group: counts and rates of its own, and how its favourable outcomes compare with the reference.

    `selected` and `selection_rate` count the favourable outcome; the other rates speak of the positive label. A rate is
    None where there are no labels. Whatever is None has its reason in `unavailable`, by metric.
    """

    attributes: tuple[str, ...]
    values: tuple[str, ...]
    n: int
    positives: int | None
    confusion: Confusion | None
    selected: int
    selection_rate: Rate
    true_positive_rate: Rate | None = None
    false_positive_rate: Rate | None = None
    true_negative_rate: Rate | None = None
    false_negative_rate: Rate | None = None
    accuracy: Rate | None = None
    precision: Rate | None = None
    impact_ratio: float | None = None
    impact_ratio_interval: Interval | None = None
    difference: float | None = None
    difference_interval: Interval | None = None
    p_value: float | None = None
    holm_p_value: float | None = None
    test: Test | None = None
    small_sample: bool = False
    judged: bool = True  # has the rows that a verdict needs
    is_reference: bool = False
    expected_count: float | None = None  # the smallest of the two by two with the reference; below 5 Fisher's test
    conditional_impact_ratio: float | None = None  # against the reference of the conditional comparison
    unavailable: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The group as people say it: “African-American × Male”."""
        return " × ".join(self.values)

    @property
    def badge(self) -> str:
        """Why the group is marked as a small sample; empty if it is not."""
        few_expected = self.expected_count is not None and self.expected_count < SMALL_EXPECTED_COUNT
        words = [
            *([f"fewer than {SMALL_GROUP} rows"] if self.n < SMALL_GROUP else []),
            *([f"an expected count below {SMALL_EXPECTED_COUNT}"] if few_expected else []),
        ]
        return " and ".join(words)

    @property
    def by_attribute(self) -> dict[str, str]:
        """Attribute to value."""
        return dict(zip(self.attributes, self.values, strict=True))


@dataclass(frozen=True)
class Figure:
    """One number over the judged groups of a comparison, with its interval, or the reason why it is not available.

    `groups` names the groups between which the number stands: the lowest first. `n` is the smallest number of rows
    among the groups the figure rests on. `value` has the bits that Fairlearn gives on rows; `exact` is rounded once,
    from the counts, and is what verdicts compare: 0.9 − 0.7 is 0.2 there, and exactly four-fifths is 0.8. `method` says
    how the interval was found.
    """

    metric: str
    value: float | None
    interval: Interval | None
    n: int
    groups: tuple[str, ...] = ()
    reason: str = ""
    exact: float | None = None
    method: str = ""
