"""A monitor, as a policy says it: what is measured, on which chunks of production data, against which threshold."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.policy.scope.rules import ALL_TIERS, Direction, Task


class MonitorKind(StrEnum):
    """The families of checks on production data, in reading order."""

    PERFORMANCE = "performance"
    ESTIMATED = "estimated performance"
    ERROR_RATE = "error rate"
    FAIRNESS = "fairness"
    DRIFT = "drift"
    QUALITY = "data quality"
    STABILITY = "stability"
    VOLUME = "volume"
    LATENCY = "latency"
    FRESHNESS = "freshness"
    METRIC = "metric"  # points of a series that was handed in


class ChunkUnit(StrEnum):
    """What a chunk is measured in; times are cut in UTC, weeks begin on Monday."""

    ROWS = "rows"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Against(StrEnum):
    """What a threshold is made of."""

    FIXED = "fixed"  # a value
    REFERENCE = "reference"  # mean and standard deviations of the chunks of the reference data
    LAST_APPROVED = "last approved"  # what was measured when the version approved last was validated
    COMPARABLE = "comparable"  # mean and standard deviations of former chunks of the same season


class Season(StrEnum):
    """Which former chunks are comparable with one: those that begin in the same hour, on the same weekday, …"""

    HOUR = "hour"
    WEEKDAY = "weekday"
    WEEKDAY_AND_HOUR = "weekday and hour"
    MONTH = "month"
    ANY = "any"


@dataclass(frozen=True, order=True)
class ChunkSize:
    """How much production data is checked together: so many rows, hours, days, weeks or months."""

    amount: int
    unit: ChunkUnit

    @property
    def by_rows(self) -> bool:
        return self.unit is ChunkUnit.ROWS

    def __str__(self) -> str:
        if self.by_rows:
            return f"{self.amount} rows"
        return f"{self.amount} {self.unit}{'s' if self.amount > 1 else ''}"


@dataclass(frozen=True)
class MonitorThreshold:
    """What a figure is held against.

    `fixed` has a `direction` and a `value`; the others have `deviations` of the reference or of comparable chunks, or a
    `tolerance` around the approved figure, and hold on both sides where no direction is named.
    """

    against: Against
    direction: Direction | None = None
    value: float = 0.0
    deviations: float = 3.0
    tolerance: float = 0.0
    season: Season | None = None


@dataclass(frozen=True)
class Monitor:
    """One clause: this metric is measured on each such chunk of production data, of models of these tasks and tiers.

    `environments` that are empty mean all of them; `minimum_rows` of 0 means as many as the policy's scope says, or
    half of a chunk of fewer rows. A breach is an alert of this `severity`. `aggregate` says how points of a series
    become one figure.
    """

    clause: str
    kind: MonitorKind
    metric: str
    title: str
    chunk: ChunkSize
    threshold: MonitorThreshold
    severity: str
    tiers: frozenset[int] = ALL_TIERS
    tasks: frozenset[Task] = frozenset(Task)
    environments: tuple[str, ...] = ()
    minimum_rows: int = 0
    aggregate: str = ""

    def applies(self, *, tier: int, task: Task, environment: str) -> bool:
        """Whether the clause speaks of such a model there."""
        return tier in self.tiers and task in self.tasks and (not self.environments or environment in self.environments)


# what can be measured by each kind: the metric, and in words what it is
MEASURES: Mapping[MonitorKind, Mapping[str, str]] = MappingProxyType(
    {
        MonitorKind.PERFORMANCE: MappingProxyType(
            {
                "roc_auc": "area under the ROC curve",
                "accuracy": "share of right predictions",
                "balanced_accuracy": "mean of the recall of both classes",
                "precision": "share of positive predictions that are right",
                "recall": "share of positive cases that are found",
                "specificity": "share of negative cases that are found",
                "f1_score": "harmonic mean of precision and recall",
                "brier_score": "mean squared distance of score and outcome",
                "mean_absolute_error": "mean distance of prediction and label",
                "root_mean_squared_error": "root of the mean squared distance of prediction and label",
                "bias": "mean of prediction less label",
                "r_squared": "share of the label's variance that is explained",
            }
        ),
        MonitorKind.ESTIMATED: MappingProxyType(
            {
                "roc_auc": "area under the ROC curve, expected from calibrated scores",
                "accuracy": "share of right predictions, expected from calibrated scores",
                "precision": "precision, expected from calibrated scores",
                "recall": "recall, expected from calibrated scores",
                "f1_score": "F1 score, expected from calibrated scores",
            }
        ),
        MonitorKind.ERROR_RATE: MappingProxyType(
            {
                "error_rate": "share of wrong predictions",
                "failed_share": "share of answers that came with an error",
                "false_positive_rate": "share of negative cases that are predicted positive",
                "false_negative_rate": "share of positive cases that are predicted negative",
            }
        ),
        MonitorKind.FAIRNESS: MappingProxyType(
            {
                "impact_ratio": "lowest selection rate of a group as a share of the highest",
                "demographic_parity_difference": "highest less lowest selection rate of groups",
                "true_positive_rate_difference": "highest less lowest true positive rate of groups",
                "false_positive_rate_difference": "highest less lowest false positive rate of groups",
                "accuracy_difference": "highest less lowest accuracy of groups",
            }
        ),
        MonitorKind.DRIFT: MappingProxyType(
            {
                "wasserstein": "numbers: Wasserstein distance in standard deviations of the reference",
                "jensen_shannon": "Jensen–Shannon distance, natural logarithm",
                "jensen_shannon_reference_bins": "Jensen–Shannon distance to base 2, in bins of the reference alone",
                "psi": "population stability index",
                "kolmogorov_smirnov": "numbers: p-value of the Kolmogorov–Smirnov test",
                "chi_square": "categories: p-value of the two-sample chi-square test",
                "drifted_column_share": "share of columns that drifted",
            }
        ),
        MonitorKind.QUALITY: MappingProxyType(
            {
                "missing_share": "share of missing values of a column",
                "unseen_category_share": "share of categories that the reference does not have",
                "out_of_range_share": "share of numbers outside the range of the reference",
                "missing_columns": "columns of the reference that are absent",
            }
        ),
        MonitorKind.STABILITY: MappingProxyType(
            {
                "score_psi": "population stability index of the scores against the reference",
                "positive_prediction_share": "share of positive predictions",
                "mean_score": "mean of the scores",
                "mean_prediction": "mean of predicted numbers",
            }
        ),
        MonitorKind.VOLUME: MappingProxyType({"rows": "inferences in the chunk"}),
        MonitorKind.LATENCY: MappingProxyType(
            {
                "latency_mean": "mean latency, milliseconds",
                "latency_p50": "median latency, milliseconds",
                "latency_p95": "95th percentile of latency, milliseconds",
                "latency_p99": "99th percentile of latency, milliseconds",
            }
        ),
        MonitorKind.FRESHNESS: MappingProxyType(
            {
                "data_age_hours": "hours since the last inference",
                "label_age_hours": "hours since the last label came",
            }
        ),
        MonitorKind.METRIC: MappingProxyType({}),
    }
)

AGGREGATES = ("mean", "least", "most", "last", "sum", "count")

# kinds whose figures rest on labels that come later
NEED_LABELS = frozenset({MonitorKind.PERFORMANCE, MonitorKind.ERROR_RATE})
NO_REFERENCE = frozenset({MonitorKind.FRESHNESS, MonitorKind.METRIC})
SAME_AS_VALIDATED = frozenset({MonitorKind.PERFORMANCE, MonitorKind.ESTIMATED, MonitorKind.FAIRNESS})
