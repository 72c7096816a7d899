"""A file as it came: what was said about it, the table it makes, and the personal data in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, select

from core.access.personal_data import ScanResult, scan
from core.access.personal_data.taught import Lesson, taught
from core.frames.attributions import open_attributions
from core.inventory.tables import Dataset, ModelVersion
from core.ledger.canonical import JsonValue
from core.validation.inspecting import scanned_texts
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence
from core.validation.uploads import (
    ColumnMapping,
    declare,
    json_to_parquet,
    looks_like_json,
    preflight,
    to_parquet,
)

OUTCOMES = frozenset({EvidenceKind.PREDICTIONS, EvidenceKind.BASELINE, EvidenceKind.PERTURBED})
JSON_KINDS = frozenset({EvidenceKind.ATTRIBUTIONS, EvidenceKind.SCENARIOS})


@dataclass(frozen=True)
class Handed:
    """A file as it came, with what was said about it."""

    source: Path
    filename: str
    kind: EvidenceKind
    mapping: ColumnMapping
    declared: Mapping[str, str]
    address: str = ""  # where it was fetched from; empty for an upload
    decided: tuple[Lesson, ...] = ()  # what people decided of its columns
    known: frozenset[str] = frozenset()  # the sensitive attributes that other files of the version declare

    @property
    def origin(self) -> dict[str, JsonValue]:
        """What the ledger says of where the file came from."""
        return {"address": self.address} if self.address else {}


def scanned_file(handed: Handed, table: Path) -> ScanResult:
    """The personal data in the whole file; scenarios are looked through as text, the others as the table they make."""
    if handed.kind is EvidenceKind.SCENARIOS:
        return taught(scanned_texts(handed.source), handed.decided)
    return taught(scan(table, sensitive=handed.mapping.sensitive), handed.decided)


def datasets_of(session: Session, version: ModelVersion) -> tuple[str, ...]:
    """The numbers of the datasets that the version was made and tested with."""
    ids = (version.training_dataset_id, version.test_dataset_id)
    return tuple(session.exec(select(Dataset.number).where(col(Dataset.id).in_(ids))).all())


def attributes_declared(handed: Handed) -> dict[str, str]:
    """The reasons that count: those of sensitive attributes."""
    return {name: reason for name, reason in handed.declared.items() if name in handed.mapping.sensitive}


def attributes_known(session: Session, version: ModelVersion) -> frozenset[str]:
    """The sensitive attributes that the files of this version declare so far."""
    mappings = session.exec(select(Evidence.mapping).where(Evidence.version_id == version.id).distinct()).all()
    return frozenset(name for one in mappings for name in ColumnMapping.from_json(one).attributes)


def is_sealed(handed: Handed, table: Path) -> bool:
    """Whether the file holds sensitive attributes, so that it lies sealed: its own, or those of files beside it."""
    attributes = {*handed.mapping.attributes, *handed.known}
    return bool(attributes and attributes & set(pq.read_schema(table).names))


def refuse_unsound(table: Path, mapping: ColumnMapping) -> None:
    """Raise `Unreadable` with every place where the table holds no attributions."""
    with open_attributions(table, row_id=mapping.row_id, sensitive=mapping.sensitive):
        pass


def to_table(handed: Handed, table: Path) -> int:
    """Write the file as Parquet and return its rows; raises `Unreadable` where it is not what was said."""
    source, mapping = handed.source, handed.mapping
    if handed.kind is EvidenceKind.ATTRIBUTIONS and looks_like_json(source):
        return json_to_parquet(source, table)
    found = preflight(source, filename=handed.filename)
    declare(source, found, mapping, outcome=handed.kind in OUTCOMES)
    to_parquet(source, table, found, mapping)
    return found.rows
