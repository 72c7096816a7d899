"""What single clauses of a policy demand: paths, evidence, datasets, ways back, thresholds, items."""

from dataclasses import dataclass
from enum import StrEnum

from core.policy.rules.words import INTO_USE, ChangeKind, CheckKind, DemandedFrom, Function, ItemCheck, Phase
from core.policy.scope.rules import ALL_TIERS as ALL_TIERS
from core.policy.scope.rules import Direction as Direction
from core.policy.scope.rules import Task as Task


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
