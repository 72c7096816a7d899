"""Reads `[[monitor]]` clauses; whatever is missing, unknown or contradictory is refused at its line."""

import re
from typing import TYPE_CHECKING

from core.errors import Problem, Unreadable
from core.policy.monitors.rules import (
    AGGREGATES,
    MEASURES,
    NO_REFERENCE,
    SAME_AS_VALIDATED,
    Against,
    ChunkSize,
    ChunkUnit,
    Monitor,
    MonitorKind,
    MonitorThreshold,
    Season,
)
from core.policy.scope.rules import Direction

if TYPE_CHECKING:
    from core.policy.reader import Reader

CHUNK = re.compile(r"([1-9]\d{0,8}) (rows|hours?|days?|weeks?|months?)")
SERIES = re.compile(r"[A-Za-z_:][A-Za-z0-9_:.]{0,199}")  # as OpenMetrics names a series, and dots
EXPECTED = "for example “5000 rows”, “1 day”, “6 hours”, “1 month”"
DAY = ChunkSize(1, ChunkUnit.DAY)
LEAST_ROWS = 30
MOST = {ChunkUnit.HOUR: 24, ChunkUnit.DAY: 31, ChunkUnit.WEEK: 8, ChunkUnit.MONTH: 12}
SEVERITIES = ("critical", "high", "medium", "low")


def read_monitor(reader: "Reader") -> Monitor:
    """One clause."""
    kind = reader.one_of("kind", MonitorKind)
    chunk = _chunk(reader, kind)
    return Monitor(
        clause=reader.clause(),
        kind=kind,
        metric=_metric(reader, kind),
        title=reader.text("title"),
        chunk=chunk,
        threshold=_threshold(reader, kind, chunk),
        severity=_severity(reader),
        tiers=reader.tiers_or_all(),
        tasks=reader.tasks(),
        environments=tuple(reader.words("environments")) if reader.has("environments") else (),
        minimum_rows=reader.whole("minimum_rows", 1) if reader.has("minimum_rows") else 0,
        aggregate=_aggregate(reader, kind),
    )


def _metric(reader: "Reader", kind: MonitorKind) -> str:
    metric = reader.text("metric")
    if kind is MonitorKind.METRIC:
        if metric and not SERIES.fullmatch(metric):
            reader.refuse(f"“{metric}” is no name of a series", "metric", expected="letters, digits, “_”, “:” and “.”")
    elif metric and metric not in MEASURES[kind]:
        reader.refuse(f"“{metric}” is no metric of {kind}", "metric", expected=", ".join(MEASURES[kind]))
    return metric


def size_of(words: str) -> ChunkSize:
    """The size that such words mean, for example “5000 rows”; raises `Unreadable` for others."""
    found = CHUNK.fullmatch(words)
    if not found:
        raise Unreadable([Problem("“chunk” is not known", column="chunk", found=words[:60], expected=EXPECTED)])
    return ChunkSize(int(found[1]), ChunkUnit.ROWS if found[2] == "rows" else ChunkUnit(found[2].rstrip("s")))


def _chunk(reader: "Reader", kind: MonitorKind) -> ChunkSize:
    word = reader.text("chunk")
    if not CHUNK.fullmatch(word):
        if word:
            reader.refuse("“chunk” is not known", "chunk", found=word, expected=EXPECTED)
        return DAY
    size = size_of(word)
    if size.by_rows and size.amount < LEAST_ROWS:
        reader.refuse(f"a chunk has at least {LEAST_ROWS} rows", "chunk", found=word, expected=EXPECTED)
    elif not size.by_rows and size.amount > MOST[size.unit]:
        most = ChunkSize(MOST[size.unit], size.unit)
        reader.refuse("a chunk is too long", "chunk", found=word, expected=f"at most {most}")
    elif size.unit is ChunkUnit.HOUR and 24 % size.amount:
        reader.refuse("hours of a chunk divide a day", "chunk", found=word, expected="1, 2, 3, 4, 6, 8, 12 or 24 hours")
    if size.by_rows and kind in (MonitorKind.VOLUME, MonitorKind.FRESHNESS, MonitorKind.METRIC):
        reader.refuse(
            f"{kind} is measured over time, not over rows", "chunk", found=word, expected="for example “1 day”"
        )
        return DAY
    return size


def _severity(reader: "Reader") -> str:
    value = reader.text("severity")
    if value and value not in SEVERITIES:
        reader.refuse("“severity” is not known", "severity", found=value, expected=", ".join(SEVERITIES))
    return value or "medium"


def _aggregate(reader: "Reader", kind: MonitorKind) -> str:
    if kind is not MonitorKind.METRIC:
        return ""
    value = reader.text("aggregate") if reader.has("aggregate") else "mean"
    if value and value not in AGGREGATES:
        reader.refuse("“aggregate” is not known", "aggregate", found=value, expected=", ".join(AGGREGATES))
    return value


def _threshold(reader: "Reader", kind: MonitorKind, chunk: ChunkSize) -> MonitorThreshold:
    against = reader.one_of("threshold", Against)
    if against is Against.FIXED:
        return MonitorThreshold(against, reader.one_of("direction", Direction), reader.number("value"))
    direction = reader.one_of("direction", Direction) if reader.has("direction") else None
    if against is Against.LAST_APPROVED:
        if kind not in SAME_AS_VALIDATED:
            reader.refuse(f"{kind} is not measured in a validation, so no approved figure exists", "threshold")
        return MonitorThreshold(against, direction, tolerance=_not_negative(reader, "tolerance"))
    if against is Against.REFERENCE and kind in NO_REFERENCE:
        reader.refuse(f"{kind} cannot be measured on reference data", "threshold")
    deviations = _not_negative(reader, "deviations") if reader.has("deviations") else 3.0
    season = reader.one_of("season", Season) if reader.has("season") else None
    if season is not None and against is not Against.COMPARABLE:
        reader.refuse("“season” stands without a comparable threshold", "season")
    if against is Against.COMPARABLE and chunk.by_rows:
        reader.refuse("chunks of rows have no comparable periods", "threshold", expected="a chunk of time")
    return MonitorThreshold(against, direction, deviations=deviations, season=season)


def _not_negative(reader: "Reader", key: str) -> float:
    value = reader.number(key)
    if value < 0:
        reader.refuse(f"“{key}” is out of range", key, found=repr(value), expected="0 or more")
    return value
