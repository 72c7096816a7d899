"""What a policy demands, as values: thresholds, quorum, deadlines and checklists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from core.policy.alerting.rules import Alerting
from core.policy.controls.rules import Control, OutputReviews
from core.policy.keeping.rules import DataKeeping, EventKeeping
from core.policy.monitors.rules import Monitor
from core.policy.rules.demands import (
    FULL_AT_ONCE,
    ChecklistTemplate,
    DatasetPart,
    Escalation,
    Path,
    RequiredDataset,
    RequiredEvidence,
    RollbackCondition,
    RolloutStep,
    Statement,
    Threshold,
)
from core.policy.rules.words import INTO_USE, TITLES, ChangeKind, CheckKind, DemandedFrom, Function, ItemCheck, Phase
from core.policy.safeguards.rules import CanaryHold, ComparisonRule, RollbackGuard
from core.policy.scope.rules import ALL_TIERS as ALL_TIERS
from core.policy.scope.rules import Direction as Direction
from core.policy.scope.rules import Task as Task
from core.policy.stressing.rules import StressRules

__all__ = [
    "ALL_TIERS",
    "FULL_AT_ONCE",
    "INTO_USE",
    "POST_LAUNCH_DAYS",
    "REHEARSAL_DAYS",
    "TITLES",
    "ChangeKind",
    "CheckKind",
    "ChecklistTemplate",
    "DatasetPart",
    "DemandedFrom",
    "Direction",
    "Escalation",
    "Function",
    "ItemCheck",
    "Path",
    "Phase",
    "Policy",
    "RequiredDataset",
    "RequiredEvidence",
    "RollbackCondition",
    "RolloutStep",
    "Statement",
    "Task",
    "Threshold",
]

# how many days a rehearsal of the way back counts, by tier, where a policy does not say so
REHEARSAL_DAYS: Mapping[int, int] = MappingProxyType({1: 90, 2: 180, 3: 365, 4: 365})
POST_LAUNCH_DAYS: Mapping[int, int] = MappingProxyType({1: 30, 2: 30, 3: 60, 4: 90})


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
    paths: tuple[Path, ...] = ()
    escalation: Escalation = field(default_factory=Escalation)
    longest_exception_days: int = 180
    required_evidence: tuple[RequiredEvidence, ...] = ()
    required_datasets: tuple[RequiredDataset, ...] = ()
    rollback_conditions: tuple[RollbackCondition, ...] = ()
    rehearsal_days_by_tier: Mapping[int, int] = field(default_factory=lambda: dict(REHEARSAL_DAYS))
    post_launch_days_by_tier: Mapping[int, int] = field(default_factory=lambda: dict(POST_LAUNCH_DAYS))
    events: EventKeeping = field(default_factory=EventKeeping)
    data: DataKeeping = field(default_factory=DataKeeping)
    smallest_cell: int = 0  # people a group must have to be shown; 0: every group is shown
    controls: tuple[Control, ...] = ()
    stress: StressRules = field(default_factory=StressRules)
    output_reviews: OutputReviews = field(default_factory=OutputReviews)
    alerting: Alerting = field(default_factory=Alerting)
    monitors: tuple[Monitor, ...] = ()
    rollback_guard: RollbackGuard = field(default_factory=RollbackGuard)
    canary_hold: CanaryHold = field(default_factory=CanaryHold)
    comparison: ComparisonRule = field(default_factory=ComparisonRule)

    def quorum(self, tier: int) -> int:
        """How many votes to approve a version of this tier needs."""
        return self.quorum_by_tier[tier]

    def path(self, change: ChangeKind, tier: int) -> Path:
        """How such a change to a model of this tier is let through; without a path of its own, by the quorum alone."""
        for path in self.paths:
            if path.change is change and tier in path.tiers:
                return path
        return Path("", change, frozenset({tier}), self.quorum(tier))

    def decision_days(self, tier: int) -> int:
        """How many days a decision may wait."""
        return self.decision_days_by_tier[tier]

    def review_months(self, tier: int) -> int:
        """How many months lie between periodic reviews."""
        return self.review_months_by_tier[tier]

    def rehearsal_days(self, tier: int) -> int:
        """How many days a rehearsal of the way back counts."""
        return self.rehearsal_days_by_tier[tier]

    def post_launch_days(self, tier: int) -> int:
        """How many days after a version serves in full its post-launch review is due."""
        return self.post_launch_days_by_tier[tier]

    def remediation_days(self, severity: str) -> int:
        """How many days a finding of this severity may stay open."""
        return self.remediation_days_by_severity[severity]

    def checklist(
        self, tier: int, packs: Sequence[str], change: ChangeKind = ChangeKind.NEW_VERSION
    ) -> tuple[ChecklistTemplate, ...]:
        """What such a change to a model of this tier, to which these packs apply, is asked; in the policy's order."""
        return tuple(
            item
            for item in self.items
            if tier in item.tiers and change in item.changes and (not item.pack or item.pack in packs)
        )

    def for_tier(self, tier: int) -> "Policy":
        """The same policy with the thresholds that apply to models of this tier."""
        return replace(self, thresholds=tuple(one for one in self.thresholds if tier in one.tiers))

    def of_kind(self, kind: CheckKind) -> tuple[Threshold, ...]:
        """The thresholds of one family of checks."""
        return tuple(threshold for threshold in self.thresholds if threshold.kind is kind)
