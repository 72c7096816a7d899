"""Reports for pipelines: what there is, ask for one, follow it, take it away, and have it made on a schedule."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, Response

from app.api.answers.exports import (
    DownloadLine,
    ExportList,
    ExportStarted,
    ExportStopped,
    ExportView,
    ReportLine,
    ReportList,
    ScheduleList,
    ScheduleMade,
    ScheduleView,
    SubjectView,
)
from app.api.caller import Reader, Signed
from app.api.wishes_of_exports import ExportWish, ScheduleWish
from app.api.writing import Write
from core.reports.formats.kinds import CSV_TYPE, KINDS
from core.reports.rules import ExportStatus, ScheduleState
from core.reports.service import (
    ExportFilter,
    ExportRow,
    ExportState,
    Requested,
    Scheduled,
    ScheduleRow,
    cancel_export,
    change_schedule,
    download,
    export_row,
    exports_page,
    forms_of,
    request_export,
    schedule_export,
    schedules,
)
from core.reports.templates import TEMPLATES

router = APIRouter(tags=["Reports"])
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10**9)]


@router.get("/reports", operation_id="list_reports")
def reports(reader: Reader) -> ReportList:
    """Every report that can be asked for, and in which forms. Scope: `record:read`."""
    return ReportList(
        reports=[
            ReportLine(
                template=one.key,
                title=one.title,
                version=one.version,
                what=one.what,
                about=list(one.subjects),
                has_period=one.has_period,
                formats=list(forms_of(one.key)),
            )
            for one in TEMPLATES.values()
        ]
    )


@router.post("/exports", operation_id="request_export", status_code=HTTPStatus.ACCEPTED, response_model=ExportStarted)
def asked(wish: ExportWish, write: Write) -> Response:
    """Ask for a report; it is built in the background. Scope: `export:make`."""
    caller = write.caller
    place = caller.place
    return write.answer(
        lambda store: request_export(
            store, place.ledger, asked=wish.entered(caller.at), form=wish.format, actor=caller.actor, at=caller.at
        ),
        lambda session, done: ExportStarted(export=_number(done), ledger=write.proof(session, done.entry)),
        status=HTTPStatus.ACCEPTED,
    )


@router.get("/exports", operation_id="list_exports")
def listed(
    reader: Reader,
    template: str | None = None,
    about: Annotated[str | None, Query(description="Number of a model, an audit or an incident")] = None,
    by: Annotated[str | None, Query(description="Who asked, by number")] = None,
    state: ExportState | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ExportList:
    """Exports, newest first, with who took them away. Scope: `record:read`."""
    narrowed = ExportFilter(template=template, about=about, person=by, state=state)
    with reader.place.store.reading() as session:
        found = exports_page(session, narrowed, at=reader.at, limit=limit, offset=offset)
    rows = [_view(row, row.state(reader.at)) for row in found.rows]
    return ExportList(exports=rows, total=found.total, limit=limit, offset=offset)


@router.get("/exports/{export}", operation_id="read_export")
def one(export: str, reader: Reader) -> ExportView:
    """How far an export is, and what it holds. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        row = export_row(session, export)
    return _view(row, row.state(reader.at))


@router.get("/exports/{export}/file", operation_id="download_export", response_class=FileResponse)
def file(export: str, signed: Signed) -> Response:
    """The file of a ready export; who took it is on record. Its SHA-256 is the `ETag`. Scope: `export:make`."""
    place = signed.place
    found = download(place.store, place.ledger, place.exports, export=export, actor=signed.actor, at=signed.at)
    types = {kind.ending.rpartition(".")[2]: kind.media_type for kind in KINDS.values()} | {"csv": CSV_TYPE}
    headers = {"Cache-Control": "no-store", "ETag": f'"{found.digest}"', "X-Content-Type-Options": "nosniff"}
    kind = types[found.filename.rpartition(".")[2]]
    return FileResponse(found.path, media_type=kind, filename=found.filename, headers=headers)


