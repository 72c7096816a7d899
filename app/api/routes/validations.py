"""Takes predictions in, starts validations and tells how far they are."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool

from app.api import views
from app.api.answers import HandedIn, RunView, Started
from app.api.bodies import FILE_LIMIT, Received, received
from app.api.caller import Caller, Reader
from app.api.mapping import Mapping, Said
from app.api.writing import Write, Writing
from core.access.deciding import deciding
from core.access.rules import Permission, permission_refusals
from core.errors import NotFound, Refused
from core.inventory.rules import Action
from core.ledger.service import Entity
from core.validation import intake, queries, runs
from core.validation.rules import EvidenceKind, RunStatus
from core.validation.tables import Evidence

router = APIRouter(tags=["Validation"])
KINDS = {kind.value.replace(" ", "-"): kind for kind in EvidenceKind}
KindOfFile = Annotated[str, PathParameter(pattern="^(" + "|".join(KINDS) + ")$")]


@dataclass(frozen=True)
class _Upload:
    """Where a file belongs, what it is for and what was said about its columns."""

    model: str
    version: str
    filename: str
    kind: EvidenceKind
    said: Said


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
    return await _received(_Upload(model, version, filename, EvidenceKind.PREDICTIONS, mapping), request, write)


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
    return await _received(_Upload(model, version, filename, KINDS[kind], mapping), request, write)


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


def _refuse_before_reading(caller: Caller, model: str, version: str) -> None:
    """A token that can never upload is told so before it sends a gigabyte."""
    entity = Entity("version", f"{model} {version}")
    place = caller.place
    reasons = permission_refusals(caller.actor, Permission.EVIDENCE_UPLOAD)
    if reasons:
        with deciding(
            place.store, place.ledger, Action.UPLOAD_EVIDENCE, entity=entity, actor=caller.actor, at=caller.at
        ):
            raise Refused(reasons)


async def _received(upload: _Upload, request: Request, write: Writing) -> Response:
    await run_in_threadpool(_refuse_before_reading, write.caller, upload.model, upload.version)
    folder = write.caller.place.settings.data_dir / "incoming"
    async with received(request, folder, limit=FILE_LIMIT) as file:
        return await run_in_threadpool(_hand_in, write, upload, file)


def _hand_in(write: Writing, upload: _Upload, file: Received) -> Response:
    caller = write.caller
    return write.answer(
        lambda store: intake.hand_in(
            store,
            caller.place.ledger,
            caller.place.files,
            model=upload.model,
            version=upload.version,
            source=file.path,
            filename=upload.filename,
            mapping=upload.said.columns(file.path, upload.filename, upload.kind),
            declared=upload.said.declared(),
            kind=upload.kind,
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: _handed_in(write, session, done),
        status=HTTPStatus.OK,
        content_digest=file.digest,
    )


def _handed_in(write: Writing, session: Session, done: intake.HandedIn) -> HandedIn:
    row = session.exec(select(Evidence).where(Evidence.number == done.evidence)).one()
    return views.handed_in(session, row, write.proof(session, done.entry))
