"""What a policy demands, as values: thresholds, quorum, deadlines and checklists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from core.policy.alerting.rules import Alerting
from core.policy.controls.rules import Control, OutputReviews
from core.policy.keeping.rules import DataKeeping, EventKeeping
from core.policy.monitors.rules import Monitor
from core.policy.safeguards.rules import CanaryHold, ComparisonRule, RollbackGuard
from core.policy.scope.rules import ALL_TIERS as ALL_TIERS
from core.policy.scope.rules import Direction as Direction
from core.policy.scope.rules import Task as Task
from core.policy.stressing.rules import StressRules

# how many days a rehearsal of the way back counts, by tier, where a policy does not say so
REHEARSAL_DAYS: Mapping[int, int] = MappingProxyType({1: 90, 2: 180, 3: 365, 4: 365})
POST_LAUNCH_DAYS: Mapping[int, int] = MappingProxyType({1: 30, 2: 30, 3: 60, 4: 90})


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


class ChangeKind(StrEnum):
    """What a change request asks for."""

    FIRST_USE = "first use"
    NEW_VERSION = "new version"
    RESTRICTED_USE = "restricted use"
    POLICY_EXCEPTION = "policy exception"
    ROLLBACK = "rollback"
    RETIREMENT = "retirement"


INTO_USE = frozenset({ChangeKind.FIRST_USE, ChangeKind.NEW_VERSION})


class Function(StrEnum):
    """The part of the organisation for which an approver speaks."""

    COMPLIANCE = "compliance"
    SECURITY = "security"
    LEGAL = "legal"
    BUSINESS = "business"


class ItemCheck(StrEnum):
    """What can fill a checklist item by itself, from the evidence at hand."""

    FAILED_CHECKS = "failed checks"
    OPEN_FINDINGS = "open findings"
    CHALLENGE = "effective challenge"


class DemandedFrom(StrEnum):
    """The phase of a change from which something that its path demands must be there."""

    APPROVAL = "approval"
    EXECUTION = "execution"


class Phase(StrEnum):
    """How a version takes over: without effect beside the old one, for a share of the cases, or for all."""

    SHADOW = "shadow"
    CANARY = "canary"
    FULL = "full"


@dataclass(frozen=True)
class RolloutStep:
    """One step of a rollout: its phase, the share of cases in percent, and the hours it holds before the next."""

    phase: Phase
    percent: int
    hold_hours: int


FULL_AT_ONCE = (RolloutStep(Phase.FULL, 100, 0),)


@dataclass(frozen=True)
class Path:
    """How one kind of change to models of these tiers is let through.

    `quorum` votes to approve, among them one of each of `functions`; `code_reviews` approved reviews of the code
    behind the version, from the phase `code_reviews_from` on; then the steps of `rollout`, in order.
    """

    clause: str
    change: ChangeKind
    tiers: frozenset[int]
    quorum: int
    functions: frozenset[Function] = frozenset()
    code_reviews: int = 0
    rollout: tuple[RolloutStep, ...] = FULL_AT_ONCE
    code_reviews_from: DemandedFrom = DemandedFrom.EXECUTION


@dataclass(frozen=True)
class Escalation:
    """When an open change reminds its approvers, before it is due, and when it is escalated, after it."""

    remind_days_before: int = 2
    escalate_days_after: int = 1


@dataclass(frozen=True)
class RequiredEvidence:
    """A kind of evidence without which a version of these tiers cannot be validated."""

    clause: str
    evidence: str
    tiers: frozenset[int]


class DatasetPart(StrEnum):
    """Which of a version's datasets is meant."""

    TRAINING = "training"
    TEST = "test"


class Statement(StrEnum):
    """Something that the record of a dataset can state."""

    LICENCE = "licence"
    CLASSIFICATION = "classification"
    DIGEST = "digest"
    SCHEMA = "schema"
    ROWS = "rows"
    BIAS_PURPOSE = "bias purpose"  # in force, for each special category that groups are compared by


@dataclass(frozen=True)
class RequiredDataset:
    """What a dataset's record must state before a version of these tiers can be validated."""

    clause: str
    dataset: DatasetPart
    states: frozenset[Statement]
    tiers: frozenset[int]


@dataclass(frozen=True)
class RollbackCondition:
    """A version in production goes back when this metric lies beyond its value in so many chunks in a row.

    With a `severity` it goes back when any one monitor had breaches of at least this severity, and no metric is named.
    """

    clause: str
    metric: str
    direction: Direction
    value: float
    chunks: int
    tiers: frozenset[int]
    severity: str = ""


@dataclass(frozen=True)
class Threshold:
    """One clause: this metric lies at least or at most at this value; a failed required one opens a finding.

    It applies to models of these `tasks` and `tiers` only.
    """

    clause: str
    kind: CheckKind
    metric: str
    title: str
    direction: Direction
    value: float
    required: bool
    tasks: frozenset[Task] = frozenset(Task)
    tiers: frozenset[int] = ALL_TIERS


@dataclass(frozen=True)
class ChecklistTemplate:
    """One item that approvers answer; `pack` is empty for the policy's own items, and such items always apply.

    It is asked of these kinds of `changes`; a `check` fills it, and each approver lets that stand or overrules it.
    """

    code: str
    title: str
    guidance: str
    source: str
    required: bool
    tiers: frozenset[int]
    pack: str = ""
    changes: frozenset[ChangeKind] = INTO_USE
    check: ItemCheck | None = None


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
    escalation: Escalation = Escalation()
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
