"""What a policy demands, as values: thresholds, quorum, deadlines and checklists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Direction(StrEnum):
    """On which side of its threshold a figure must lie; on the threshold is met."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


class CheckKind(StrEnum):
    """The families of checks, in reading order."""

    QUALITY = "quality"
    PERFORMANCE = "performance"
    FAIRNESS = "fairness"
    BIAS_AUDIT = "bias audit"
    DRIFT = "drift"
    EXPLAINABILITY = "explainability"
    ROBUSTNESS = "robustness"


TITLES: Mapping[CheckKind, str] = MappingProxyType(
    {
        CheckKind.QUALITY: "Data quality",
        CheckKind.PERFORMANCE: "Performance",
        CheckKind.FAIRNESS: "Fairness",
        CheckKind.BIAS_AUDIT: "Bias audit",
        CheckKind.DRIFT: "Drift",
        CheckKind.EXPLAINABILITY: "Reasons",
        CheckKind.ROBUSTNESS: "Robustness",
    }
)


class Task(StrEnum):
    """What a model predicts: one of two classes, one of several, or a number."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


@dataclass(frozen=True)
class Threshold:
    """One clause: this metric lies at least or at most at this value; a failed required one opens a finding.

    It applies to models of these `tasks` only.
    """

    clause: str
    kind: CheckKind
    metric: str
    title: str
    direction: Direction
    value: float
    required: bool
    tasks: frozenset[Task] = frozenset(Task)


@dataclass(frozen=True)
class ChecklistTemplate:
    """One item that approvers answer; `pack` is empty for the policy's own items, and such items always apply."""

    code: str
    title: str
    guidance: str
    source: str
    required: bool
    tiers: frozenset[int]
    pack: str = ""


@dataclass(frozen=True)
class Policy:
    """A policy as its text says it."""

    name: str
    version: str
    minimum_rows: int
    minimum_group: int
    thresholds: tuple[Threshold, ...]
    items: tuple[ChecklistTemplate, ...]
    quorum_by_tier: Mapping[int, int]
    decision_days_by_tier: Mapping[int, int]
    review_months_by_tier: Mapping[int, int]
    remediation_days_by_severity: Mapping[str, int]

    def quorum(self, tier: int) -> int:
        """How many votes to approve a version of this tier needs."""
        return self.quorum_by_tier[tier]

    def decision_days(self, tier: int) -> int:
        """How many days a decision may wait."""
        return self.decision_days_by_tier[tier]

    def review_months(self, tier: int) -> int:
        """How many months lie between periodic reviews."""
        return self.review_months_by_tier[tier]

    def remediation_days(self, severity: str) -> int:
        """How many days a finding of this severity may stay open."""
        return self.remediation_days_by_severity[severity]

    def checklist(self, tier: int, packs: Sequence[str]) -> tuple[ChecklistTemplate, ...]:
        """The items for a model of this tier to which these regulation packs apply, in the policy's order."""
        return tuple(item for item in self.items if tier in item.tiers and (not item.pack or item.pack in packs))

    def of_kind(self, kind: CheckKind) -> tuple[Threshold, ...]:
        """The thresholds of one family of checks."""
        return tuple(threshold for threshold in self.thresholds if threshold.kind is kind)
