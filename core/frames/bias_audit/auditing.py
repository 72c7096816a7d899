"""A file of people, or of supplied tables, audited."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.frames.bias_audit.aggregates import aggregate_counts
from core.frames.bias_audit.columns import Columns
from core.frames.bias_audit.rows import row_counts
from core.frames.source import open_table
from core.metrics.bias_audit import BiasAuditResult, Counts, audit

MOST_REPEATED = 5


def audit_file(
    path: Path | str,
    *,
    sex: str | None = None,
    race: str | None = None,
    selected: str | None = None,
    score: str | None = None,
    positive: str | None = None,
    n: str | None = None,
    per: str | None = None,
    scored: bool = False,
    blank_is_unknown: bool = False,
    exclude_below: float | None = None,
    because: str = "",
    unknown: Sequence[str] = (),
    normalise: bool = True,
    threshold: float | None = None,
) -> BiasAuditResult:
    """The tables of a bias audit from a CSV or Parquet file; arguments as in `Columns` and in `audit`.

    The engine reduces rows to counts; supplied tables (`n`) are read line by line. Raises Unreadable with line and
    column for what cannot be read, Refused for an exclusion that 6 RCNY 5-301(d) does not allow.
    """
    columns = Columns(sex, race, selected, score, positive, n, per, scored, blank_is_unknown)
    counts, warnings = counts_of(path, columns)
    result = audit(
        counts,
        exclude_below=exclude_below,
        because=because,
        unknown=unknown,
        normalise=normalise,
        threshold=threshold,
    )
    return replace(result, warnings=(*result.warnings, *warnings))


def counts_of(path: Path | str, columns: Columns) -> tuple[Counts, tuple[str, ...]]:
    """A file reduced to counts, and what to warn of; Unreadable as in `audit_file`."""
    columns.check()
    with open_table(path) as table:
        if columns.n is None:
            return row_counts(table, columns), ()
        counts, repeated = aggregate_counts(table, columns)
    more = len(repeated) - MOST_REPEATED
    return counts, (
        *repeated[:MOST_REPEATED],
        *([f"{more} more categories stand in several lines"] if more > 0 else []),
    )
