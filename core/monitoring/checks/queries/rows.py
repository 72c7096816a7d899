"""What reads of checks answer with, and how rows of the store become that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from core.metrics.verdicts import Verdict
from core.monitoring.checks.tables import MonitorChunk, MonitorResult
from core.monitoring.checks.tables import MonitorState as MonitorState


@dataclass(frozen=True)
class ResultRow:
    """One figure of a chunk and what it was held against; `estimated` ones were found without labels.

    `rows` are those that the figure rests on; `lower` and `upper` are its thresholds, None where there is none.
    """

    chunk: str
    revision: int
    position: int
    size: str
    starts_at: datetime
    ends_at: datetime
    clause: str
    kind: str
    metric: str
    title: str
    subject: str
    rows: int
    chunk_rows: int
    labelled_rows: int
    value: float | None
    low: float | None
    high: float | None
    lower: float | None
    upper: float | None
    verdict: Verdict
    severity: str
    reason: str
    estimated: bool
    versions: Mapping[str, int]
    policy_version_id: int
    checked_at: datetime


@dataclass(frozen=True)
class ChunkRow:
    """A chunk in a list; `versions` has its rows by version."""

    number: str
    revision: int
    position: int
    size: str
    starts_at: datetime
    ends_at: datetime
    rows: int
    labelled_rows: int
    versions: Mapping[str, int]
    checked_at: datetime
    failed: int  # figures
    insufficient: int


@dataclass(frozen=True)
class ColumnDetail:
    """One column of a chunk beside the reference: how far it moved, what is missing, and its shares by part."""

    column: str
    kind: str
    drift: float | None
    missing: float
    reference_missing: float
    labels: tuple[str, ...]
    shares: tuple[float, ...]
    reference_shares: tuple[float, ...]


@dataclass(frozen=True)
class GroupDetail:
    """One group of a sensitive attribute in a chunk; rates without labels are None."""

    attribute: str
    group: str
    rows: int
    selection_rate: float | None
    labelled_rows: int
    accuracy: float | None
    true_positive_rate: float | None
    false_positive_rate: float | None


@dataclass(frozen=True)
class ChunkPage:
    """One revision of a chunk with all its figures, columns and groups."""

    model: str
    model_name: str
    environment: str
    row: ChunkRow
    results: tuple[ResultRow, ...]
    columns: tuple[ColumnDetail, ...]
    groups: tuple[GroupDetail, ...]
    revisions: tuple[int, ...]
    data_digest: str
    reference_digest: str
    figures_digest: str
    policy: str
    policy_version_id: int


@dataclass(frozen=True)
class ModelState:
    """Where one model in production stands: its worst check, and the last values of it, oldest first."""

    model: str
    name: str
    tier: int
    owner: str
    environment: str
    version: str | None
    since: datetime | None  # the version stands there
    state: MonitorState
    last_data_at: datetime | None
    last_run_at: datetime | None
    error: str
    worst: ResultRow | None
    series: tuple[float | None, ...]


def detail_of(text: str) -> tuple[tuple[ColumnDetail, ...], tuple[GroupDetail, ...]]:
    """Columns and groups as a chunk keeps them."""
    raw = orjson.loads(text)
    columns = tuple(
        ColumnDetail(**{**one, "labels": tuple(one["labels"]), "shares": tuple(one["shares"]),
                        "reference_shares": tuple(one["reference_shares"])})
        for one in raw.get("columns", [])
    )  # fmt: skip
    return columns, tuple(GroupDetail(**one) for one in raw.get("groups", []))


def result_row(row: MonitorResult, of: MonitorChunk) -> ResultRow:
    return ResultRow(
        chunk=of.number,
        revision=of.revision,
        position=of.position,
        size=of.size,
        starts_at=of.starts_at,
        ends_at=of.ends_at,
        clause=row.clause,
        kind=row.kind,
        metric=row.metric,
        title=row.title,
        subject=row.subject,
        rows=row.rows,
        chunk_rows=of.rows,
        labelled_rows=of.labelled_rows,
        value=row.value,
        low=row.low,
        high=row.high,
        lower=row.lower,
        upper=row.upper,
        verdict=row.verdict,
        severity=row.severity,
        reason=row.reason,
        estimated=row.estimated,
        versions=orjson.loads(of.versions),
        policy_version_id=of.policy_version_id,
        checked_at=of.checked_at,
    )


def chunk_row(row: MonitorChunk, counted: tuple[int, int]) -> ChunkRow:
    return ChunkRow(
        number=row.number,
        revision=row.revision,
        position=row.position,
        size=row.size,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        rows=row.rows,
        labelled_rows=row.labelled_rows,
        versions=orjson.loads(row.versions),
        checked_at=row.checked_at,
        failed=counted[0],
        insufficient=counted[1],
    )
