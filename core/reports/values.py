"""The dossier as one frozen value: everything that a renderer needs, and nothing that it could ask further."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.approval.rules import Answer, ChangeStatus, Choice
from core.inventory.rules import Exposure, Line, Purpose, Stage
from core.metrics.verdicts import Verdict
from core.policy.rules import CheckKind, Direction
from core.validation.rules import FindingStatus, Outcome, RunStatus, Severity

TEMPLATE = "dossier 1"  # named in every dossier; a new number whenever the same value would be typeset otherwise
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
RESERVED_NAMES = frozenset({"dossier.json", "dossier.pdf", "digests.json"})


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class PersonLine:
    """Who a person's number stands for in this dossier."""

    number: str
    name: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class PackLine:
    """A regulation pack that applies to the model."""

    id: str
    title: str


@dataclass(frozen=True)
class ModelRecord:
    """The model in the inventory; people are numbers, explained by the dossier's people."""

    number: str
    name: str
    purpose: str
    business_line: str
    users: str
    vendor: str  # empty: our own
    owner: str
    developer: str
    exposure: Exposure
    purpose_class: Purpose
    tier: int
    packs: tuple[PackLine, ...]
    next_review: datetime | None
    registered_by: str
    registered_at: datetime


@dataclass(frozen=True)
class VersionRecord:
    """The version that the dossier is about."""

    version: str
    line: Line
    stage: Stage
    intended_use: str
    limitations: str
    rationale: str
    code_reference: str
    artefact_digest: str
    evidence_digest: str
    created_by: str
    created_at: datetime


class DatasetUse(StrEnum):
    """What a dataset was used for."""

    TRAINING = "training"
    TEST = "test"


@dataclass(frozen=True)
class DatasetRecord:
    """One version of a dataset and its use here."""

    use: DatasetUse
    number: str
    name: str
    version: str
    source: str
    licence: str
    classification: str
    digest: str
    rows: int | None


@dataclass(frozen=True)
class ChangedFigure:
    """One figure in this version and in the last approved one."""

    title: str
    metric: str
    subject: str
    before: float | None
    now: float | None
    threshold: float | None
    direction: Direction | None
    verdict: Verdict


@dataclass(frozen=True)
class ChangedText:
    """One field of the record that differs from the last approved version."""

    title: str
    before: str
    now: str


@dataclass(frozen=True)
class WhatChanged:
    """This version beside the last approved one; `former` is None for a first version."""

    former: str | None
    texts: tuple[ChangedText, ...] = ()
    figures: tuple[ChangedFigure, ...] = ()


@dataclass(frozen=True)
class PolicyRecord:
    """The policy version that the verdicts and the decision were made under."""

    name: str
    version: str
    digest: str
    published_by: str
    published_at: datetime
    effective_from: datetime


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


@dataclass(frozen=True)
class ConditionRecord:
    """A condition of approval: what, whose, until when, and who set it."""

    text: str
    owner: str
    due_at: datetime
    set_by: str


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


@dataclass(frozen=True)
class HistoryLine:
    """One ledger entry that concerns the version; `leaf` is its hash in the tree, hexadecimal."""

    index: int
    at: datetime
    actor: str
    role: str
    action: str
    entity: str
    detail: str
    leaf: str


@dataclass(frozen=True)
class CheckpointRecord:
    """The signed state of the ledger that the dossier leads to; `root` is hexadecimal, `note` the text as signed."""

    origin: str
    size: int
    root: str
    note: str
    key: str  # the verifier key, name+hash+base64


@dataclass(frozen=True)
class Attachment:
    """A file that travels with the dossier."""

    name: str
    mime: str
    description: str
    content: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not SAFE_NAME.fullmatch(self.name) or self.name in RESERVED_NAMES:
            raise ValueError(f"An attachment cannot be named {self.name!r}.")


@dataclass(frozen=True)
class Dossier:
    """Everything on record about one model version as of one moment."""

    reference: str  # number of the export
    scope: str
    as_of: datetime
    generated_at: datetime
    generated_by: str
    origin: str  # address of the installation
    model: ModelRecord
    version: VersionRecord
    datasets: tuple[DatasetRecord, ...]
    changed: WhatChanged
    policy: PolicyRecord
    runs: tuple[RunRecord, ...]  # newest first
    fairness: tuple[FairnessTable, ...]
    findings: tuple[FindingRecord, ...]
    challenge: tuple[ChallengeRecord, ...]
    conclusions: tuple[ConclusionRecord, ...]  # newest first
    decisions: tuple[DecisionRecord, ...]  # newest first
    history: tuple[HistoryLine, ...]
    people: tuple[PersonLine, ...]
    checkpoint: CheckpointRecord
    attachments: tuple[Attachment, ...] = ()
    template: str = TEMPLATE

    def __post_init__(self) -> None:
        names = [attachment.name for attachment in self.attachments]
        if len(names) != len(set(names)):
            raise ValueError("Two attachments have the same name.")

    @property
    def current_run(self) -> RunRecord | None:
        """The run that judged the evidence that stands now."""
        return next((run for run in self.runs if run.current), None)
