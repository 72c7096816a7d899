"""The record of model, version, datasets and policy, and what changed, as values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.inventory.rules import Exposure, Line, Purpose, Stage
from core.metrics.verdicts import Verdict
from core.policy.rules import Direction


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
class PolicyRecord:
    """The policy version that the verdicts and the decision were made under."""

    name: str
    version: str
    digest: str
    published_by: str
    published_at: datetime
    effective_from: datetime


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
