"""A model version as documents of others say it: what goes out, and what came in with what was not understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.inventory.importing.rules import ImportKind


@dataclass(frozen=True)
class Figure:
    """A figure of a version with its slice and interval, as text; `source` says who computed it."""

    name: str
    value: str
    slice: str = ""
    low: str = ""
    high: str = ""
    source: str = ""


@dataclass(frozen=True)
class DataRecord:
    """A dataset of a version; `use` is training or test."""

    use: str
    number: str
    name: str
    version: str
    source: str
    licence: str = ""
    classification: str = ""
    digest: str = ""


@dataclass(frozen=True)
class ModelRecord:
    """Everything of a version that documents say; people by number, as names are personal data."""

    number: str
    version: str
    made_at: datetime
    fields: Mapping[str, str]  # by the keys of the import's fields
    tier: int
    stage: str
    evidence_digest: str
    datasets: tuple[DataRecord, ...]
    figures: tuple[Figure, ...] = ()
    signature: str = ""  # JSON: inputs and outputs of the model


@dataclass(frozen=True)
class Unknown:
    """Something in a document that no field of ours holds: where it stands, and what it says, shortened."""

    path: str
    said: str


@dataclass(frozen=True)
class Understood:
    """A document as fields of an import, and everything in it that is not taken over."""

    kind: ImportKind
    digest: str
    fields: Mapping[str, str]
    unknown: tuple[Unknown, ...] = ()
    figures: tuple[Figure, ...] = field(default_factory=tuple)  # read and shown, never stored as evidence
