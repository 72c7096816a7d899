"""Holds the rows that a canary gave of a chunk of production against the same monitors as the whole chunk."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl
from sqlmodel import Session

from core.errors import NotFound
from core.frames.monitoring.chunk import Chunk
from core.frames.monitoring.measuring import measure
from core.improvement.rollback.figures import FAILED
from core.improvement.rollback.rules import ChunkFigure
from core.metrics.figure import spoken
from core.metrics.monitoring.limits import judged
from core.monitoring.checks.limiting import Limiter
from core.monitoring.checks.queries import ChunkRow, chunk
from core.monitoring.checks.subject import Subject, subject_of
from core.monitoring.intake.reading import Span, read_span
from core.policy.monitors.rules import MonitorKind
from core.store import EvidenceFiles
from core.validation.rules import Severity

# a share of the cases is no volume, and points of a series and the age of data are not of rows
OF_ROWS = frozenset(MonitorKind) - {MonitorKind.VOLUME, MonitorKind.FRESHNESS, MonitorKind.METRIC}
INSTANT = timedelta(microseconds=1)


def own_figures(
    session: Session, files: EvidenceFiles, model: str, environment: str, version: str, number: str
) -> tuple[ChunkFigure, ...]:
    """The figures of the rows of this chunk that the version gave, where others gave most of them; else none.

    Reads the rows anew, so it is called outside a transaction. The limits are those of the whole chunk.
    """
    try:
        row = chunk(session, number).row
    except NotFound:  # the job is older than the chunk's removal
        return ()
    given, whole = row.versions.get(version, 0), sum(row.versions.values())
    if not given or 2 * given > whole:
        return ()
    subject = subject_of(session, files, model, environment, at=row.checked_at)
    return () if subject is None else tuple(_figures(session, files, subject, row, version))


def _figures(
    session: Session, files: EvidenceFiles, subject: Subject, row: ChunkRow, version: str
) -> Iterator[ChunkFigure]:
    end = row.ends_at + INSTANT if row.size.endswith("rows") else row.ends_at
    span = Span(subject.model.number, subject.environment, row.starts_at, end, version)
    frame = pl.DataFrame(pl.from_arrow(read_span(session, files, span)))
    own, limiter = Chunk(frame, subject.roles(frame.columns)), Limiter(session, subject)
    policy = subject.policy.policy
    for monitor in subject.monitors:
        if str(monitor.chunk) != row.size or monitor.kind not in OF_ROWS:
            continue
        minimum = monitor.minimum_rows or policy.minimum_rows
        found = measure(monitor.kind.value, monitor.metric, own, subject.reference, minimum_group=policy.minimum_group)
        for figure in found:
            limits = limiter.limits(monitor, figure.subject, own, row.starts_at)
            yield ChunkFigure(
                monitor=monitor.clause,
                metric=monitor.metric,
                subject=figure.subject,
                chunk=row.number,
                index=0,
                value=figure.value,
                failed=FAILED[judged(figure, limits, minimum_rows=minimum).verdict],
                severity=Severity(monitor.severity),
                estimated=monitor.kind is MonitorKind.ESTIMATED,
                name=spoken(monitor.metric),
            )
