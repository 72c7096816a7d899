"""What a file turned out to be, before anything of it is stored: its content, and personal data in it."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from core.access.personal_data import ScanResult, scan
from core.errors import Unreadable
from core.frames.attributions import Shape, open_attributions
from core.frames.scenarios import Scenario, read_scenarios
from core.validation.guessing import columns_of, guess_of, likely_row_id
from core.validation.rules import EvidenceKind
from core.validation.uploads import (
    ColumnMapping,
    Json,
    Preflight,
    json_to_parquet,
    looks_like_json,
    preflight,
    read_json,
    to_parquet,
)


@dataclass(frozen=True)
class Reasons:
    """A file of attributions as it was read: its columns, how it is laid out, its features, and what is neither."""

    names: tuple[str, ...]
    shape: Shape
    features: tuple[str, ...]
    left_out: tuple[str, ...]
    has_row_ids: bool


@dataclass(frozen=True)
class Inspection:
    """What a file turned out to be; `preflight` is None for JSON, and only the parts of its kind are filled."""

    preflight: Preflight | None
    mapping: ColumnMapping
    scan: ScanResult
    scenarios: tuple[Scenario, ...] = ()
    reasons: Reasons | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, where it has any."""
        if self.preflight is not None:
            return self.preflight.names
        return self.reasons.names if self.reasons else ()


def inspect(
    path: Path,
    filename: str,
    kind: EvidenceKind = EvidenceKind.PREDICTIONS,
    *,
    beside: ColumnMapping | None = None,
) -> Inspection:
    """Read a file strictly, guess the meaning of its columns and look for personal data; raises `Unreadable`.

    `beside` is what the columns of the predictions at hand mean: files of answers usually name them alike.
    """
    if kind is EvidenceKind.SCENARIOS:
        return Inspection(None, ColumnMapping(), scanned_texts(path), scenarios=read_scenarios(path))
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.parquet"
        if kind is EvidenceKind.ATTRIBUTIONS and looks_like_json(path):
            json_to_parquet(path, table)
            return _attributions(table, None, ColumnMapping(row_id=likely_row_id(columns_of(table))))
        found = preflight(path, filename=filename)
        mapping = guess_of(found, kind, beside)
        to_parquet(path, table, found, mapping)
        if kind is EvidenceKind.ATTRIBUTIONS:
            return _attributions(table, found, mapping)
        return Inspection(found, mapping, scan(table, sensitive=mapping.sensitive))


def _attributions(table: Path, found: Preflight | None, mapping: ColumnMapping) -> Inspection:
    """With the row number that was guessed, or without one where it cannot be that."""
    try:
        reasons = _reasons(table, mapping.row_id)
    except Unreadable:
        mapping = replace(mapping, row_id=None)
        reasons = _reasons(table, None)
    return Inspection(found, mapping, scan(table, sensitive=mapping.sensitive), reasons=reasons)


def _reasons(table: Path, row_id: str | None) -> Reasons:
    with open_attributions(table, row_id=row_id) as found:
        return Reasons(found.table.columns, found.shape, found.features, found.left_out, found.row is not None)


def scanned_texts(path: Path) -> ScanResult:
    """What looks like personal data among the texts of a JSON file."""
    texts = tuple(_texts(read_json(path)))
    return scan(pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)}))


def _texts(value: Json) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
