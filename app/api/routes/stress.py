"""Reads stress tests and asks for one, so that a pipeline can gate a release on its verdict."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import Session

from app.api.answers.stress import StressAsked, StressFigureView, StressList, StressView, StressWish
from app.api.caller import Reader
from app.api.writing import Write
from app.stress.running import allowing
from core.monitoring.stress.service import request_stress_test
from core.validation.stress.queries import FigureRow, StressFilter, stress_test, stress_tests
from core.validation.stress.tables import StressSource

router = APIRouter(tags=["Stress tests"])
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10**9)]


@router.post(
    "/models/{model}/stress-tests",
    status_code=HTTPStatus.CREATED,
    response_model=StressAsked,
    operation_id="run_stress_test",
)
def run_test(model: str, wish: StressWish, write: Write) -> Response:
    """Queue a stress test of a version; read it until it has a verdict. Scope: `stress:run`."""
    caller = write.caller
    return write.answer(
        lambda store: request_stress_test(
            store,
            model=model,
            version=wish.version,
            plan=wish.plan,
            allow=allowing(caller.place),
            source=StressSource.PIPELINE,
            **write.acting,
        ),
        lambda session, number: StressAsked(**_view(session, number).model_dump(), ledger=write.newest(session)),
    )


@router.get("/models/{model}/stress-tests", operation_id="list_stress_tests")
def stress_tests_of(
    model: str,
    reader: Reader,
    version: Annotated[str, Query(max_length=64)] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> StressList:
    """Stress tests of a model, the newest first. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        found = stress_tests(session, StressFilter(model=model, version=version), limit=limit, offset=offset)
    return StressList(tests=[row.number for row in found.rows], total=found.total, limit=limit, offset=offset)


@router.get("/stress-tests/{test}", operation_id="read_stress_test")
def read_test(test: str, reader: Reader) -> StressView:
    """A stress test with every figure and verdict. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        return _view(session, test)


def _view(session: Session, number: str) -> StressView:
    page = stress_test(session, number)
    row = page.row
    return StressView(
        test=row.number, model=row.model, version=row.version, name=row.name, status=row.status, verdict=row.verdict,
        step=row.step, requests_done=row.requests_done, requests_planned=row.requests_planned,
        plan_digest=page.plan_digest, outcome_digest=page.outcome_digest, requests_digest=page.requests_digest,
        error=row.error, requested_at=row.requested_at, finished_at=row.finished_at,
        figures=[_figure(one) for one in page.figures],
    )  # fmt: skip


def _figure(one: FigureRow) -> StressFigureView:
    return StressFigureView(
        clause=one.clause, metric=one.metric, subject=one.subject, value=one.value, low=one.low, high=one.high,
        n=one.n, threshold=one.threshold, direction=one.direction, required=one.required, verdict=one.verdict,
        reason=one.reason,
    )  # fmt: skip
