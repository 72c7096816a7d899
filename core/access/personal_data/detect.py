"""Looks for personal data in every row of a table."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import polars as pl

from core.access.personal_data.columns import finding_of, is_free_text
from core.access.personal_data.rules import ColumnFinding, Kind, Level, ScanResult


def scan(source: Path | pl.DataFrame, *, sensitive: Collection[str] = ()) -> ScanResult:
    """Scan a Parquet file, one column at a time, or a frame: all rows, all columns.

    `sensitive` names the columns declared as sensitive attributes: that they hold a special category needs no review.
    """
    found = _scan(source)
    return replace(found, columns=tuple(_expected(column, sensitive) for column in found.columns))


def _expected(finding: ColumnFinding, sensitive: Collection[str]) -> ColumnFinding:
    declared = finding.column in sensitive and set(finding.kinds) == {Kind.SPECIAL}
    return replace(finding, level=Level.NONE) if declared else finding


def _scan(source: Path | pl.DataFrame) -> ScanResult:
    if isinstance(source, pl.DataFrame):
        return _scanned([(name, source[name]) for name in source.columns], source.height)
    names = pl.read_parquet_schema(source)
    rows = pl.scan_parquet(source).select(pl.len()).collect().item()
    return _scanned([(name, source) for name in names], rows)


def _scanned(columns: list[tuple[str, pl.Series | Path]], rows: int) -> ScanResult:
    findings, free = [], []
    for name, held in columns:
        cells = held if isinstance(held, pl.Series) else pl.read_parquet(held, columns=[name]).to_series()
        free_text = is_free_text(cells)
        findings.append(finding_of(name, cells, free_text=free_text))
        if free_text:
            free.append(name)
    return ScanResult(tuple(findings), rows, tuple(free))
