"""Takes in events as they happen, finds them again, and proves them one by one."""

import asyncio
from datetime import date, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.api.answers import EventsRecorded, LedgerProof
from app.api.answers.events import EventBatchLine, EventBatchList, EventView
from app.api.bodies import received
from app.api.caller import Caller, Reader, Signed
from app.api.problems import BadRequest
from app.collecting import Busy, Collector, Recorded, collector_of
from core.access.event_files import parquet_submission
from core.access.event_log import record_refusals, refuse_ahead, submission_of
from core.access.reach.belonging import models_refusals
from core.access.rules import Permission
from core.errors import Problem, Refused, Unreadable
from core.inventory.event_inputs import input_forms
from core.ledger.batches.queries import BatchFilter, BatchRow, batches, event_proof, find_event
from core.ledger.batches.reading import read_event
from core.ledger.batches.rows import MOST_ROWS, EventKind
from core.ledger.batches.service import Submission
from core.ledger.batches.short import ProofForm, proof_file
from core.policy.events_kept import kept_for
from core.reports.events_bundle import take_events

router = APIRouter(tags=["Events"])
LIMIT = 64 << 20
LINES, LIST, PARQUET = "application/x-ndjson", "application/json", "application/vnd.apache.parquet"


def collector(signed: Signed) -> Collector:
    """The one of this process."""
    return collector_of(signed.place)


