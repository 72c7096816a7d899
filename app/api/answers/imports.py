"""What the API answers about imports and discoveries."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from core.errors import Problem
from core.inventory.exchange.files import FileDryRun
from core.inventory.importing.plan.values import Outcome, PlannedRow
from core.inventory.importing.rules import DiscoveryStatus, ImportKind


class ProblemLine(BaseModel):
    """One thing to put right; lines count from 1 with the header as line 1."""

    reason: str
    line: int | None
    column: str | None
    found: str
    expected: str


class PlanRow(BaseModel):
    """What becomes of one row."""

    line: int
    model: str
    name: str
    version: str
    outcome: Outcome
    says: list[str]


class UnknownEntry(BaseModel):
    """An entry of a document that no field of the record holds."""

    path: str
    said: str


class ImportPlan(BaseModel):
    """What an import would do now."""

    kind: ImportKind
    possible: bool = Field(description="Nothing stands against it, and there is something to do")
    plan: str = Field(description="Digest to send with the import as `expected`")
    sha256: str = Field(description="Of the file")
    models: int
    versions: int
    datasets: int
    changed: int
    same: int
    refused: int
    columns: dict[str, str] = Field(description="The file's column for each field")
    left_out: list[str] = Field(description="Columns that no field takes")
    unknown: list[UnknownEntry] = Field(description="Entries of a document that no field takes")
    rows: list[PlanRow]
    problems: list[ProblemLine]


class ImportDone(Recorded):
    """An import that was made."""

    import_number: str = Field(examples=["I0001"])
    models: int
    versions: int
    datasets: int
    changed: int
    same: int


class DiscoveryView(BaseModel):
    """A model, or a version, that was seen and is not in the inventory."""

    number: str = Field(examples=["U0001"])
    source: str = Field(examples=["mlflow:main"])
    name: str
    version: str
    first_seen: datetime
    last_seen: datetime
    sightings: int
    status: DiscoveryStatus
    reason: str
    model: str


class DiscoveryList(BaseModel):
    """One page of discoveries, the last seen first."""

    discoveries: list[DiscoveryView]
    total: int
    limit: int
    offset: int


def plan_view(looked: FileDryRun) -> ImportPlan:
    """The plan as the API answers it."""
    found, plan = looked.found, looked.found.plan
    counts = plan.counts
    return ImportPlan(
        kind=found.kind,
        possible=found.possible,
        plan=plan.digest,
        sha256=found.file_digest,
        models=counts.models,
        versions=counts.versions,
        datasets=counts.datasets,
        changed=counts.changed,
        same=counts.same,
        refused=counts.refused,
        columns=dict(plan.columns),
        left_out=list(plan.left_out),
        unknown=[UnknownEntry(path=one.path, said=one.said) for one in looked.unknown],
        rows=[_row(one) for one in plan.rows],
        problems=[_problem(one) for one in plan.problems],
    )


def _row(one: PlannedRow) -> PlanRow:
    return PlanRow(
        line=one.line,
        model=one.model,
        name=one.name,
        version=one.version,
        outcome=one.outcome,
        says=list(one.says),
    )


def _problem(one: Problem) -> ProblemLine:
    return ProblemLine(reason=one.reason, line=one.line, column=one.column, found=one.found, expected=one.expected)
