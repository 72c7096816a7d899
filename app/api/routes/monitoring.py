"""Reads the checks on production data, has them run, and computes a chunk again."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from app.api.answers.monitoring import AskedFor, FigureList, FigureView, MonitoringView, RecomputedView
from app.api.caller import Reader
from app.api.writing import Write
from core.errors import NotFound
from core.inventory.deployments.rules import PRODUCTION
from core.metrics.verdicts import Verdict
from core.monitoring.checks import queries
from core.monitoring.checks.recomputing import recompute
from core.monitoring.checks.service import ask_monitor

router = APIRouter(prefix="/models/{model}/monitoring", tags=["Monitoring"])
Environment = Annotated[str, Query(max_length=50)]
MOST = 5_000


class RunWish(BaseModel, extra="forbid"):
    """What is to be checked."""

    environment: str = Field(default=PRODUCTION, max_length=50)
    unfinished: bool = Field(default=False, description="Also what has come of the last chunk of rows")


@router.get("", operation_id="read_monitoring")
def monitoring(model: str, reader: Reader, environment: Environment = PRODUCTION) -> MonitoringView:
    """Where a model stands in an environment, with the figures of the newest chunk of each clause, so that a pipeline
    can gate on them. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        state = next((one for one in queries.model_states(session, model) if one.environment == environment), None)
        newest = queries.newest_by_clause(session, model, environment)
    if state is None:
        raise NotFound("monitoring of", f"{model} {environment}")
    return MonitoringView(
        model=state.model,
        environment=state.environment,
        version=state.version,
        state=state.state,
        last_data_at=state.last_data_at,
        last_run_at=state.last_run_at,
        error=state.error,
        failed=sum(one.verdict is Verdict.FAIL for one in newest),
        insufficient=sum(one.verdict is Verdict.INSUFFICIENT for one in newest),
        newest=[_figure(one) for one in newest],
    )


@router.get("/results", operation_id="list_monitor_results")
def results(
    model: str,
    reader: Reader,
    environment: Environment = PRODUCTION,
    clause: Annotated[str | None, Query(max_length=20)] = None,
    metric: Annotated[str | None, Query(max_length=200)] = None,
    since: Annotated[AwareDatetime | None, Query(description="Of chunks that ended after this moment")] = None,
    until: AwareDatetime | None = None,
    all_revisions: bool = False,
    limit: Annotated[int, Query(ge=1, le=MOST, description="The newest so many")] = 500,
) -> FigureList:
    """Figures of chunks, the oldest first. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        found = queries.results(
            session,
            model,
            environment,
            clause=clause,
            metric=metric,
            since=since,
            until=until,
            all_revisions=all_revisions,
            limit=limit,
        )
    return FigureList(figures=[_figure(one) for one in found])


@router.get("/chunks/{chunk}/again", operation_id="recompute_chunk")
def again(
    model: str, chunk: str, reader: Reader, revision: Annotated[int | None, Query(ge=1, le=10**9)] = None
) -> RecomputedView:
    """Compute a chunk again from its data, policy and reference, and say whether every figure is the same to the last
    digit. Nothing is stored. Scope: `record:read`."""
    place = reader.place
    with place.store.reading() as session:
        if queries.chunk(session, chunk, revision).model != model:
            raise NotFound(f"chunk of {model}", chunk)
    found = recompute(place.store, place.files, chunk=chunk, revision=revision, at=reader.at)
    return RecomputedView(
        chunk=found.chunk,
        revision=found.revision,
        outcome=found.outcome,
        said=found.said,
        different=list(found.different),
    )


@router.post("/run", status_code=HTTPStatus.ACCEPTED, response_model=AskedFor, operation_id="run_monitoring")
def run(model: str, wish: RunWish, write: Write) -> Response:
    """Have everything checked that is due; the next free worker does it. Scope: `monitor:run`."""
    return write.answer(
        lambda store: ask_monitor(
            store, model=model, environment=wish.environment, unfinished=wish.unfinished, **write.acting
        ),
        lambda session, slot: AskedFor(slot=slot, ledger=write.newest(session)),
        status=HTTPStatus.ACCEPTED,
    )


def _figure(one: queries.ResultRow) -> FigureView:
    return FigureView(**{name: getattr(one, name) for name in FigureView.model_fields})
