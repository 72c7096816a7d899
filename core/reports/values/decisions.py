"""Findings, effective challenge, conclusions and decisions, as values."""

from dataclasses import dataclass
from datetime import datetime

from core.approval.rules import Answer, ChangeStatus, Choice
from core.policy.rules import ChangeKind
from core.validation.rules import FindingStatus, Outcome, Severity


@dataclass(frozen=True)
class FindingRecord:
    """Something found wanting, with its remediation and closing."""

    number: str
    title: str
    detail: str
    severity: Severity
    status: FindingStatus
    owner: str
    raised_by: str
    raised_at: datetime
    due_at: datetime
    remediation: str
    remediated_by: str | None
    remediated_at: datetime | None
    closing_note: str
    closed_by: str | None
    closed_at: datetime | None


@dataclass(frozen=True)
class ChallengeRecord:
    """A question of a validator and the answer on record."""

    number: str
    question: str
    asked_by: str
    asked_at: datetime
    answer: str
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class ConclusionRecord:
    """How a validation was concluded, on which evidence."""

    outcome: Outcome
    summary: str
    evidence_digest: str
    concluded_by: str
    concluded_at: datetime


@dataclass(frozen=True)
class ItemRecord:
    """One approver's answer to one checklist item; without an answer while there is none."""

    code: str
    title: str
    clause: str
    required: bool
    answer: Answer | None
    reason: str
    author: str | None
    answered_at: datetime | None
    frozen_at: datetime | None
    evidence: str = ""
    filled: bool = False  # a check gave it, and the author let it stand


@dataclass(frozen=True)
class VoteRecord:
    """A vote with its rationale, bound to the evidence it was cast on."""

    person: str
    role: str
    choice: Choice
    rationale: str
    evidence_digest: str
    cast_at: datetime
    stands: bool
    voided_at: datetime | None
    functions: tuple[str, ...] = ()  # that it speaks for
    on_behalf_of: str | None = None
    meaning: str = ""


@dataclass(frozen=True)
class DissentRecord:
    """A written dissent, which stands beside the votes and stops nothing."""

    person: str
    text: str
    functions: tuple[str, ...]
    meaning: str
    evidence_digest: str
    written_at: datetime
    stands: bool


@dataclass(frozen=True)
class ExceptionRecord:
    """A policy exception: from which clause, what compensates, from when until when, and how it stood."""

    number: str
    change: str
    clause: str
    title: str
    covers: str
    threshold: float | None
    figure: float | None
    controls: str
    starts_at: datetime | None
    ends_at: datetime
    state: str


@dataclass(frozen=True)
class ConditionRecord:
    """A condition of approval: what, whose, until when, who set it, and what became of it."""

    text: str
    owner: str
    due_at: datetime
    set_by: str
    evidence: str = ""
    done_by: str | None = None
    done_at: datetime | None = None
    verified_by: str | None = None
    verified_at: datetime | None = None


@dataclass(frozen=True)
class DecisionRecord:
    """A change request through its four phases."""

    number: str
    status: ChangeStatus
    rationale: str
    quorum: int
    requested_by: str
    requested_at: datetime
    due_at: datetime
    approved_digest: str | None
    decided_at: datetime | None
    executed_by: str | None
    executed_at: datetime | None
    replaced: str | None  # the version that execution superseded
    checklist: tuple[ItemRecord, ...]
    votes: tuple[VoteRecord, ...]
    conditions: tuple[ConditionRecord, ...]
    kind: ChangeKind = ChangeKind.NEW_VERSION
    functions: tuple[str, ...] = ()  # of which the votes to approve must hold one each
    restriction: str = ""
    lifts: str = ""  # the change whose restriction it ends
    exception: ExceptionRecord | None = None
    dissents: tuple[DissentRecord, ...] = ()
    returned_by: str | None = None
    returned_at: datetime | None = None
    return_reason: str = ""
