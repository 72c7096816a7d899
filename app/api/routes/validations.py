"""Takes predictions in, starts validations, tells how far they are and what they computed."""

import base64
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from app.api import views
from app.api.answers import HandedIn, RunView, Started
from app.api.bodies import FILE_LIMIT, Received, received
from app.api.caller import Reader
from app.api.handing_in import KINDS, KindOfFile, Upload, hand_in, handed_in, refuse_before_reading
from app.api.mapping import Mapping
from app.api.problems import BadRequest
from app.api.writing import Write, Writing
from core.errors import NotFound
from core.validation import queries, runs
from core.validation.rules import EvidenceKind, RunStatus

router = APIRouter(tags=["Validation"])
Filename = Annotated[str, Query(min_length=1, max_length=300, examples=["predictions.csv"])]
A_FILE = {
    "requestBody": {
        "required": True,
        "description": "The file itself: CSV, Parquet or JSON, told apart by content; at most 2 GiB, streamed",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("text/csv", "application/vnd.apache.parquet", "application/json", "application/octet-stream")
        },
    }
}


@router.put(
    "/models/{model}/versions/{version}/predictions",
    response_model=HandedIn,
    operation_id="upload_predictions",
    openapi_extra=A_FILE,
)
async def upload(
    model: str, version: str, filename: Filename, mapping: Mapping, request: Request, write: Write
) -> Response:
    """Hand in the predictions on the test data. They replace earlier ones; what was concluded or voted on those no
    longer stands. Scope: `evidence:upload`.

    Say what the columns mean, or give none of these parameters and have it guessed from names and values."""
    return await _received(Upload(model, version, filename, EvidenceKind.PREDICTIONS, mapping), request, write)


@router.put(
    "/models/{model}/versions/{version}/evidence/{kind}",
    response_model=HandedIn,
    operation_id="upload_evidence",
    openapi_extra=A_FILE,
)
async def upload_evidence(
    model: str, version: str, kind: KindOfFile, filename: Filename, mapping: Mapping, request: Request, write: Write
) -> Response:
    """Hand in a file that lets further checks run: `training-data` (leakage, ranges, drift), `reference-data` (drift),
    `baseline-predictions` (comparison), `attributions` (reasons), `perturbed-predictions` and `scenarios`
    (robustness). It replaces the earlier file of its kind. Scope: `evidence:upload`."""
    return await _received(Upload(model, version, filename, KINDS[kind], mapping), request, write)


@router.post(
    "/models/{model}/versions/{version}/validations",
    status_code=HTTPStatus.ACCEPTED,
    response_model=Started,
    operation_id="start_validation",
)
def start(model: str, version: str, write: Write) -> Response:
    """Validate the predictions at hand against the policy in force. Scope: `validation:start`."""
    caller = write.caller
    return write.answer(
        lambda store: runs.start(
            store, caller.place.ledger, model=model, version=version, actor=caller.actor, at=caller.at
        ),
        lambda session, done: Started(run=done.run, status=RunStatus.QUEUED, ledger=write.proof(session, done.entry)),
        status=HTTPStatus.ACCEPTED,
    )


@router.get("/runs/{run}", operation_id="read_run")
def run(run: str, reader: Reader) -> RunView:
    """How far a validation is and, once it has finished, its verdicts. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = queries.run_page(session, run)
        if page is None:
            raise NotFound("validation", run)
        return views.run_view(page)


@router.get(
    "/runs/{run}/result",
    response_class=Response,
    operation_id="read_result",
    responses={200: {"description": "The result", "content": {"application/json": {"schema": {"type": "object"}}}}},
)
def result(run: str, reader: Reader) -> Response:
    """Everything that a finished validation computed, to the byte as its SHA-256 stands in the ledger: that digest is
    the `ETag`, and the `Repr-Digest` (RFC 9530). 409 while there is none. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        row = runs.load_run(session, run)
        if not row.result:
            detail = f"{run} is {row.status} and has no result. {row.error}".rstrip()
            raise BadRequest(HTTPStatus.CONFLICT, "no-result", detail)
        digest = base64.b64encode(bytes.fromhex(row.result_digest)).decode()
        headers = {"ETag": f'"{row.result_digest}"', "Repr-Digest": f"sha-256=:{digest}:", "Cache-Control": "no-store"}
        return Response(row.result.encode(), media_type="application/json", headers=headers)


async def _received(upload: Upload, request: Request, write: Writing) -> Response:
    await run_in_threadpool(refuse_before_reading, write.caller, write.caller.place.store, upload)
    folder = write.caller.place.settings.data_dir / "incoming"
    async with received(request, folder, limit=FILE_LIMIT) as file:
        return await run_in_threadpool(_hand_in, write, upload, file)


def _hand_in(write: Writing, upload: Upload, file: Received) -> Response:
    return write.answer(
        lambda store: hand_in(write.caller, store, upload, file.path),
        lambda session, done: handed_in(write, session, done),
        status=HTTPStatus.OK,
        content_digest=file.digest,
    )
