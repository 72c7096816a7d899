"""What the monitors said of one version: figures of chunks whose rows it gave, since it stands there."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from core.improvement.rollback.rules import ChunkFigure
from core.metrics.figure import spoken
from core.metrics.verdicts import Verdict
from core.monitoring.checks.queries import ResultRow, results
from core.validation.rules import Severity

MOST = 5000  # figures that are looked at, the newest
FAILED = {Verdict.FAIL: True, Verdict.PASS: False, Verdict.INSUFFICIENT: None}


def figures_of(
    session: Session,
    model: str,
    environment: str,
    version: str,
    *,
    since: datetime,
    checked_after: datetime | None = None,
) -> tuple[ChunkFigure, ...]:
    """The figures of every chunk that began after `since` and most of whose rows this version gave, oldest first.

    With `checked_after`, those alone that were checked later: a breach that a person looked at holds nothing again.
    """
    rows = results(session, model, environment, since=since, limit=MOST)
    own = [row for row in rows if row.starts_at >= since and _is_own(row, version)]
    if checked_after is not None:
        own = [row for row in own if row.checked_at > checked_after]
    places = {chunk: place for place, chunk in enumerate(_in_order(own))}
    return tuple(
        ChunkFigure(
            monitor=row.clause,
            metric=row.metric,
            subject=row.subject,
            chunk=row.chunk,
            index=places[row.chunk],
            value=row.value,
            failed=FAILED[row.verdict],
            severity=Severity(row.severity),
            estimated=row.estimated,
            name=spoken(row.metric),
        )
        for row in own
    )


def _is_own(row: ResultRow, version: str) -> bool:
    """A chunk of several versions, as beside a canary, is held against the one that answered most of it."""
    return 2 * row.versions.get(version, 0) > sum(row.versions.values())


def _in_order(rows: Iterable[ResultRow]) -> list[str]:
    """The chunks by the end of their time; data that come late move none of them."""
    ends = {row.chunk: (row.ends_at, row.position, row.chunk) for row in rows}
    return sorted(ends, key=lambda chunk: ends[chunk])
