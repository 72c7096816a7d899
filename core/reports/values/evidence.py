"""Runs with their verdicts, and fairness by group, as values."""

from dataclasses import dataclass
from datetime import datetime

from core.metrics.verdicts import Verdict
from core.policy.rules import CheckKind, Direction
from core.validation.rules import RunStatus


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class VerdictRow:
    """One figure against one clause of the policy."""

    kind: CheckKind
    metric: str
    title: str
    subject: str
    value: float | None
    low: float | None
    high: float | None
    threshold: float | None
    direction: Direction | None
    required: bool
    clause: str
    verdict: Verdict
    reason: str
    evidence_digest: str
    exception: str = ""  # the number of the policy exception that stood for a failed one


@dataclass(frozen=True)
class RunRecord:
    """One validation run with what it judged; `current` when it judged the evidence that stands now."""

    number: str
    status: RunStatus
    evidence: str
    filename: str
    rows: int
    file_digest: str
    table_digest: str
    policy: str
    result_digest: str
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    current: bool
    verdicts: tuple[VerdictRow, ...]
    redacted: str = ""  # what its inputs lost since, in words
    removed: str = ""  # which of its inputs are gone since, in words


@dataclass(frozen=True)
class Unavailable:
    """A figure that could not be had, and why."""

    metric: str
    reason: str


@dataclass(frozen=True)
class GroupRow:
    """One group: its counts, its rates, and how its favourable outcomes compare with the reference."""

    group: str
    n: int
    selected: int
    selection_rate: Estimate
    impact_ratio: Estimate
    true_positive_rate: Estimate
    false_positive_rate: Estimate
    false_negative_rate: Estimate
    accuracy: Estimate
    p_value: float | None
    test: str  # z, fisher, or empty
    small_sample: bool
    judged: bool  # has the rows that a verdict needs
    reference: bool
    unavailable: tuple[Unavailable, ...] = ()


@dataclass(frozen=True)
class FairnessTable:
    """The groups of one attribute, or of several crossed, against one reference group."""

    attribute: str  # “race”, or “race × sex”
    favourable: str  # the outcome that counts as selected
    positive: str  # the label that the error rates speak of
    reference: str
    ties: tuple[str, ...]
    unknown: int  # rows without a value, left out of the groups
    threshold: float
    clause: str
    minimum_group: int
    verdict: Verdict
    reason: str
    groups: tuple[GroupRow, ...]
    notes: tuple[str, ...] = ()
