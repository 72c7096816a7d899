"""Takes in what models do in use: inferences, labels, attributes and metric points."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.api.answers.production import (
    MetricsReceived,
    ProductionReceived,
)
from app.api.bodies import received
from app.api.problems import BadRequest
from app.api.wishes_production import PointsWish, RowsWish
from app.api.writing import Write, Writing
from app.drop import by_path
from core.inventory.deployments.rules import PRODUCTION
from core.monitoring.intake.arrivals import entry_of
from core.monitoring.intake.filing import Delivery, take_file, take_points
from core.monitoring.intake.forms import LIMITS, rows_of_objects
from core.monitoring.intake.point_forms import points_of_objects
from core.monitoring.intake.points import PointsReceived, record_metrics
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.service import record_production
from core.monitoring.intake.taking import Received, Sent
from core.store import Store

router = APIRouter(prefix="/models/{model}", tags=["Production data"])
Kind = Annotated[BatchKind, PathParameter(description="What the rows are")]
Environment = Annotated[str, Query(max_length=50)]
Version = Annotated[str | None, Query(max_length=64, description="Of inferences, unless a column says it")]
Filename = Annotated[str, Query(min_length=1, max_length=300, examples=["2026-11-20.parquet"])]


def _a_file(description: str, *kinds: str) -> dict[str, object]:
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {"requestBody": {"required": True, "description": description, "content": content}}


ROWS = _a_file(
    "CSV, Parquet or JSON lines, told apart by content; at most 1 GiB and 2,000,000 rows, of JSON 100,000; streamed",
    "text/csv",
    "application/vnd.apache.parquet",
    "application/x-ndjson",
    "application/octet-stream",
)
POINTS = _a_file(
    "OpenMetrics text, or JSON objects one a line; at most 64 MiB and 50,000 points",
    "application/openmetrics-text",
    "application/x-ndjson",
)


@router.put(
    "/production/metrics",
    response_model=MetricsReceived,
    status_code=HTTPStatus.CREATED,
    operation_id="upload_metrics",
    openapi_extra=POINTS,
)
async def upload_metrics(
    model: str,
    request: Request,
    write: Write,
    version: Version = None,
    environment: Environment = PRODUCTION,
    filename: Filename = "metrics.txt",
) -> Response:
    """Hand in points of metrics under any name, as OpenMetrics text or JSON lines. What a point says itself of model,
    version and environment counts, in OpenMetrics by labels of these names. A point that is on record with the same
    value is left out; with another value it refuses the whole call. Scope: `production:report`."""
    folder = write.caller.place.settings.data_dir / "incoming"
    async with received(request, folder, limit=LIMITS.size) as body:
        delivery = Delivery(body.path, filename, model, version, environment, write.key or "")
        return await run_in_threadpool(_points, write, delivery, body.digest)


@router.put(
    "/production/{kind}",
    response_model=ProductionReceived,
    status_code=HTTPStatus.CREATED,
    operation_id="upload_production",
    openapi_extra=ROWS,
)
async def upload_rows(
    model: str,
    kind: Kind,
    request: Request,
    write: Write,
    filename: Filename,
    version: Version = None,
    environment: Environment = PRODUCTION,
) -> Response:
    """Hand in a file of inferences, of labels that came later, of sensitive attributes that are kept apart, or of
    reference data. Inferences have `id`, `at` (a moment with its zone, or microseconds since 1970), `prediction`,
    `score` or both, and any features; labels have `id` and the label; attributes have `id` and the attributes. A row
    that is on record with the same content is left out; one with other content refuses the whole call by its line.
    Scope: `production:report`."""
    folder = write.caller.place.settings.data_dir / "incoming"
    async with received(request, folder, limit=LIMITS.size) as body:
        delivery = Delivery(body.path, filename, model, version, environment, write.key or "")
        return await run_in_threadpool(_rows, write, delivery, kind, body.digest)


@router.post(
    "/production/metrics", response_model=MetricsReceived, status_code=HTTPStatus.CREATED, operation_id="report_metrics"
)
def report_metrics(model: str, wish: PointsWish, write: Write) -> Response:
    """Hand in metric points as JSON, or name a file of them below the drop folder. Scope: `production:report`."""
    caller = write.caller
    if (wish.points is None) == (wish.path is None):
        raise _either("points")
    if wish.path is not None:
        return _named(write, wish.path, model, wish.version, wish.environment, lambda one: _points(write, one, ""))
    given: dict[str, str | None] = {"model": model, "version": wish.version, "environment": wish.environment}
    points = points_of_objects(wish.points or [], given, at=caller.at)
    return write.answer(
        lambda store: record_metrics(store, caller.place.ledger, points, actor=caller.actor, at=caller.at),
        lambda session, done: _metrics_received(write, session, done),
    )


@router.post(
    "/production/{kind}",
    response_model=ProductionReceived,
    status_code=HTTPStatus.CREATED,
    operation_id="report_production",
)
def report_rows(model: str, kind: Kind, wish: RowsWish, write: Write) -> Response:
    """Hand in a few rows as JSON, or name a file of them below the drop folder, which is read there and stays there.
    Scope: `production:report`."""
    caller, place = write.caller, write.caller.place
    if (wish.rows is None) == (wish.path is None):
        raise _either("rows")
    if wish.path is not None:
        return _named(write, wish.path, model, wish.version, wish.environment, lambda one: _rows(write, one, kind, ""))

    def act(store: Store) -> Received:
        return record_production(
            store,
            place.ledger,
            place.files,
            model=model,
            kind=kind,
            rows=rows_of_objects(wish.rows or []),
            version=wish.version,
            environment=wish.environment,
            sent=Sent(key=write.key or "", first_line=1),
            actor=caller.actor,
            at=caller.at,
        )

    return write.answer(act, lambda session, done: _received(write, session, done))


def _rows(write: Writing, delivery: Delivery, kind: BatchKind, digest: str) -> Response:
    caller, place = write.caller, write.caller.place
    return write.answer(
        lambda store: take_file(store, place.ledger, place.files, delivery, kind, actor=caller.actor, at=caller.at),
        lambda session, done: _received(write, session, done),
        content_digest=digest,
    )


def _points(write: Writing, delivery: Delivery, digest: str) -> Response:
    caller, ledger = write.caller, write.caller.place.ledger
    return write.answer(
        lambda store: take_points(store, ledger, delivery, actor=caller.actor, at=caller.at),
        lambda session, done: _metrics_received(write, session, done),
        content_digest=digest,
    )


def _named(
    write: Writing,
    path: str,
    model: str,
    version: str | None,
    environment: str,
    take: Callable[[Delivery], Response],
) -> Response:
    with by_path(write.caller.place, path) as source:
        return take(Delivery(source, Path(path).name, model, version, environment, write.key or ""))


def _either(name: str) -> BadRequest:
    detail = f"Give either {name} or the path of a file below the drop folder."
    return BadRequest(HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable", detail)


def _received(write: Writing, session: Session, done: Received) -> ProductionReceived:
    return ProductionReceived(
        batches=list(done.batches),
        rows=done.rows,
        repeated=done.repeated,
        late=done.late,
        out_of_order=done.out_of_order,
        waiting=done.waiting,
        held=done.held,
        quarantined=list(done.quarantined),
        ledger=write.proof(session, entry_of(session, done.batches[-1])) if done.batches else write.newest(session),
    )


def _metrics_received(write: Writing, session: Session, done: PointsReceived) -> MetricsReceived:
    return MetricsReceived(points=done.points, repeated=done.repeated, series=done.series, ledger=write.newest(session))
