"""Reads the series of a model and their points."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.inventory.moves import load_model, versions_by_id
from core.monitoring.intake.declaring import declared_row
from core.monitoring.intake.rules import MonitoredData, SeriesKind
from core.monitoring.intake.tables import MetricPoint, MetricSeries


@dataclass(frozen=True)
class Point:
    """A value of a series at a moment; `version` is empty where the series is not of one."""

    at: datetime
    value: float
    version: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Series:
    """A metric of a model: how many points it has, the newest of them, and its row number."""

    id: int
    name: str
    version: str
    unit: str
    kind: SeriesKind
    labels: Mapping[str, str]
    points: int
    last_at: datetime
    last_value: float


@dataclass(frozen=True)
class Declared:
    """What is monitored of a model in one environment, and who said so when."""

    data: MonitoredData
    revision: int
    by: str
    at: datetime


def declared_of(session: Session, model: str, environment: str) -> Declared | None:
    """The declaration in force; none where nothing is declared."""
    row = declared_row(session, load_model(session, model).id or 0, environment)
    return (
        Declared(MonitoredData.from_json(row.mapping), row.revision, row.declared_by, row.declared_at) if row else None
    )


def points_between(
    session: Session, model: str, environment: str, name: str, start: datetime, end: datetime
) -> tuple[Point, ...]:
    """The points of every series of this name from `start` on and before `end`, the oldest first."""
    rows = session.exec(
        select(MetricPoint.at, MetricPoint.value, MetricSeries.version_id, MetricSeries.labels)
        .join(MetricSeries, col(MetricSeries.id) == MetricPoint.series_id)
        .where(
            MetricSeries.model_id == load_model(session, model).id,
            MetricSeries.environment == environment,
            MetricSeries.name == name,
            MetricPoint.at >= start,
            MetricPoint.at < end,
        )
        .order_by(col(MetricPoint.at), col(MetricSeries.id))
    ).all()
    names = _versions(session, {version for _, _, version, _ in rows if version})
    return tuple(
        Point(at, value, names.get(version or 0, ""), json.loads(labels)) for at, value, version, labels in rows
    )


def series_of(session: Session, model: str, environment: str) -> tuple[Series, ...]:
    """Every series of a model in one environment, by name, with its newest point."""
    newest = (
        select(MetricPoint.series_id, func.count().label("points"), func.max(MetricPoint.at).label("last"))
        .join(MetricSeries, col(MetricSeries.id) == MetricPoint.series_id)
        .where(MetricSeries.model_id == load_model(session, model).id, MetricSeries.environment == environment)
        .group_by(col(MetricPoint.series_id))
        .subquery()
    )
    rows = session.exec(
        select(MetricSeries, newest.c.points, MetricPoint.at, MetricPoint.value)
        .join(newest, newest.c.series_id == MetricSeries.id)
        .join(MetricPoint, (col(MetricPoint.series_id) == newest.c.series_id) & (col(MetricPoint.at) == newest.c.last))
        .order_by(col(MetricSeries.name), col(MetricSeries.id))
    ).all()
    names = _versions(session, {row.version_id for row, _, _, _ in rows if row.version_id})
    return tuple(
        Series(
            row.id or 0,
            row.name,
            names.get(row.version_id or 0, ""),
            row.unit,
            row.kind,
            json.loads(row.labels),
            points,
            at,
            value,
        )
        for row, points, at, value in rows
    )


def newest_values(session: Session, series: Sequence[int], *, each: int = 30) -> Mapping[int, Sequence[float]]:
    """By row number of a series its newest values, the oldest of them first, in one statement."""
    place = func.row_number().over(partition_by=col(MetricPoint.series_id), order_by=col(MetricPoint.at).desc())
    ranked = (
        select(MetricPoint.series_id, MetricPoint.at, MetricPoint.value, place.label("place"))
        .where(col(MetricPoint.series_id).in_(series))
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.series_id, ranked.c.value)
        .where(ranked.c.place <= each)
        .order_by(ranked.c.series_id, ranked.c.at)
    )
    found: dict[int, list[float]] = {}
    for number, value in rows:
        found.setdefault(number, []).append(value)
    return found


def _versions(session: Session, ids: set[int]) -> dict[int, str]:
    return {key: version.version for key, (_, version) in versions_by_id(session, ids).items()}