@router.put(
    "/events",
    status_code=HTTPStatus.CREATED,
    operation_id="record_events",
    response_model=EventsRecorded,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                LINES: {"schema": {"type": "string"}},
                LIST: {"schema": {"type": "array", "items": {"type": "object"}}},
                PARQUET: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
async def record(signed: Signed, request: Request, collected: Annotated[Collector, Depends(collector)]) -> Response:
    """Record events: JSON objects, one a line (`application/x-ndjson`) or a list of them (`application/json`), or a
    Parquet file (`application/vnd.apache.parquet`); at most 100,000 and 64 MiB, taken in as a stream.

    Each has `id` and `at`, a moment with its zone or microseconds since 1970, and may have `kind` (`inference`,
    `pipeline`, `activity`), `model`, `version`, `actor`, `role`, `source`, `duration` in microseconds, `output` as text
    and `input`, an object, in Parquet its JSON text. How an input is kept, as a commitment, masked or not at all, is
    the policy's: by the tier of the model. An event that is on record is not recorded again, so a call can be repeated
    without harm; one whose id is on record with other content refuses the whole call. The answer comes once the
    events are durable. Scope: `event:record`."""
    reasons = record_refusals(signed.actor)
    if reasons:
        raise Refused(reasons)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (LINES, LIST, PARQUET):
        detail = f"Send events as {LINES}, {LIST} or {PARQUET}, not {kind or 'without a content type'}."
        raise BadRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    async with received(request, signed.place.settings.data_dir / "incoming", limit=LIMIT) as body:
        submission = await run_sync(_read, body.path, kind, signed)
    try:
        done = await asyncio.wrap_future(collected.hand_in(submission))
    except Busy:
        raise BadRequest(HTTPStatus.SERVICE_UNAVAILABLE, "busy", "Too many events wait; send them again.") from None
    answer = _answer(submission, done)
    status = HTTPStatus.CREATED if done else HTTPStatus.OK
    return Response(answer, status, {"Cache-Control": "no-store"}, "application/json")


@router.get("/event-batches", operation_id="list_event_batches")
def list_batches(
    reader: Reader,
    kind: EventKind | None = None,
    model: Annotated[str, Query(max_length=200)] = "",
    role: Annotated[str, Query(max_length=200)] = "",
    since: Annotated[date | None, Query(description="The first day, in UTC")] = None,
    until: Annotated[date | None, Query(description="The first day that is too late")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> EventBatchList:
    """The files of events that hold such events, the newest first. Scope: `record:read`."""
    wanted = BatchFilter(kind.value if kind else "", model, role, since, until)
    with reader.place.store.reading() as session:
        found, kept = batches(session, wanted, limit=limit, offset=offset), kept_for(session, at=reader.at)
    lines = [_line(row, kept) for row in found.rows]
    return EventBatchList(batches=lines, total=found.total, limit=limit, offset=offset)


@router.get("/event-batches/{batch}/bundle", operation_id="take_events", response_class=Response)
def take(
    batch: str,
    signed: Signed,
    event: Annotated[list[str] | None, Query(description="Only these events; without it, all of the file")] = None,
) -> Response:
    """A file of events, or the events named, as a signed bundle that verifies offline; that it was taken is on record.
    Scope: `export:make`."""
    place, chosen = signed.place, tuple(event or ())
    whole = () if chosen else (batch,)
    taken = take_events(
        place.store,
        place.ledger,
        place.events,
        place.keys,
        whole=whole,
        chosen=chosen,
        actor=signed.actor,
        at=signed.at,
    )
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{taken.name}.zip"'}
    return Response(taken.content, HTTPStatus.OK, headers, "application/zip")


@router.get("/events/{event}", operation_id="read_event")
def read(event: str, reader: Reader) -> EventView:
    """One event as it is on record, its input as a commitment or masked. Scope: `record:read`."""
    place = reader.place
    with place.store.reading() as session:
        found, kept = find_event(session, place.events, event), kept_for(session, at=reader.at)
    told = read_event(found)
    return EventView(
        id=told.id,
        at=told.at,
        kind=told.kind,
        model=told.model,
        version=told.version,
        actor=told.actor,
        role=told.role,
        source=told.source,
        duration=told.duration,
        output=told.output,
        form=told.form,
        input=told.input,
        batch=found.batch.number,
        line=found.line,
        entry=found.batch.entry,
        recorded_at=found.batch.recorded_at,
        recorded_by=found.batch.recorded_by,
        kept_until=found.batch.last_at + kept,
    )


@router.get(
    "/events/{event}/proof",
    operation_id="prove_event",
    response_model=dict[str, object],
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The proof"}},
)
def prove(event: str, reader: Reader, form: ProofForm = ProofForm.LONG) -> Response:
    """The event and everything that proves it, which `countersign verify receipt` and the `verify.py` of any bundle
    check offline: as JSON, `short` in about a kilobyte, or the short form in its two parts, `own` of this event and
    `shared` by all events of its file. Scope: `record:read`."""
    place = reader.place
    with place.store.reading() as session:
        proof = event_proof(session, place.events, event)
    media = "application/json" if form is ProofForm.LONG else "application/octet-stream"
    return Response(proof_file(proof, form), HTTPStatus.OK, {"Cache-Control": "no-store"}, media)


def _line(row: BatchRow, kept: timedelta) -> EventBatchLine:
    return EventBatchLine(
        batch=row.number,
        entry=row.entry,
        events=row.rows,
        kinds=list(row.kinds),
        models=list(row.models),
        first_at=row.first_at,
        last_at=row.last_at,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        file=row.digest,
        size=row.size,
        kept_until=row.last_at + kept,
        removed_at=row.removed_at,
        erased=row.erased,
    )


def _read(path: Path, kind: str, caller: Caller) -> Submission:
    place, at = caller.place, caller.at
    with place.store.reading() as session:
        forms = input_forms(session, at=at)
        if kind == PARQUET:
            found = parquet_submission(place.store, path, forms=forms, actor=caller.actor)
        else:
            found = submission_of(place.store, _objects(path.read_bytes(), kind), forms=forms, actor=caller.actor)
        models = set(found.events["model"].to_pylist()) if caller.actor.limits else set()
        if reasons := models_refusals(session, caller.actor, Permission.EVENT_RECORD, models):
            raise Refused(reasons)
        return refuse_ahead(found, at=at)


def _objects(body: bytes, kind: str) -> list[object]:
    if kind == LIST:
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Unreadable([Problem(f"not JSON: {error}")]) from None
        return value if isinstance(value, list) else [value]
    objects, problems = list[object](), list[Problem]()
    lines = body.split(b"\n")
    if len(lines) > MOST_ROWS + 1:
        raise Unreadable([Problem("events out of range", found=f"{len(lines):,}", expected=f"at most {MOST_ROWS:,}")])
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            objects.append(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            problems.append(Problem(f"not JSON: {error}", line=number))
    if problems:
        raise Unreadable(problems[:20])
    return objects


def _answer(submission: Submission, done: Recorded | None) -> str:
    if done is None:
        known = submission.events.num_rows
        return EventsRecorded(batch=None, recorded=0, repeated=known, root=None, ledger=None).model_dump_json()
    batch = done.batch
    return EventsRecorded(
        batch=batch.number,
        recorded=batch.rows,
        repeated=batch.repeated,
        root=batch.root.hex(),
        ledger=LedgerProof(index=batch.entry, receipt=done.receipt, entry=done.entry),
    ).model_dump_json()
