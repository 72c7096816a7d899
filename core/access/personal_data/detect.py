"""Looks for personal data in every row of a table."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import polars as pl

from core.access.personal_data.apart import scan_apart
from core.access.personal_data.columns import finding_of, is_free_text
from core.access.personal_data.rules import ColumnFinding, Kind, Level, ScanResult

LARGE_ROWS = 1_000_000
LARGE_SIZE = 128 << 20  # bytes


def scan(source: Path | pl.DataFrame, *, sensitive: Collection[str] = ()) -> ScanResult:
    """Scan a Parquet file, one column at a time, or a frame: all rows, all columns.

    `sensitive` names the columns declared as sensitive attributes: that they hold a special category needs no review.
    A file of more than a million rows or 128 MiB is scanned in a process of its own; raises `Unreadable` where that
    one runs out of memory.
    """
    if isinstance(source, Path) and (source.stat().st_size > LARGE_SIZE or _rows(source) > LARGE_ROWS):
        return scan_apart(source, sensitive=sensitive)
    return scan_here(source, sensitive=sensitive)


def scan_here(source: Path | pl.DataFrame, *, sensitive: Collection[str] = ()) -> ScanResult:
    """As `scan`, in this process whatever the size."""
    found = _scan(source)
    return replace(found, columns=tuple(_expected(column, sensitive) for column in found.columns))


def _expected(finding: ColumnFinding, sensitive: Collection[str]) -> ColumnFinding:
    declared = finding.column in sensitive and set(finding.kinds) == {Kind.SPECIAL}
    return replace(finding, level=Level.NONE) if declared else finding


def _scan(source: Path | pl.DataFrame) -> ScanResult:
    if isinstance(source, pl.DataFrame):
        return _scanned([(name, source[name]) for name in source.columns], source.height)
    return _scanned([(name, source) for name in pl.read_parquet_schema(source)], _rows(source))


def _rows(source: Path) -> int:
    return int(pl.scan_parquet(source).select(pl.len()).collect().item())


def _scanned(columns: list[tuple[str, pl.Series | Path]], rows: int) -> ScanResult:
    findings, free = [], []
    for name, held in columns:
        cells = held if isinstance(held, pl.Series) else pl.read_parquet(held, columns=[name]).to_series()
        free_text = is_free_text(cells)
        findings.append(finding_of(name, cells, free_text=free_text))
        if free_text:
            free.append(name)
    return ScanResult(tuple(findings), rows, tuple(free))
