"""Checks one chunk: every clause that applies, each figure against its limits, and what lies behind them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import polars as pl
from sqlmodel import Session

from core.frames.monitoring.chunk import Chunk, digest_of
from core.frames.monitoring.detail import columns_of, groups_of
from core.frames.monitoring.measuring import measure
from core.metrics.figure import Figure, missing
from core.metrics.monitoring.chunks import start_of
from core.metrics.monitoring.limits import judged
from core.metrics.verdicts import Verdict
from core.monitoring.checks.limiting import Limiter
from core.monitoring.checks.planning import Planned
from core.monitoring.checks.subject import Subject
from core.monitoring.checks.windows import Windows
from core.monitoring.intake.queries import Point, points_between
from core.monitoring.intake.rules import AT
from core.policy.monitors.rules import Monitor, MonitorKind
from core.store.types import instant

EMPTY = "No inference came in this time"
COUNTED = frozenset({MonitorKind.VOLUME, MonitorKind.METRIC, MonitorKind.FAIRNESS, MonitorKind.FRESHNESS})
LONGEST_SUBJECT, LONGEST_REASON = 400, 1000


@dataclass(frozen=True)
class Found:
    """One figure and its verdict, as it is stored."""

    clause: str
    kind: MonitorKind
    metric: str
    title: str
    subject: str
    rows: int
    value: float | None
    low: float | None
    high: float | None
    lower: float | None
    upper: float | None
    verdict: Verdict
    severity: str
    reason: str
    estimated: bool


@dataclass(frozen=True)
class Checked:
    """A chunk with everything that was found on it; `detail` is JSON, the columns and groups behind the figures."""

    planned: Planned
    starts_at: datetime
    ends_at: datetime
    rows: int
    labelled_rows: int
    versions: Mapping[str, int]
    data_digest: str
    reference_digest: str
    found: tuple[Found, ...]
    detail: str

    @property
    def figures_digest(self) -> str:
        return figures_digest(self.found)

    @property
    def failed(self) -> int:
        return sum(one.verdict is Verdict.FAIL for one in self.found)


class Checker:
    """Checks the chunks of one model and environment, one after the other."""

    def __init__(self, session: Session, subject: Subject, windows: Windows) -> None:
        self._session, self._subject, self._windows = session, subject, windows
        self._limiter = Limiter(session, subject)

    def check(self, planned: Planned, *, rows: int | None = None) -> Checked:
        """Read the chunk, or the first so many `rows` of one that was cut by rows, measure it and judge it."""
        frame, starts, ends = self._read(planned, rows)
        chunk = Chunk(frame, self._subject.roles(frame.columns))
        monitors = self._subject.of_size(planned.size)
        points = {one.clause: self._points(one, starts, ends) for one in monitors if one.kind is MonitorKind.METRIC}
        found = tuple(
            one for monitor in monitors for one in self._judged(monitor, chunk, points.get(monitor.clause, ()), starts)
        )
        reference = self._subject.reference
        detail = {"columns": columns_of(chunk, reference), "groups": groups_of(chunk)} if chunk.rows else {}
        return Checked(
            planned=planned,
            starts_at=starts,
            ends_at=ends,
            rows=chunk.rows,
            labelled_rows=chunk.labelled_rows,
            versions=chunk.versions(),
            data_digest=_data_digest(frame, points),
            reference_digest=reference.digest if reference else "",
            found=found,
            detail=orjson.dumps(detail).decode(),
        )

    def _read(self, planned: Planned, rows: int | None) -> tuple[pl.DataFrame, datetime, datetime]:
        size = planned.size
        if size.by_rows:
            frame = self._windows.by_rows(planned.position, size.amount, rows)
            return frame, instant(int(frame[AT][0])), instant(int(frame[AT][-1]))
        starts = start_of(planned.position, size.amount, size.unit)
        ends = start_of(planned.position + 1, size.amount, size.unit)
        return self._windows.by_time(starts, ends), starts, ends

    def _points(self, monitor: Monitor, starts: datetime, ends: datetime) -> tuple[Point, ...]:
        return points_between(
            self._session, self._subject.model.number, self._subject.environment, monitor.metric, starts, ends
        )

    def _judged(self, monitor: Monitor, chunk: Chunk, points: Sequence[Point], starts: datetime) -> Iterator[Found]:
        for figure in self._figures(monitor, chunk, points):
            limits = self._limiter.limits(monitor, figure.subject, chunk, starts)
            found = judged(figure, limits, minimum_rows=self._minimum(monitor))
            self._limiter.note(monitor, figure.subject, starts, figure.value)
            yield Found(
                clause=monitor.clause,
                kind=monitor.kind,
                metric=monitor.metric,
                title=monitor.title,
                subject=figure.subject[:LONGEST_SUBJECT],
                rows=figure.n,
                value=figure.value,
                low=figure.interval.low if figure.interval else None,
                high=figure.interval.high if figure.interval else None,
                lower=limits.lower,
                upper=limits.upper,
                verdict=found.verdict,
                severity=monitor.severity,
                reason=found.reason[:LONGEST_REASON],
                estimated=monitor.kind is MonitorKind.ESTIMATED,
            )

    def _figures(self, monitor: Monitor, chunk: Chunk, points: Sequence[Point]) -> Sequence[Figure]:
        if monitor.kind is MonitorKind.METRIC:
            return aggregated(monitor.metric, monitor.aggregate, points)
        if not chunk.rows and monitor.kind is not MonitorKind.VOLUME:
            return (missing(monitor.metric, EMPTY),)
        minimum = self._subject.policy.policy.minimum_group
        return measure(monitor.kind.value, monitor.metric, chunk, self._subject.reference, minimum_group=minimum)

    def _minimum(self, monitor: Monitor) -> int:
        """How many rows a verdict takes: what the clause says, or the policy's scope, or half a chunk of fewer rows."""
        if monitor.kind in COUNTED:
            return 1
        least = self._subject.policy.policy.minimum_rows
        return monitor.minimum_rows or (min(least, monitor.chunk.amount // 2) if monitor.chunk.by_rows else least)


def aggregated(metric: str, how: str, points: Sequence[Point]) -> Sequence[Figure]:
    """One figure for each series of the name, by what its labels say; not available where no point came."""
    by_series: dict[str, list[float]] = {}
    for one in points:
        labels = {**({"version": one.version} if one.version else {}), **one.labels}
        by_series.setdefault(", ".join(f"{key}={labels[key]}" for key in sorted(labels)), []).append(one.value)
    if not by_series:
        return (missing(metric, "No point came in this time"),)
    return [
        Figure(metric, _aggregate(how, values), None, len(values), subject=about)
        for about, values in sorted(by_series.items())
    ]


def _aggregate(how: str, values: Sequence[float]) -> float:
    return float(
        {
            "mean": sum(values) / len(values),
            "least": min(values),
            "most": max(values),
            "last": values[-1],
            "sum": sum(values),
            "count": len(values),
        }[how]
    )


def figures_digest(found: Iterable[Found]) -> str:
    """SHA-256 over every figure, its limits and its verdict, in the order of the policy."""
    said = [
        [one.clause, one.metric, one.subject, one.rows, one.value, one.lower, one.upper, one.verdict.value]
        for one in found
    ]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def _data_digest(frame: pl.DataFrame, points: Mapping[str, Sequence[Point]]) -> str:
    """Over the rows, and over the points of the series where any are checked."""
    digest = digest_of(frame)
    if not points:
        return digest
    said = [
        [clause, [[str(one.at), one.value, one.version, dict(one.labels)] for one in found]]
        for clause, found in sorted(points.items())
    ]
    return hashlib.sha256(digest.encode() + orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
