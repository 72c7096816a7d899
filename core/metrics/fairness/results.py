"""What a fairness assessment says: groups against a named reference, each figure with its interval or its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.metrics.cells import Confusion
from core.metrics.intervals import Interval
from core.metrics.significance import Test
from core.metrics.verdicts import Judgement, Verdict, judge

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
    unavailable: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The group as people say it: “African-American × Male”."""
        return " × ".join(self.values)

    @property
    def by_attribute(self) -> dict[str, str]:
        """Attribute to value."""
        return dict(zip(self.attributes, self.values, strict=True))


@dataclass(frozen=True)
class Figure:
    """One number over the judged groups of a comparison, with a bootstrap interval, or the reason it has none.

    `groups` names the groups between which the number stands: the lowest first. `n` is the smallest number of rows
    among the groups the figure rests on. `value` has the bits that Fairlearn gives on rows; `exact` is rounded once,
    from the counts, and is what verdicts compare: 0.9 − 0.7 is 0.2 there, and exactly four-fifths is 0.8.
    """

    metric: str
    value: float | None
    interval: Interval | None
    n: int
    groups: tuple[str, ...] = ()
    reason: str = ""
    exact: float | None = None


@dataclass(frozen=True)
class Comparison:
    """The groups of one attribute, or of several crossed, against one reference.

    `reference` is the values of the reference group, “overall”, or None where there is none. `ties` are groups with the
    same rate as a most selected reference. Groups come in the order of their names.
    """

    attributes: tuple[str, ...]
    groups: tuple[GroupResult, ...]
    reference: tuple[str, ...] | Overall | None
    ties: tuple[tuple[str, ...], ...]
    figures: tuple[Figure, ...]
    minimum_group: int

    @property
    def name(self) -> str:
        """The attributes as people say them: “race × sex”."""
        return " × ".join(self.attributes)

    def figure(self, metric: str) -> Figure:
        """The figure of this name; KeyError if no such metric is computed."""
        for figure in self.figures:
            if figure.metric == metric:
                return figure
        raise KeyError(metric)

    def judge(self, metric: str, threshold: float, direction: str) -> Judgement:
        """The verdict on one figure of this comparison.

        Groups with fewer than `minimum_group` rows are not judged; but a pass is withheld as insufficient evidence
        where the impact ratio of such a group lies below the threshold: it was not shown that it passes.
        """
        figure = self.figure(metric)
        judgement = judge(
            figure.exact,
            figure.interval,
            threshold,
            direction,
            n=figure.n,
            minimum_n=self.minimum_group,
            reason=figure.reason,
            between=" against ".join(figure.groups),
        )
        if judgement.verdict is Verdict.INSUFFICIENT:
            return judgement
        return self._with_small_groups(figure, judgement, threshold)

    def _with_small_groups(self, figure: Figure, judgement: Judgement, threshold: float) -> Judgement:
        small = [group for group in self.groups if not group.judged]
        below = [
            group.name
            for group in small
            if figure.metric == "impact_ratio" and (group.impact_ratio is None or group.impact_ratio < threshold)
        ]
        if judgement.verdict is Verdict.PASS and below:
            words = f"; {_listed(below)}: below it with fewer than {self.minimum_group} rows, so a pass is not shown"
            return Judgement(Verdict.INSUFFICIENT, judgement.reason + words)
        unjudged = f"; not judged, fewer than {self.minimum_group} rows: {_listed([group.name for group in small])}"
        return Judgement(judgement.verdict, judgement.reason + (unjudged if small else ""))


@dataclass(frozen=True)
class FairnessResult:
    """A fairness assessment: each attribute alone, then all of them crossed."""

    rows: int
    unknown: Mapping[str, int]
    favourable: str
    positive: str
    comparisons: tuple[Comparison, ...]
    threshold: float

    @property
    def groups(self) -> tuple[GroupResult, ...]:
        """Every group, each attribute alone first, then the intersection."""
        return tuple(group for comparison in self.comparisons for group in comparison.groups)

    def comparison(self, *attributes: str) -> Comparison:
        """The comparison over exactly these attributes; KeyError if it was not asked for."""
        for comparison in self.comparisons:
            if comparison.attributes == attributes:
                return comparison
        raise KeyError(attributes)

    def verdicts(self) -> tuple[tuple[Comparison, Figure, Judgement], ...]:
        """The four-fifths screen on each comparison: the lowest impact ratio against the threshold."""
        return tuple(
            (
                comparison,
                comparison.figure("impact_ratio"),
                comparison.judge("impact_ratio", self.threshold, "at least"),
            )
            for comparison in self.comparisons
        )


def _listed(names: list[str], most: int = 5) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
