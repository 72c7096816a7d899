"""Says what production data arrived, and what of it is monitored."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AwareDatetime

from app.api.answers.production import (
    Arrivals,
    ArrivalView,
    DayView,
    MonitoredDeclared,
    MonitoredView,
    SeriesList,
    SeriesView,
)
from app.api.caller import Reader
from app.api.wishes_production import MonitoredWish
from app.api.writing import Write
from core.errors import NotFound
from core.inventory.deployments.rules import PRODUCTION
from core.monitoring.intake import arrivals as arrived
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.queries import Series, declared_of, series_of

router = APIRouter(prefix="/models/{model}", tags=["Production data"])
Environment = Annotated[str, Query(max_length=50)]


@router.get("/production/arrivals", operation_id="list_arrivals")
def arrivals(
    model: str,
    reader: Reader,
    environment: Environment = PRODUCTION,
    since: Annotated[AwareDatetime | None, Query(description="Batches that came from this moment on")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Arrivals:
    """What arrived when: every batch with its new, late, repeated and out-of-order rows, and by day how many inferences
    have a label. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = arrived.arrivals_page(session, model, environment, since=since, limit=limit, offset=offset)
        totals, days = arrived.standing(session, model, environment), arrived.days(session, model, environment)
    return Arrivals(
        arrivals=[_arrival(row) for row in page.rows],
        total=page.total,
        limit=limit,
        offset=offset,
        rows=totals.rows,
        labelled=totals.labelled,
        late=totals.late,
        out_of_order=totals.out_of_order,
        repeated=totals.repeated,
        days=[DayView(day=_day(one.day), rows=one.rows, labelled=one.labelled) for one in days],
    )


@router.get("/production/series", operation_id="list_series")
def series(model: str, reader: Reader, environment: Environment = PRODUCTION) -> SeriesList:
    """Every metric of the model in this environment, with its newest point. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        found = series_of(session, model, environment)
    return SeriesList(series=[_series(one) for one in found])


@router.get("/monitored", operation_id="read_monitored")
def monitored(model: str, reader: Reader, environment: Environment = PRODUCTION) -> MonitoredView:
    """What is monitored of the model in this environment: what it predicts, its features, attributes and reference.
    Scope: `record:read`."""
    with reader.place.store.reading() as session:
        found = declared_of(session, model, environment)
    if found is None:
        raise NotFound("declaration of monitored data", f"{model} {environment}")
    data = found.data
    return MonitoredView(
        environment=environment,
        revision=found.revision,
        task=data.task,
        positive_label=data.positive_label,
        features=list(data.features),
        categorical=list(data.categorical),
        sensitive=list(data.sensitive),
        label=data.label,
        reference=data.reference,
        declared_by=found.by,
        declared_at=found.at,
    )


@router.post(
    "/monitored", response_model=MonitoredDeclared, status_code=HTTPStatus.CREATED, operation_id="declare_monitored"
)
def declare(model: str, wish: MonitoredWish, write: Write) -> Response:
    """Say what is monitored of the model in this environment. Scope: `model:edit`."""
    return write.answer(
        lambda store: declare_monitored(
            store,
            model=model,
            data=wish.entered(),
            environment=wish.environment,
            expected_revision=wish.expected_revision,
            **write.acting,
        ),
        lambda session, done: MonitoredDeclared(revision=done, ledger=write.newest(session)),
    )


def _series(one: Series) -> SeriesView:
    return SeriesView(
        name=one.name,
        version=one.version,
        unit=one.unit,
        kind=one.kind,
        labels=dict(one.labels),
        points=one.points,
        last_at=one.last_at,
        last_value=one.last_value,
    )


def _arrival(row: arrived.Arrival) -> ArrivalView:
    return ArrivalView(
        batch=row.number,
        kind=row.kind,
        version=row.version,
        rows=row.rows,
        late=row.late,
        out_of_order=row.out_of_order,
        repeated=row.repeated,
        waiting=row.waiting,
        first_at=row.first_at,
        last_at=row.last_at,
        filename=row.filename,
        file=row.digest,
        size=row.size,
        entry=row.entry,
        received_at=row.received_at,
        received_by=row.received_by,
        removed_at=row.removed_at,
        removed_reason=row.removed_reason,
    )


def _day(number: int) -> str:
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=number):%Y-%m-%d}"
