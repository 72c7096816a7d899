"""Takes in events as they happen, and proves them one by one."""

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.api.answers import EventsRecorded
from app.api.bodies import received
from app.api.caller import Caller, Reader, Signed
from app.api.problems import BadRequest
from app.api.writing import proof
from app.collecting import Busy, Collector, collector_of
from core.access.event_log import record_refusals, submission_of
from core.errors import Problem, Refused, Unreadable
from core.ledger.batches.queries import event_proof
from core.ledger.batches.rows import MOST_ROWS, InputForm
from core.ledger.batches.service import Batch, Submission

router = APIRouter(tags=["Events"])
LIMIT = 64 << 20
LINES, LIST = "application/x-ndjson", "application/json"


def collector(signed: Signed) -> Collector:
    """The one of this process."""
    return collector_of(signed.place)


@router.put("/events", status_code=HTTPStatus.CREATED, operation_id="record_events", response_model=EventsRecorded)
async def record(
    signed: Signed,
    request: Request,
    collected: Annotated[Collector, Depends(collector)],
    inputs: Annotated[InputForm, Query(description="How inputs are kept; never as they are")] = InputForm.COMMITMENT,
) -> Response:
    """Record events: JSON objects, one a line (`application/x-ndjson`) or a list of them (`application/json`), at
    most 100,000 and 64 MiB. An event that is on record is not recorded again, so a call can be repeated without
    harm; one whose id is on record with other content refuses the whole call. The answer comes once the events are
    durable. Scope: `event:record`."""
    reasons = record_refusals(signed.actor)
    if reasons:
        raise Refused(reasons)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (LINES, LIST):
        detail = f"Send events as {LINES} or {LIST}, not {kind or 'without a content type'}."
        raise BadRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    async with received(request, signed.place.settings.data_dir / "incoming", limit=LIMIT) as body:
        submission = await run_sync(_read, body.path, kind, inputs, signed)
    try:
        done = await asyncio.wrap_future(collected.hand_in(submission))
    except Busy:
        raise BadRequest(HTTPStatus.SERVICE_UNAVAILABLE, "busy", "Too many events wait; send them again.") from None
    answer = await run_sync(_answer, signed, submission, done)
    status = HTTPStatus.CREATED if done else HTTPStatus.OK
    return Response(answer, status, {"Cache-Control": "no-store"}, "application/json")


@router.get("/events/{event}/proof", operation_id="prove_event", response_model=dict[str, object])
def prove(event: str, reader: Reader) -> Response:
    """The event and everything that proves it, as one file that verifies offline. Scope: `record:read`."""
    place = reader.place
    with place.store.reading() as session:
        text = event_proof(session, place.events, event, vkey=place.ledger.vkey).text()
    return Response(text, HTTPStatus.OK, {"Cache-Control": "no-store"}, "application/json")


def _read(path: Path, kind: str, form: InputForm, caller: Caller) -> Submission:
    return submission_of(caller.place.store, _objects(path.read_bytes(), kind), form=form, actor=caller.actor)


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


def _answer(caller: Caller, submission: Submission, done: Batch | None) -> str:
    handed_in = submission.events.num_rows
    if done is None:
        return EventsRecorded(batch=None, recorded=0, repeated=handed_in, root=None, ledger=None).model_dump_json()
    with caller.place.store.reading() as session:
        return _recorded(session, caller, done).model_dump_json()


def _recorded(session: Session, caller: Caller, done: Batch) -> EventsRecorded:
    return EventsRecorded(
        batch=done.number,
        recorded=done.rows,
        repeated=done.repeated,
        root=done.root.hex(),
        ledger=proof(caller.place.ledger, session, done.entry),
    )
