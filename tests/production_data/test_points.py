"""Points of metrics under any name are taken in once for each moment of a series."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.access.rules import Role
from core.errors import NotFound, Refused, Unreadable
from core.ledger.queries import entries
from core.monitoring.intake.points import NewPoint, PointsReceived, record_metrics
from core.monitoring.intake.queries import points_between, series_of
from core.monitoring.intake.rules import SeriesKind
from tests.builders import NOON, an_actor
from tests.production_data.conftest import PIPELINE, Line

POINT = NewPoint("latency p95", 0.2, NOON - timedelta(hours=1), "M0001", version="1.0.0", unit="seconds")
HOUR = timedelta(hours=1)


def report(line: Line, *points: NewPoint) -> PointsReceived:
    return record_metrics(line.store, line.ledger, points, actor=PIPELINE, at=NOON)


def test_points_are_read_back_by_name_and_time(line: Line) -> None:
    later = replace(POINT, at=POINT.at + HOUR, value=0.3)
    other = replace(POINT, version=None, labels={"route": "b", "host": "a"})

    received = report(line, later, POINT, other, replace(POINT, name="queue", kind=SeriesKind.COUNTER))

    assert received == PointsReceived(4, 0, 3)
    with line.store.reading() as session:
        found = points_between(session, line.model, "production", POINT.name, POINT.at, POINT.at + 2 * HOUR)
        half_open = points_between(session, line.model, "production", POINT.name, POINT.at, POINT.at + HOUR)
        series = series_of(session, line.model, "production")
    assert [(one.value, one.version, one.labels) for one in found] == [
        (0.2, "1.0.0", {}),
        (0.2, "", {"host": "a", "route": "b"}),
        (0.3, "1.0.0", {}),
    ]
    assert len(half_open) == 2
    assert [(one.name, one.points, one.last_value, one.kind) for one in series] == [
        ("latency p95", 2, 0.3, SeriesKind.GAUGE),
        ("latency p95", 1, 0.2, SeriesKind.GAUGE),
        ("queue", 1, 0.2, SeriesKind.COUNTER),
    ]


def test_a_point_that_comes_again_counts_once(line: Line) -> None:
    report(line, POINT)

    assert report(line, POINT, replace(POINT, at=NOON)) == PointsReceived(1, 1, 0)
    with pytest.raises(Unreadable, match="line 7, column “value”: the moment has another value on record"):
        report(line, replace(POINT, at=NOON - 2 * HOUR), replace(POINT, value=0.9, line=7))
    with line.store.reading() as session:
        assert [row.points for row in series_of(session, line.model, "production")] == [2]
        assert [row.action for row in entries(session, limit=2).rows] == ["metrics.recorded"] * 2


NO_POINTS = [
    (replace(POINT, value=float("nan")), "not a number"),
    (replace(POINT, name=" "), "not a name for a metric"),
    (replace(POINT, at=NOON + timedelta(days=3)), "lies in the future"),
    (replace(POINT, labels={"who": "jane.doe@example.org"}), "personal data, found latency p95"),
    (replace(POINT, labels={"path": "x" * 3000}), "too long"),
]


def test_what_is_no_point_is_refused(small_line: Line) -> None:
    for point, words in NO_POINTS:
        with pytest.raises(Unreadable, match=words):
            report(small_line, POINT, point)


def test_points_of_what_is_not_in_the_inventory_are_refused(small_line: Line) -> None:
    with pytest.raises(NotFound, match="version of M0001"):
        report(small_line, POINT, replace(POINT, version="7.0.0"))
    with pytest.raises(NotFound, match="environment"):
        report(small_line, replace(POINT, environment="nowhere"))
    with pytest.raises(Refused):
        record_metrics(small_line.store, small_line.ledger, [POINT], actor=an_actor("P0009", Role.AUDITOR), at=NOON)
