"""What a robustness assessment says: scenario by scenario, re-weighting by re-weighting, slice by slice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.metrics.figure import Figure
from core.metrics.intervals import Interval


class Origin(StrEnum):
    """Who answered the disturbed inputs."""

    MODEL = "model"  # the model itself: its answers were handed in
    SURROGATE = "surrogate"  # a model of ours that imitates it


@dataclass(frozen=True)
class ScenarioResult:
    """One disturbance, row by row against the undisturbed answers.

    `flips` of `n` rows have another prediction. `lost` rows were right and became wrong, `gained` the reverse; `before`
    and `after` are accuracy, or mean absolute error for numbers; `drop` is the accuracy lost, or the error's growth
    relative to before; `p_value` is McNemar's exact one. `score_change` is the mean |change| of the score, or of the
    prediction where it is a number. `fidelity` tells how faithful a surrogate is. What is None has its reason in
    `unavailable`, by name.
    """

    name: str
    kind: str
    origin: Origin
    n: int
    fidelity: float | None = None
    flips: int | None = None
    flip_rate: float | None = None
    flip_interval: Interval | None = None
    score_change: float | None = None
    score_change_interval: Interval | None = None
    before: float | None = None
    after: float | None = None
    lost: int | None = None
    gained: int | None = None
    drop: float | None = None
    drop_interval: Interval | None = None
    p_value: float | None = None
    unavailable: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """One group's weight in all rows and its rate of positive predictions; None without positive label."""

    value: str
    n: int
    share_before: float
    share_after: float
    selection_rate_before: float | None
    selection_rate_after: float | None
    judged: bool = True  # has the rows that a ratio needs


@dataclass(frozen=True)
class GroupImpact:
    """One attribute's groups before and after re-weighting; the impact ratio is lowest over highest selection rate."""

    attribute: str
    groups: tuple[Group, ...]
    ratio_before: float | None
    ratio_after: float | None
    reason: str = ""


@dataclass(frozen=True)
class Reweighting:
    """What if the public changed: rows counted with a weight by their value of one attribute, others with weight 1."""

    name: str
    attribute: str
    weights: Mapping[str, float]
    n: int
    accuracy_before: float | None
    accuracy_after: float | None
    selection_rate_before: float | None
    selection_rate_after: float | None
    impacts: tuple[GroupImpact, ...]
    reason: str = ""


@dataclass(frozen=True)
class Condition:
    """One attribute's value; bands of a number are written as such."""

    attribute: str
    value: str


@dataclass(frozen=True)
class Slice:
    """The rows that meet every condition, against all rows.

    `loss` is their error rate, or their mean absolute error for numbers; `difference` is that less the loss over all
    rows, with its interval; `p_value` tests the slice against the rest, `holm_p_value` among all `searched` slices.
    """

    conditions: tuple[Condition, ...]
    n: int
    errors: int | None
    loss: float
    difference: float
    interval: Interval | None
    p_value: float | None
    holm_p_value: float | None

    @property
    def name(self) -> str:
        """As people say it: “race = Asian, sex = Male”."""
        return ", ".join(f"{one.attribute} = {one.value}" for one in self.conditions)


@dataclass(frozen=True)
class RobustnessResult:
    """Everything a robustness assessment found; what it could not find has its reason.

    `loss` is the error rate over all rows, or the mean absolute error. `slices` are the worst of the `searched` ones,
    worst first. `unmatched` disturbed answers have no row among the predictions.
    """

    rows: int
    loss: float | None
    scenarios: tuple[ScenarioResult, ...]
    scenarios_reason: str
    unmatched: int
    reweightings: tuple[Reweighting, ...]
    slices: tuple[Slice, ...]
    searched: int
    minimum_slice: int
    slices_reason: str
    notes: tuple[str, ...]
    figures: tuple[Figure, ...]

    def figure(self, metric: str) -> Figure:
        """The figure of this name; KeyError if no such metric is computed."""
        for figure in self.figures:
            if figure.metric == metric:
                return figure
        raise KeyError(metric)
