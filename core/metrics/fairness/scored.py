"""What scores say by group: whether they mean the same chance in each, and how well they order it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.metrics.intervals import Interval
from core.metrics.scores import ReliabilityBin


@dataclass(frozen=True)
class GroupScores:
    """One group's scores against its labels; what is None has its reason in `unavailable`, by metric.

    `observed_rate` is the share of the positive label, `mean_score` the mean probability, `calibration_in_the_large`
    observed − score (0 is right, above 0 the group is underestimated). `expected_calibration_error` is the mean
    distance of observed share and mean score over ten bins; `calibration_error_by_chance` is what a perfectly
    calibrated model would show with as many rows, so that few rows are not taken for bad calibration. `bins` leaves
    empty ones out.
    """

    values: tuple[str, ...]
    n: int
    positives: int | None
    judged: bool
    mean_score: float | None = None
    mean_score_interval: Interval | None = None
    observed_rate: float | None = None
    observed_rate_interval: Interval | None = None
    calibration_in_the_large: float | None = None
    calibration_in_the_large_interval: Interval | None = None
    expected_calibration_error: float | None = None
    calibration_error_by_chance: float | None = None
    roc_auc: float | None = None
    roc_auc_interval: Interval | None = None
    bins: tuple[ReliabilityBin, ...] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The group as people say it."""
        return " × ".join(self.values)


@dataclass(frozen=True)
class ScoreComparison:
    """The groups of one comparison by their scores; `reason` says why there are none."""

    attributes: tuple[str, ...]
    groups: tuple[GroupScores, ...]
    reason: str = ""

    @property
    def name(self) -> str:
        """The attributes as people say them."""
        return " × ".join(self.attributes)
