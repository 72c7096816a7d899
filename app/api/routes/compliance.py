"""Reads routine checks with their deviations and runs, and runs them, so that a pipeline can gate on them."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import Session

from app.api.answers.compliance import (
    CheckState,
    CheckStates,
    ComplianceRan,
    ComplianceRunView,
    DeviationList,
    DeviationView,
    ResultView,
    RunLine,
    RunList,
    RunWish,
)
from app.api.caller import Reader
from app.api.writing import Write
from app.composition import now
from core.compliance import queries
from core.compliance.service import Ran, run_checks
from core.compliance.tables import ComplianceFinding, ComplianceRun
from core.compliance.vocabulary import FindingStatus, Source

router = APIRouter(prefix="/compliance", tags=["Compliance"])
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10**9)]
MOST = 200


@router.get("/checks", operation_id="list_compliance_checks")
def checks(reader: Reader) -> CheckStates:
    """Every routine check, what deviates first. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        rows = queries.screen(session, at=reader.at)
    return CheckStates(checks=[_check(row) for row in rows])


@router.get("/deviations", operation_id="list_deviations")
def deviations(
    reader: Reader,
    check: Annotated[str | None, Query(max_length=60)] = None,
    status: FindingStatus | None = None,
    model: Annotated[str | None, Query(max_length=16)] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> DeviationList:
    """Deviations, open ones first, worst first. Scope: `record:read`."""
    narrowed = queries.DeviationFilter(check=check, status=status, model=model)
    with reader.place.store.reading() as session:
        found = queries.deviations(session, narrowed, limit=limit, offset=offset)
    rows = [_deviation(row) for row in found.rows]
    return DeviationList(deviations=rows, total=found.total, limit=limit, offset=offset)


@router.get("/runs", operation_id="list_compliance_runs")
def runs(reader: Reader, limit: Limit = 50, offset: Offset = 0) -> RunList:
    """Runs of the checks, newest first. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        found = queries.runs(session, limit=limit, offset=offset)
    return RunList(runs=[_run(row) for row in found.rows], total=found.total, limit=limit, offset=offset)


@router.get("/runs/{run}", operation_id="read_compliance_run")
def run(run: str, reader: Reader) -> ComplianceRunView:
    """A run with what each check came to and the digest of what it read. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        return _view(session, run)


@router.post(
    "/runs", status_code=HTTPStatus.CREATED, response_model=ComplianceRan, operation_id="run_compliance_checks"
)
def run_now(wish: RunWish, write: Write) -> Response:
    """Run checks now: those named, or all that are switched on. Scope: `compliance:run`."""
    caller = write.caller

    def describe(session: Session, done: Ran) -> ComplianceRan:
        keys = {one.key for one in done.checks}
        narrowed = queries.DeviationFilter(status=FindingStatus.OPEN)
        standing = queries.deviations(session, narrowed, limit=MOST, offset=0).rows
        return ComplianceRan(
            holds=done.holds,
            run=_view(session, done.number),
            open=[_deviation(row) for row in standing if row.check_key in keys],
            ledger=write.proof(session, done.entry),
        )

    return write.answer(
        lambda store: run_checks(
            store,
            caller.place.ledger,
            keys=wish.checks,
            source=Source.PIPELINE,
            actor=caller.actor,
            clock=now,
            data_dir=caller.place.settings.data_dir,
        ),
        describe,
    )


def _check(row: queries.CheckRow) -> CheckState:
    standing, text = row.standing, row.standing.text
    return CheckState(
        check=text.key,
        title=text.title,
        why=text.why,
        reads=text.reads,
        severity=text.severity,
        shows=list(text.shows),
        on=standing.on,
        every_hours=standing.every_hours,
        parameters=dict(standing.parameters),
        outcome=row.outcome,
        since=row.since,
        last_run=row.newest.run_at if row.newest else None,
        examined=row.newest.examined if row.newest else 0,
        open=row.open,
        overdue=row.overdue,
    )


def _deviation(row: ComplianceFinding) -> DeviationView:
    return DeviationView(
        deviation=row.number,
        check=row.check_key,
        subject=row.subject,
        model=row.model or None,
        said=row.said,
        cause_kind=row.cause_kind,
        cause=row.cause,
        severity=row.severity,
        status=row.status,
        owner=row.owner or None,
        role=row.role or None,
        due_at=row.due_at,
        repeat=row.repeat,
        opened_in=row.opened_in,
        opened_at=row.opened_at,
        closed_in=row.closed_in,
        closed_at=row.closed_at,
        closing_reason=row.closing_reason,
    )


def _run(row: ComplianceRun) -> RunLine:
    return RunLine(
        run=row.number,
        source=row.source,
        run_by=row.run_by,
        run_at=row.run_at,
        checks=row.checks,
        deviating=row.deviating,
        failed=row.failed,
        opened=row.opened,
        closed=row.closed,
        milliseconds=row.milliseconds,
    )


def _view(session: Session, number: str) -> ComplianceRunView:
    found = queries.run_by_number(session, number)
    results = [
        ResultView(
            check=one.check_key,
            outcome=one.outcome,
            examined=one.examined,
            deviations=one.deviations,
            digest=one.digest,
            figures={
                key: value if isinstance(value, int) else str(value) for key, value in queries.figures_of(one).items()
            },
            said=one.said,
            milliseconds=one.milliseconds,
        )
        for one in found.results
    ]
    return ComplianceRunView(**_run(found.run).model_dump(), results=results)