@router.post("/exports/{export}/cancel", operation_id="cancel_export", response_model=ExportStopped)
def stopped(export: str, write: Write) -> Response:
    """Stop an export that is not ready; only who asked for it may. Scope: `export:make`."""
    caller = write.caller
    return write.answer(
        lambda store: cancel_export(store, caller.place.ledger, export=export, actor=caller.actor, at=caller.at),
        lambda session, entry: ExportStopped(
            export=export, status=ExportStatus.CANCELLED, ledger=write.proof(session, entry)
        ),
        status=HTTPStatus.OK,
    )


@router.get("/export-schedules", operation_id="list_export_schedules")
def scheduled(reader: Reader, ended: bool = False) -> ScheduleList:
    """Schedules that run or are paused, or those that have ended. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        return ScheduleList(schedules=[_schedule(row) for row in schedules(session, at=reader.at, ended=ended)])


@router.post(
    "/export-schedules", operation_id="schedule_export", status_code=HTTPStatus.CREATED, response_model=ScheduleMade
)
def new_schedule(wish: ScheduleWish, write: Write) -> Response:
    """Have a report made every week, month or quarter; it runs with the roles that you hold then. Scope:
    `export:make`."""
    caller = write.caller
    return write.answer(
        lambda store: schedule_export(store, caller.place.ledger, new=wish.entered(), actor=caller.actor, at=caller.at),
        lambda session, done: ScheduleMade(
            schedule=_schedule_number(done), state=ScheduleState.ACTIVE, ledger=write.proof(session, done.entry)
        ),
    )


@router.post("/export-schedules/{schedule}/{state}", operation_id="change_export_schedule", response_model=ScheduleMade)
def changed(schedule: str, state: ScheduleState, write: Write) -> Response:
    """Pause a schedule, let it run again (`active`), or end it; only who made it may. Scope: `export:make`."""
    caller = write.caller
    return write.answer(
        lambda store: change_schedule(
            store, caller.place.ledger, schedule=schedule, state=state, actor=caller.actor, at=caller.at
        ),
        lambda session, entry: ScheduleMade(schedule=schedule, state=state, ledger=write.proof(session, entry)),
        status=HTTPStatus.OK,
    )


def _number(done: Requested) -> str:
    return done.export


def _schedule_number(done: Scheduled) -> str:
    return done.schedule


def _view(row: ExportRow, state: ExportState) -> ExportView:
    held = row.export
    return ExportView(
        export=held.number,
        template=held.template,
        template_version=held.template_version,
        subject=SubjectView(kind=held.subject_kind, number=held.subject_number, version=held.subject_version),
        as_of=held.as_of,
        since=held.since,
        format=held.format,
        status=held.status,
        state=state,
        step=held.step,
        steps_done=held.steps_done,
        steps_total=held.steps_total,
        complete=None if held.gaps is None else held.gaps == 0,
        filename=held.filename,
        size=held.size,
        digest=held.digest,
        unsigned_digest=held.unsigned_digest,
        error=held.error,
        requested_by=held.requested_by,
        requested_at=held.requested_at,
        ready_at=held.ready_at,
        expires_at=held.expires_at,
        schedule=row.schedule,
        downloads=[DownloadLine(person=person, at=at) for person, at in row.downloads],
    )


def _schedule(row: ScheduleRow) -> ScheduleView:
    held = row.schedule
    return ScheduleView(
        schedule=held.number,
        template=held.template,
        subject=SubjectView(kind=held.subject_kind, number=held.subject_number, version=held.subject_version),
        format=held.format,
        rhythm=held.rhythm,
        day=held.day,
        time=f"{held.minutes // 60:02d}:{held.minutes % 60:02d}",
        zone=held.zone,
        state=held.state,
        next_at=row.next_at,
        recipients=list(row.recipients),
        problem=held.problem,
        made=row.made,
        last=row.last.number if row.last else "",
    )
