"""Takes in points of metrics under any name, each moment of a series once."""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.personal_data import mask
from core.access.rules import Actor
from core.errors import Problem, Refused
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.service import check_environment
from core.inventory.moves import load_model, load_version
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.intake.counting import locked
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.rules import MOST_PROBLEMS, SeriesKind, refuse_unsound, report_refusals
from core.monitoring.intake.shaping import AHEAD
from core.monitoring.intake.tables import MetricPoint, MetricSeries
from core.store import Store, Transaction
from core.store.types import microseconds

ACT = "metrics.report"
MOST_POINTS = 50_000  # of one call
LONGEST_NAME, LONGEST_UNIT, LONGEST_LABELS = 200, 50, 2000


@dataclass(frozen=True)
class NewPoint:
    """One value of a metric; `line` is where it stood in what came."""

    name: str
    value: float
    at: datetime
    model: str
    version: str | None = None
    environment: str = PRODUCTION
    unit: str = ""
    kind: SeriesKind = SeriesKind.GAUGE
    labels: Mapping[str, str] = field(default_factory=dict)
    line: int = 1

    @property
    def label_text(self) -> str:
        """The labels as canonical JSON."""
        return json.dumps(dict(self.labels), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class PointsReceived:
    """What became of points that were handed in."""

    points: int
    repeated: int
    series: int  # that were new


Key = tuple[int, str, str, int, str]  # model, environment, name, version or 0, labels


def record_metrics(
    store: Store, ledger: Ledger, points: Sequence[NewPoint], *, actor: Actor, at: datetime
) -> PointsReceived:
    """Take in points of one or more models, all or none; one that is on record with the same value is left out.

    Raises `Unreadable` by line for what is no point and for a moment that has another value on record, `NotFound` for
    a model, version or environment that is not in the inventory.
    """
    entity = Entity("model", points[0].model if points else "")
    of = [Entity("model", model) for model in sorted({point.model for point in points})]
    with deciding(store, ledger, ACT, entity=entity, of=of, actor=actor, at=at) as tx:
        if reasons := report_refusals(actor):
            raise Refused(reasons)
        refuse_unsound(list(_problems(points, at)))
        of_model = defaultdict[str, list[NewPoint]](list)
        for point in points:
            of_model[point.model].append(point)
        done = [_of_model(tx, ledger, model, of_model[model], actor=actor, at=at) for model in sorted(of_model)]
        return PointsReceived(*(sum(getattr(one, name) for one in done) for name in ("points", "repeated", "series")))


def _problems(points: Sequence[NewPoint], at: datetime) -> Iterator[Problem]:
    if not 0 < len(points) <= MOST_POINTS:
        yield Problem("points out of range", found=f"{len(points):,}", expected=f"1 to {MOST_POINTS:,}")
        return
    for point in points:
        line = point.line
        if not point.name.strip() or len(point.name) > LONGEST_NAME:
            yield Problem("not a name for a metric", line, "name", expected=f"1 to {LONGEST_NAME} characters")
        if not math.isfinite(point.value):
            yield Problem("not a number", line, "value", str(point.value), "a number")
        if point.at > at + AHEAD:
            yield Problem("lies in the future", line, "at", point.at.isoformat())
        if len(point.unit) > LONGEST_UNIT or len(point.label_text) > LONGEST_LABELS:
            yield Problem("unit or labels are too long", line, "labels")
        elif (text := point.name + " " + " ".join(point.labels.values())) != mask(text):
            yield Problem("holds what looks like personal data", line, "labels", mask(text)[:80])


def _of_model(
    tx: Transaction, ledger: Ledger, model: str, points: Sequence[NewPoint], *, actor: Actor, at: datetime
) -> PointsReceived:
    model_id = load_model(tx.session, model).id or 0
    for environment in sorted({point.environment for point in points}):
        check_environment(tx.session, environment)
        locked(tx, Stream(model_id, environment))
    named = {point.version for point in points if point.version is not None}
    versions = {version: load_version(tx.session, model, version)[1].id or 0 for version in sorted(named)}
    keys = [(model_id, p.environment, p.name, versions.get(p.version or "", 0), p.label_text) for p in points]
    series, made = _series(tx, dict(zip(keys, points, strict=True)))
    fresh = _fresh(tx.session, [(series[key], point) for key, point in zip(keys, points, strict=True)])
    if fresh:
        rows = [
            {"series_id": number, "at": point.at, "value": point.value, "received_at": at} for number, point in fresh
        ]
        tx.session.execute(insert(MetricPoint), rows)
    payload: dict[str, JsonValue] = {
        "points": len(fresh),
        "repeated": len(points) - len(fresh),
        "names": ", ".join(sorted({point.name for point in points}))[:1000],
        "digest": _digest(fresh),
    }
    entity = Entity("model", model)
    ledger.record(tx, Event.METRICS_RECORDED, entity=entity, actor=actor, at=at, payload=payload)
    return PointsReceived(len(fresh), len(points) - len(fresh), made)


def _series(tx: Transaction, wanted: Mapping[Key, NewPoint]) -> tuple[dict[Key, int], int]:
    """The number of each series, made where it is new, and how many were."""
    model_id = next(iter(wanted))[0]
    known = _known_series(tx.session, model_id, wanted)
    for key, point in wanted.items():
        if key not in known:
            _, environment, name, version, labels = key
            tx.session.add(
                MetricSeries(
                    model_id=model_id,
                    version_id=version or None,
                    version_key=version,
                    environment=environment,
                    name=name,
                    unit=point.unit,
                    labels=labels,
                    kind=point.kind,
                )
            )
    tx.session.flush()
    found = _known_series(tx.session, model_id, wanted)
    return found, len(found) - len(known)


def _known_series(session: Session, model_id: int, wanted: Mapping[Key, NewPoint]) -> dict[Key, int]:
    names = {key[2] for key in wanted}
    rows = session.exec(
        select(MetricSeries).where(MetricSeries.model_id == model_id, col(MetricSeries.name).in_(names))
    )
    found = {(row.model_id, row.environment, row.name, row.version_key, row.labels): row.id or 0 for row in rows}
    return {key: number for key, number in found.items() if key in wanted}


def _fresh(session: Session, points: Sequence[tuple[int, NewPoint]]) -> list[tuple[int, NewPoint]]:
    """The points that are not on record; raises `Unreadable` where a moment has another value."""
    moments = [point.at for _, point in points]
    held = session.exec(
        select(MetricPoint.series_id, MetricPoint.at, MetricPoint.value).where(
            col(MetricPoint.series_id).in_({number for number, _ in points}),
            col(MetricPoint.at).between(min(moments), max(moments)),
        )
    )
    known = {(number, at): value for number, at, value in held}
    fresh, problems = list[tuple[int, NewPoint]](), list[Problem]()
    for number, point in points:
        key = (number, point.at)
        if key not in known:
            known[key] = point.value
            fresh.append((number, point))
        elif known[key] != point.value:
            found, expected = f"{point.name} {point.value:g}", f"{known[key]:g}"
            problems.append(Problem("the moment has another value on record", point.line, "value", found, expected))
    refuse_unsound(problems[:MOST_PROBLEMS])
    return fresh


def _digest(points: Sequence[tuple[int, NewPoint]]) -> str:
    """SHA-256 over the points, one a line, in the order of their series and moments."""
    told = sorted(
        (p.environment, p.version or "", p.name, p.label_text, microseconds(p.at), p.value) for _, p in points
    )
    lines = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in told)
    return hashlib.sha256(lines.encode()).hexdigest()
