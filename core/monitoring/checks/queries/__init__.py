"""Reads of checks for pages, the API and the rollback conditions, as typed rows."""

from core.monitoring.checks.queries.overview import (
    URGENCY,
    environments_of,
    model_states,
    overview,
    state_counts,
)
from core.monitoring.checks.queries.results import (
    chunk,
    chunks,
    newest_by_clause,
    results,
)
from core.monitoring.checks.queries.rows import (
    ChunkPage,
    ChunkRow,
    ColumnDetail,
    GroupDetail,
    ModelState,
    ResultRow,
    detail_of,
)
from core.monitoring.checks.tables import MonitorState

__all__ = [
    "URGENCY",
    "ChunkPage",
    "ChunkRow",
    "ColumnDetail",
    "GroupDetail",
    "ModelState",
    "MonitorState",
    "ResultRow",
    "chunk",
    "chunks",
    "detail_of",
    "environments_of",
    "model_states",
    "newest_by_clause",
    "overview",
    "results",
    "state_counts",
]
