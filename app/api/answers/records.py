"""What the API answers to reads; times are ISO 8601 in UTC, digests SHA-256 in lower-case hexadecimal."""

from datetime import datetime

from pydantic import BaseModel, Field

from core.approval.rules import ChangeStatus, Choice
from core.inventory.rules import Stage
from core.metrics.verdicts import Verdict
from core.policy.rules import ChangeKind, DemandedFrom, Function
from core.validation.rules import EvidenceKind, RunStatus


class ModelLine(BaseModel):
    """One model in the list, with its newest version."""

    model: str = Field(examples=["M0001"])
    name: str
    business_line: str
    owner: str
    tier: int = Field(description="Materiality, 1 is the most material")
    version: str | None
    stage: Stage | None
    production: str | None = Field(description="The version in production")
    next_review: datetime | None


class ModelList(BaseModel):
    """One page of the inventory."""

    models: list[ModelLine]
    total: int
    limit: int
    offset: int


class VersionLine(BaseModel):
    """One version in a model's list."""

    version: str
    stage: Stage
    line: str
    rationale: str
    created_by: str
    created_at: datetime
    evidence_digest: str


class ModelView(BaseModel):
    """A model with its versions, newest first."""

    model: str
    name: str
    purpose: str
    business_line: str
    owner: str
    developer: str
    tier: int
    packs: list[str]
    next_review: datetime | None
    production: str | None
    versions: list[VersionLine]


class VerdictCount(BaseModel):
    """How the checks of a validation came out; `outcome` follows from the required ones alone."""

    outcome: Verdict
    passed: int
    failed: int
    insufficient: int
    required_failed: int
    required_insufficient: int


class EvidenceLine(BaseModel):
    """A file at hand."""

    evidence: str
    kind: EvidenceKind
    rows: int
    file_digest: str
    table_digest: str
    uploaded_by: str
    uploaded_at: datetime
    removed_at: datetime | None = Field(description="When retention removed the file; digests and results stay")
    removed_because: str | None


class MissingView(BaseModel):
    """A clause that stops a version from being concluded as validated."""

    clause: str = Field(examples=["9.1"])
    what: str = Field(examples=["A model of tier 1 is validated with attributions, and none is handed in"])
    exception: str | None = Field(description="The policy exception that lifts it now", examples=["PE0001"])


class VersionView(BaseModel):
    """One version: where it stands and what it rests on."""

    model: str
    version: str
    stage: Stage
    line: str
    intended_use: str
    limitations: str
    rationale: str
    training_dataset: str | None
    test_dataset: str | None
    created_by: str
    created_at: datetime
    evidence_digest: str
    evidence: EvidenceLine | None = Field(description="The predictions at hand")
    further_evidence: list[EvidenceLine] = Field(description="Files of other kinds at hand")
    run: str | None = Field(description="The newest finished validation")
    verdicts: VerdictCount | None
    open_findings: list[str]
    missing: list[MissingView] = Field(description="What the policy of the newest validation requires and is not there")


class CheckView(BaseModel):
    """One figure against one threshold of the policy."""

    kind: str = Field(examples=["fairness"])
    metric: str = Field(examples=["impact_ratio"])
    subject: str = Field(examples=["race: African-American"])
    value: float | None
    interval: tuple[float, float] | None
    threshold: float | None
    direction: str
    required: bool
    verdict: Verdict
    reason: str
    clause: str


class RunView(BaseModel):
    """A validation: how far it is and, once finished, its verdicts."""

    run: str
    model: str
    version: str
    evidence: str
    status: RunStatus
    step: str
    steps_done: int
    steps_total: int
    requested_at: datetime
    finished_at: datetime | None
    result_digest: str
    error: str
    verdicts: VerdictCount | None
    checks: list[CheckView]


class VoteLine(BaseModel):
    """A vote; it stands unless the evidence changed since."""

    person: str
    choice: Choice
    evidence_digest: str
    cast_at: datetime
    authenticated_at: datetime | None = Field(description="When the voter last proved who they are")
    stands: bool


class ChangeView(BaseModel):
    """A change request."""

    change: str
    kind: ChangeKind
    status: ChangeStatus
    model: str
    version: str
    rationale: str
    restriction: str = Field(description="For a restricted use: within what the version may be used")
    lifts: str | None = Field(description="For a restricted use that ends a restriction: its change")
    exception: str | None = Field(description="For a policy exception: its number")
    requested_by: str
    requested_at: datetime
    due_at: datetime
    policy: str
    quorum: int
    functions: list[Function] = Field(description="Of which the votes to approve must hold one each")
    missing: list[Function] = Field(description="Those for which no vote to approve speaks yet")
    code_reviews: int = Field(description="Of the code behind the version, that the path demands")
    code_reviews_from: DemandedFrom = Field(description="The phase before which they are demanded")
    code_lacks: list[str] = Field(description="What the code behind the version lacks of them")
    approvals: int
    evidence_digest: str
    approved_digest: str | None
    votes: list[VoteLine]


class CheckpointView(BaseModel):
    """The newest signed checkpoint of the ledger."""

    note: str = Field(description="Signed note (C2SP tlog-checkpoint)")
    verifier_key: str = Field(description="The key that signs it; pin it before you rely on it")
