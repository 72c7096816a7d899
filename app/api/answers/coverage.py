"""What the API answers about regulation packs and coverage."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from core.coverage.rules import Outcome, State


class PackLine(BaseModel):
    """One pack in the list. Its items are summaries and no legal advice."""

    pack: str = Field(examples=["sr-26-2"])
    version: str
    title: str
    jurisdiction: str
    in_force_from: str | None
    in_force_to: str | None
    superseded_by: str | None
    source_status: str = Field(description="quoted, secondary or own")
    reviewed_on: date | None
    recheck_on: date | None = Field(description="From when on it has to be read against its sources again")
    items: int


class PackList(BaseModel):
    """Every pack, those that ship first."""

    packs: list[PackLine]


class ItemView(BaseModel):
    """One demand, and the words for what shows it."""

    item: str
    title: str
    text: str
    clause: str
    evidence_kind: str
    applies: str = Field(description="From when, where that differs from the pack; empty otherwise")
    standing: str = Field(description="“firm policy” or “good practice” where it is no text of the source")
    source_status: str
    added_by: str = Field(description="The organisation's pack that added it; empty where it ships")
    shown_by: list[str]
    only_if: str


class PackView(PackLine):
    """A pack with its items and sources."""

    status_note: str
    sources: list[str]
    demands: list[ItemView]


class StateCounts(BaseModel):
    """How many items of a pack stand in each state."""

    shown: int
    answered: int
    partly_shown: int
    missing: int
    not_applicable: int


class PackState(StateCounts):
    """The counts of one pack."""

    pack: str


class CoverageLine(BaseModel):
    """One model in the summary."""

    model: str
    name: str
    tier: int
    packs: list[PackState]
    ends_first: datetime | None = Field(description="When the first thing ends that shows or answers an item")


class CoverageSummary(BaseModel):
    """One page of the summary, most items missing first; `totals` are over all models that match."""

    models: list[CoverageLine]
    totals: list[PackState]
    total: int
    limit: int
    offset: int


class Evidence(BaseModel):
    """One thing that an item asks for."""

    what: str = Field(examples=["check performance"], description="As the pack names it")
    held: bool
    key: str = Field(description="The number of what shows it, where it has one")
    until: datetime | None


class AnswerLine(BaseModel):
    """A person's answer that is in force."""

    answer: str
    outcome: Outcome
    reason: str
    link: str
    given_by: str
    given_at: datetime
    expires_at: datetime
    for_all_models: bool


class ItemState(BaseModel):
    """An item for one model."""

    item: str
    title: str
    state: State
    evidence: list[Evidence]
    approved_on: str = Field(description="The change on which approvers answered it as met; empty otherwise")
    answer: AnswerLine | None
    ends: datetime | None


class PackCoverage(PackState):
    """A pack for one model, item by item."""

    version: str
    items: list[ItemState]


class ModelCoverage(BaseModel):
    """A model at a version, with every pack that applies."""

    model: str
    version: str | None
    packs: list[PackCoverage]
