"""Files for the bias audit of NYC Local Law 144: rows or supplied tables in, counts, audits and checks out.

audit_file(path, *, sex=None, race=None, selected=None, score=None, n=None, per=None, …) -> BiasAuditResult
counts_of(path, Columns(…)) -> (Counts, warnings)
check_published_file(path, PublishedColumns(…)) -> PublishedCheck
"""

from core.frames.bias_audit.auditing import audit_file, counts_of
from core.frames.bias_audit.columns import Columns
from core.frames.bias_audit.published import PublishedColumns, check_published_file, published_tables

__all__ = ["Columns", "PublishedColumns", "audit_file", "check_published_file", "counts_of", "published_tables"]
