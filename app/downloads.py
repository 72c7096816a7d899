"""The one way in which a file leaves: authorised routes that ask the use case and are never cached."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from app.access_files import access_review_file
from app.assurance.files import drill_file
from app.composition import Workplace, now
from app.documents import version_document
from app.event_files import event_files
from app.handouts import (
    LISTS,
    LOCKED_UP,
    NOT_KEPT,
    attached_as,
    checkpoint_file,
    coverage_file,
    document_file,
    may_read,
    population_file,
)
from app.lists.inventory import in_words, read
from app.previews import preview
from app.processing_files import processing_file, register_of_processing
from app.register_files import evidence_file, register_file
from app.signin.who import person_in_cookies
from app.subjects import subject_file
from core.access.rules import Actor
from core.access.rules.break_glass import leaving_refusals
from core.errors import GovernanceError, NotFound, Refused, Unreadable
from core.inventory.exporting import Format, export_inventory
from core.inventory.importing.template import csv_template, xlsx_template
from core.reports.formats.kinds import CSV_TYPE, KINDS
from core.reports.service import download
from core.validation.evidently_file import evidently_file

TYPES = {kind.ending.rpartition(".")[2]: kind.media_type for kind in KINDS.values()} | {"csv": CSV_TYPE}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Answer = Callable[[Request, Actor], Response]


def download_routes(place: Workplace) -> list[Route]:
    """`/exports/X0001/file`, `/exports/R0001/evidently`, `/exports/coverage.csv`, `/exports/DOC0001/document`,
    `/exports/AU0001/population?sample=1`, `/exports/events/B0001/bundle`, `/exports/events/ID/receipt`
    `/exports/inventory.csv` and `/exports/findings.csv` (xlsx, json) with a filter.

    401 when nobody is signed in, 403 with every reason, 404 when there is none, 422 when it cannot be made.
    """

    def export(request: Request, actor: Actor) -> Response:
        number = request.path_params["export"]
        found = download(place.store, place.ledger, place.exports, export=number, actor=actor, at=now())
        kind = TYPES[found.filename.rpartition(".")[2]]
        return FileResponse(found.path, media_type=kind, filename=found.filename, headers=NOT_KEPT)

    def evidently(request: Request, actor: Actor) -> Response:
        number, kept = request.path_params["run"], place.settings.data_dir / "cache" / "evidently"
        page = evidently_file(place.store, place.ledger, place.files, kept, run=number, actor=actor, at=now())
        attached = {"Content-Disposition": f'attachment; filename="{number}-evidently.html"'}
        return Response(page, media_type="text/html", headers={**NOT_KEPT, **LOCKED_UP, **attached})

    def template(request: Request, actor: Actor) -> Response:
        kind = request.path_params["kind"]
        if kind not in ("csv", "xlsx"):
            raise NotFound("template", kind)
        body, media = (xlsx_template(), XLSX) if kind == "xlsx" else (csv_template(), "text/csv")
        attached = {"Content-Disposition": f'attachment; filename="models.{kind}"'}
        return Response(body, media_type=media, headers={**NOT_KEPT, **LOCKED_UP, **attached})

    def inventory(request: Request, actor: Actor) -> Response:
        params, at = dict(request.query_params), now()
        wanted, form = read(params, at), request.path_params["form"]
        if form not in set(Format):
            raise NotFound("form of the inventory", form)
        found = export_inventory(
            place.store,
            place.ledger,
            wanted.narrowed,
            form=Format(form),
            in_words=in_words(params),
            sort=wanted.sort,
            descending=wanted.descending,
            actor=actor,
            at=at,
        )
        attached = attached_as(found.filename)
        return StreamingResponse(found.chunks, media_type=LISTS[Format(form)], headers={**NOT_KEPT, **attached})

    def of_version(request: Request, actor: Actor) -> Response:
        model, version, kind = (request.path_params[name] for name in ("model", "version", "document"))
        found = version_document(place, kind, model, version, actor=actor, at=now())
        attached = attached_as(found.filename)
        return Response(found.body, media_type=found.media_type, headers={**NOT_KEPT, **LOCKED_UP, **attached})

    return [
        Route("/exports/preview", _signed_in(place, partial(preview, place), "Sign in to look at reports.")),
        *(Route(path, _signed_in(place, answer, "Sign in to download events.")) for path, answer in event_files(place)),
        Route(
            "/exports/finding-evidence",
            _signed_in(place, partial(evidence_file, place), "Sign in to download evidence."),
        ),
        Route("/exports/findings.{form}", _signed_in(place, partial(register_file, place), "Sign in to take it away.")),
        Route("/exports/inventory.{form}", _signed_in(place, inventory, "Sign in to take the inventory away.")),
        Route(
            "/exports/{audit}/population",
            _signed_in(place, partial(population_file, place), "Sign in to download populations."),
        ),
        Route(
            "/exports/{document}/document",
            _signed_in(place, partial(document_file, place), "Sign in to download documents."),
        ),
        Route(
            "/exports/coverage.csv", _signed_in(place, partial(coverage_file, place), "Sign in to download coverage.")
        ),
        Route(
            "/exports/checkpoint.txt",
            _signed_in(place, partial(checkpoint_file, place), "Sign in to download the checkpoint."),
        ),
        Route("/exports/{model}/{version}/{document}", _signed_in(place, of_version, "Sign in to download documents.")),
        Route(
            "/exports/access-reviews/{review}.{form}",
            _signed_in(place, partial(access_review_file, place), "Sign in to download access reviews."),
        ),
        Route(
            "/exports/access-drills/{drill}.{form}",
            _signed_in(place, partial(drill_file, place), "Sign in to download drills of access."),
        ),
        Route("/exports/templates/models.{kind}", _signed_in(place, template, "Sign in to download templates.")),
        Route(
            "/exports/{request}/subject", _signed_in(place, partial(subject_file, place), "Sign in to take it away.")
        ),
        Route("/exports/{model}/processing", _signed_in(place, partial(processing_file, place), "Sign in to read it.")),
        Route(
            "/exports/records-of-processing.csv",
            _signed_in(place, partial(register_of_processing, place), "Sign in to take it away."),
        ),
        Route("/exports/{export}/file", _signed_in(place, export, "Sign in to download exports.")),
        Route("/exports/{run}/evidently", _signed_in(place, evidently, "Sign in to download reports.")),
    ]


def _signed_in(place: Workplace, answer: Answer, otherwise: str) -> Callable[[Request], Awaitable[Response]]:
    def asked(request: Request) -> Response:
        who = person_in_cookies(place, request.cookies)
        if who is None:
            return PlainTextResponse(otherwise, 401, NOT_KEPT)
        try:
            may_read(who.actor)  # before anything is looked up: whether there is such a file is not told either
            if against := leaving_refusals(who.actor):
                raise Refused(against)
            return answer(request, who.actor)
        except NotFound as error:
            return PlainTextResponse(str(error), 404, NOT_KEPT)
        except Unreadable as error:
            return PlainTextResponse(str(error), 422, NOT_KEPT)
        except GovernanceError as error:
            return PlainTextResponse(str(error), 403, NOT_KEPT)

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(asked, request)

    return endpoint
