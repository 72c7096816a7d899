"""What the API answers about the register of findings, and what it takes."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.api.answers import LedgerProof
from app.api.wishes import Wish
from core.register.values import Kind, Source, State
from core.validation.rules import Severity


class ItemView(BaseModel):
    """One thing that is wanting, whatever its kind."""

    number: str = Field(examples=["F0007"])
    kind: Kind
    source: Source
    title: str
    severity: Severity
    state: State
    overdue: bool
    owner: str = Field(description="A person's number; empty where whoever holds `role` answers")
    role: str
    model: str
    version: str
    belongs_to: str = Field(description="The audit, the check or the kind of action")
    raised_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    evidence: int = Field(description="Pieces that show the remediation")
    links: int = Field(description="Records it is linked with")
    came_back: int = Field(description="How often the same was closed before")


class RegisterList(BaseModel):
    """A page of the register, with how many are not closed and how many of them are overdue."""

    items: list[ItemView]
    total: int
    pending: int
    overdue: int
    limit: int
    offset: int


class EvidenceWish(Wish):
    """A record that shows the remediation."""

    kind: Literal["run", "change", "document", "version", "chunk", "stress test", "comparison", "action"]
    key: str = Field(min_length=1, max_length=100, examples=["R0012"], description="A version is `M0001 v1.0.1`")


class RemediationWish(Wish):
    """What was done about a finding, and what shows it."""

    text: str = Field(max_length=4000, examples=["Retrained without the postcode; see version 1.0.1."])
    evidence: tuple[EvidenceWish, ...] = Field((), max_length=20)


class FindingWish(Wish):
    """A finding from an alert, a chunk or an incident."""

    source: Literal["alert", "chunk", "incident"]
    number: str = Field(max_length=16, examples=["AL0007"])
    title: str = Field(max_length=300)
    detail: str = Field("", max_length=4000)
    severity: Severity
    version: str = Field("", max_length=60, description="Left out: the one the source names, or the one in production")


class FindingRecorded(BaseModel):
    """A finding after an act on it, with the act's place in the ledger."""

    finding: str
    ledger: LedgerProof
