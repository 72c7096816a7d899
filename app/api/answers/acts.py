"""What the API answers to acts: each with its place in the ledger."""

from pydantic import BaseModel, Field

from core.access.personal_data import Kind, Level
from core.approval.rules import ChangeStatus
from core.policy.rules import Task
from core.validation.rules import EvidenceKind, RunStatus


class LedgerProof(BaseModel):
    """Where an act stands in the ledger."""

    index: int = Field(examples=[41])
    receipt: str = Field(
        description="Proof of inclusion under a signed checkpoint (C2SP tlog-proof); keep it, it verifies offline",
        examples=["c2sp.org/tlog-proof@v1\nindex 41\n…"],
    )
    entry: str = Field(description="The entry that it proves, to the byte")


class Recorded(BaseModel):
    """Every answer to an act carries its place in the ledger."""

    ledger: LedgerProof


class EventsRecorded(BaseModel):
    """What became of events that were handed in."""

    batch: str | None = Field(
        description="The file they lie in; none when all of them were on record", examples=["B0001"]
    )
    recorded: int
    repeated: int = Field(description="On record already, and left out")
    root: str | None = Field(description="Root of the tree over the rows of the file (RFC 6962)")
    ledger: LedgerProof | None


class Registered(Recorded):
    """What was registered, by number."""

    model: str = Field(examples=["M0001"])
    version: str = Field(examples=["1.0.0"])


class ColumnScan(BaseModel):
    """What the personal-data scan says of one column; never a value."""

    column: str
    level: Level
    kinds: dict[Kind, int] = Field(description="Cells by kind")
    first_line: int | None = Field(description="With the header on line 1")


class MappingView(BaseModel):
    """What the columns were taken to mean."""

    label: str | None
    prediction: str | None
    score: str | None
    positive: str
    favourable: str
    favourable_words: str
    sensitive: list[str]
    row_id: str | None
    numbers: list[str]
    probability: bool
    task: Task
    features: list[str]
    controls: list[str]
    class_probabilities: list[str] = Field(description="As CLASS=COLUMN")
    scenario: str | None
    audit_sex: str | None
    audit_race: str | None
    audit_because: str


class HandedIn(Recorded):
    """A file that was taken in as evidence."""

    evidence: str = Field(examples=["E0001"])
    kind: EvidenceKind
    rows: int
    file_digest: str = Field(description="Of the file as received")
    table_digest: str = Field(description="Of the Parquet that every figure is computed from")
    evidence_digest: str = Field(description="Of all evidence of the version; votes and conclusions bind to it")
    mapping: MappingView
    personal_data: list[ColumnScan] = Field(description="Columns in which something was found")


class Started(Recorded):
    """A validation that waits for a worker."""

    run: str = Field(examples=["R0001"])
    status: RunStatus


class Changed(Recorded):
    """What became of a change request."""

    change: str = Field(examples=["CR0001"])
    status: ChangeStatus
