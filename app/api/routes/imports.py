"""Imports models from files, and hands a version out as a document of others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.api.answers.imports import DiscoveryList, DiscoveryView, ImportDone, ImportPlan, plan_view
from app.api.bodies import received
from app.api.caller import Caller, Reader, Signed
from app.api.writing import Write, Writing
from app.documents import version_document
from core.errors import Problem, Unreadable
from core.inventory.exchange.files import FileDryRun, import_file, look_at_file
from core.inventory.importing import queries
from core.inventory.importing.rules import DiscoveryStatus
from core.inventory.importing.service import Imported, TableImport
from core.inventory.importing.sheets import Encoding, SheetLimits
from core.store import Store

router = APIRouter(tags=["Inventory"])
LIMIT = SheetLimits().size
MOST = 60
Pairs = Annotated[list[str], Query(max_length=MOST)]
A_TABLE = {
    "requestBody": {
        "required": True,
        "description": "CSV, XLSX, a CycloneDX ML-BOM (JSON) or a model card (README.md), told apart by content",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@dataclass(frozen=True)
class Meant:
    """How the file is to be read, as the address says it."""

    filename: str
    columns: dict[str, str] | None
    constants: dict[str, str]
    encoding: Encoding | None

    def wish(self, path: Path) -> TableImport:
        return TableImport(path, self.filename, self.columns, self.constants, self.encoding)


def meant(
    filename: Annotated[str, Query(min_length=1, max_length=300, examples=["models.csv"])],
    column: Annotated[Pairs, Query(description="FIELD=COLUMN, each field once; none: guessed from names")] = [],  # noqa: B006  FastAPI copies it
    fixed: Annotated[Pairs, Query(description="FIELD=TEXT, for what a row does not say")] = [],  # noqa: B006
    encoding: Annotated[Encoding | None, Query(description="Of a CSV file without a byte order mark")] = None,
) -> Meant:
    """The parameters, read."""
    return Meant(filename, _pairs("column", column) if column else None, _pairs("fixed", fixed), encoding)


Meaning = Annotated[Meant, Depends(meant)]


@router.put("/imports/dry-run", operation_id="look_at_import", openapi_extra=A_TABLE)
async def look(how: Meaning, request: Request, signed: Signed) -> ImportPlan:
    """What an import of this file would do now, row by row, with every problem by line and column; stores nothing.
    Scopes: `model:register` and `version:register`."""
    async with _file(request, signed) as path:
        found = await run_in_threadpool(_looked, signed, how.wish(path))
    return plan_view(found)


@router.put(
    "/imports",
    status_code=HTTPStatus.CREATED,
    response_model=ImportDone,
    operation_id="import_models",
    openapi_extra=A_TABLE,
)
async def import_models(
    how: Meaning,
    request: Request,
    write: Write,
    expected: Annotated[
        str | None, Query(pattern="^[0-9a-f]{64}$", description="Digest of the plan that was shown; else 409")
    ] = None,
) -> Response:
    """Import models, versions and datasets from a file, whole or not at all. Scopes: `model:register` and
    `version:register`."""
    folder = write.caller.place.settings.data_dir / "incoming"
    async with received(request, folder, limit=LIMIT) as file:
        return await run_in_threadpool(_imported, write, how.wish(file.path), expected, file.digest)


@router.get("/models/{model}/versions/{version}/{document}", operation_id="read_document", response_model=None,
            responses={200: {"content": {"application/octet-stream": {}}, "description": "The document"}})  # fmt: skip
def document(model: str, version: str, document: str, reader: Reader) -> Response:
    """A version as `ml-bom` (CycloneDX 1.6, JSON) or `model-card` (Hugging Face, Markdown). Scope: `record:read`."""
    found = version_document(reader.place, document, model, version, actor=reader.actor, at=reader.at)
    attached = {"Content-Disposition": f'attachment; filename="{found.filename}"', "Cache-Control": "no-store"}
    return Response(found.body, media_type=found.media_type, headers=attached)


@router.get("/discoveries", operation_id="list_discoveries")
def discoveries(
    reader: Reader,
    status: DiscoveryStatus = DiscoveryStatus.OPEN,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> DiscoveryList:
    """Models that were seen in MLflow or at work and that the inventory does not know. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = queries.discoveries(session, status=status, limit=limit, offset=offset)
    rows = [DiscoveryView(**{key: getattr(row, key) for key in DiscoveryView.model_fields}) for row in page.rows]
    return DiscoveryList(discoveries=rows, total=page.total, limit=limit, offset=offset)


@asynccontextmanager
async def _file(request: Request, caller: Caller) -> AsyncIterator[Path]:
    async with received(request, caller.place.settings.data_dir / "incoming", limit=LIMIT) as file:
        yield file.path


def _looked(caller: Caller, wish: TableImport) -> FileDryRun:
    return look_at_file(caller.place.store, caller.place.ledger, wish=wish, actor=caller.actor, at=caller.at)


def _imported(write: Writing, wish: TableImport, expected: str | None, digest: str) -> Response:
    caller = write.caller

    def act(store: Store) -> Imported:
        return import_file(store, caller.place.ledger, wish=wish, expected=expected, actor=caller.actor, at=caller.at)

    def said(session: Session, done: Imported) -> ImportDone:
        counts = done.counts
        return ImportDone(
            import_number=done.number,
            models=counts.models,
            versions=counts.versions,
            datasets=counts.datasets,
            changed=counts.changed,
            same=counts.same,
            ledger=write.proof(session, done.entry),
        )

    return write.answer(act, said, content_digest=digest)


def _pairs(name: str, said: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in said:
        field, equals, text = one.partition("=")
        if not equals or field in found:
            raise Unreadable([Problem("not a pair", column=name, found=one[:60], expected="FIELD=TEXT, each once")])
        found[field] = text
    return found
