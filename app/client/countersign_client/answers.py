"""What the server answers, as typed values; the names are those of its OpenAPI document."""

import json
from dataclasses import dataclass
from typing import TypedDict


class Proof(TypedDict):
    """Where an act stands in the ledger."""

    index: int
    receipt: str
    entry: str


class EventsRecorded(TypedDict):
    """What became of events that were handed in; no batch where all of them were on record."""

    batch: str | None
    recorded: int
    repeated: int
    root: str | None
    ledger: Proof | None


class ProductionReceived(TypedDict):
    """What became of rows of production data."""

    batches: list[str]
    rows: int
    repeated: int
    late: int
    out_of_order: int
    waiting: int
    held: int
    quarantined: list[str]
    ledger: Proof


class MetricsReceived(TypedDict):
    """What became of metric points."""

    points: int
    repeated: int
    series: int
    ledger: Proof


class Check(TypedDict):
    """One figure against its threshold."""

    kind: str
    metric: str
    subject: str
    value: float | None
    interval: list[float] | None
    threshold: float | None
    direction: str
    required: bool
    verdict: str
    reason: str
    clause: str


class Count(TypedDict):
    """How the checks came out; `outcome` is the worst verdict of the required ones."""

    outcome: str
    passed: int
    failed: int
    insufficient: int
    required_failed: int
    required_insufficient: int


class Run(TypedDict):
    """A validation: how far it is and, once finished, its verdicts."""

    run: str
    model: str
    version: str
    evidence: str
    status: str
    step: str
    steps_done: int
    steps_total: int
    requested_at: str
    finished_at: str | None
    result_digest: str
    error: str
    verdicts: Count | None
    checks: list[Check]


class Registered(TypedDict):
    """A model and version that were registered."""

    model: str
    version: str
    ledger: Proof


class HandedIn(TypedDict):
    """Evidence that was taken in."""

    evidence: str
    kind: str
    rows: int
    file_digest: str
    table_digest: str
    evidence_digest: str
    mapping: dict[str, object]
    personal_data: list[dict[str, object]]
    ledger: Proof


class PlanProblem(TypedDict):
    """One thing to put right in a file of models."""

    reason: str
    line: int | None
    column: str | None
    found: str
    expected: str


class UnknownEntry(TypedDict):
    """An entry of a document that no field of the record holds."""

    path: str
    said: str


class ImportPlan(TypedDict):
    """What an import would do."""

    kind: str
    possible: bool
    plan: str
    sha256: str
    models: int
    versions: int
    datasets: int
    changed: int
    same: int
    refused: int
    columns: dict[str, str]
    left_out: list[str]
    unknown: list[UnknownEntry]
    rows: list[dict[str, object]]
    problems: list[PlanProblem]


class ImportDone(TypedDict):
    """An import that was made."""

    import_number: str
    models: int
    versions: int
    datasets: int
    changed: int
    same: int
    ledger: Proof


class ComplianceResult(TypedDict):
    """What one routine check came to."""

    check: str
    outcome: str
    examined: int
    deviations: int
    said: str


class ComplianceRun(TypedDict):
    """A run of the routine checks."""

    run: str
    results: list[ComplianceResult]


class Deviation(TypedDict):
    """Something that deviates, in words."""

    check: str
    said: str


class ComplianceRan(TypedDict):
    """A run that was just made, and what stands of its checks."""

    holds: bool
    run: ComplianceRun
    open: list[Deviation]
    ledger: Proof


class Started(TypedDict):
    """A validation that was started."""

    run: str
    status: str
    ledger: Proof


@dataclass(frozen=True)
class Result:
    """Everything that a validation computed: JSON in full precision, to the byte as the ledger has its SHA-256."""

    run: str
    digest: str
    content: bytes

    def values(self) -> dict[str, object]:
        """The content, parsed."""
        found = json.loads(self.content)
        assert isinstance(found, dict)
        return found


class ExportStarted(TypedDict):
    """An export that is being built."""

    export: str
    ledger: Proof


class Export(TypedDict):
    """An export: how far it is, and what it holds once it is ready."""

    export: str
    template: str
    template_version: str
    format: str
    status: str
    step: str
    complete: bool | None
    filename: str
    size: int
    digest: str
    error: str
