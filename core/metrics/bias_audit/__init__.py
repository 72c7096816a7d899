"""The bias audit of NYC Local Law 144 (Admin. Code 20-870 to 20-874; 6 RCNY 5-300 to 5-304), from counts.

audit(counts, *, exclude_below=None, because="", unknown=(), normalise=True, threshold=None) -> BiasAuditResult
check_published(tables) -> PublishedCheck;  summarise(result, facts, *, on=None) -> PublishableSummary
as_markdown(summary) -> str;  as_page(summary) -> str
"""

from core.metrics.bias_audit.auditing import audit
from core.metrics.bias_audit.categories import Normalised
from core.metrics.bias_audit.counts import Axis, Count, Counts, Output
from core.metrics.bias_audit.published import (
    Agreement,
    PrintedFigure,
    PublishedCheck,
    PublishedRow,
    PublishedTable,
    check_published,
)
from core.metrics.bias_audit.rendering import as_markdown, as_page
from core.metrics.bias_audit.results import AxisTable, BiasAuditResult, CategoryRow
from core.metrics.bias_audit.summary import AuditFacts, DataKind, MissingElement, PublishableSummary, day, summarise

__all__ = [
    "Agreement",
    "AuditFacts",
    "Axis",
    "AxisTable",
    "BiasAuditResult",
    "CategoryRow",
    "Count",
    "Counts",
    "DataKind",
    "MissingElement",
    "Normalised",
    "Output",
    "PrintedFigure",
    "PublishableSummary",
    "PublishedCheck",
    "PublishedRow",
    "PublishedTable",
    "as_markdown",
    "as_page",
    "audit",
    "check_published",
    "day",
    "summarise",
]
