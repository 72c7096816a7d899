"""The one way in which a file leaves: authorised routes that ask the use case and are never cached."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from app.access_files import access_review_file
from app.assurance.files import drill_file
from app.attribute_files import attributes_file
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
from core.validation.evidently_file import evidently_file, pages_of

TYPES = {kind.ending.rpartition(".")[2]: kind.media_type for kind in KINDS.values()} | {"csv": CSV_TYPE}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Answer = Callable[[Request, Actor], Response]


def download_routes(place: Workplace) -> list[Route]:
    """`/exports/X0001/file`, `/exports/R0001/evidently`, `/exports/coverage.csv`, `/exports/DOC0001/document`,
    `/exports/AU0001/population?sample=1`, `/exports/events/B0001/bundle`, `/exports/events/ID/receipt`,
    `/exports/ledger/INDEX/receipt`, `/exports/ledger/INDEX/body`,
    `/exports/inventory.csv` and `/exports/findings.csv` (xlsx, json) with a filter.

    401 when nobody is signed in, 403 with every reason, 404 when there is none, 422 when it cannot be made.
    """
    return [Route(path, _signed_in(place, path, otherwise)) for path, _, otherwise in _answers(place)]


def _answers(place: Workplace) -> list[tuple[str, Answer, str]]:
    """Every path with what answers it, and what somebody is told who is not signed in."""

    def export(request: Request, actor: Actor) -> Response:
        number = request.path_params["export"]
        found = download(place.store, place.ledger, place.exports, export=number, actor=actor, at=now())
        kind = TYPES[found.filename.rpartition(".")[2]]
        return FileResponse(found.path, media_type=kind, filename=found.filename, headers=NOT_KEPT)

    def evidently(request: Request, actor: Actor) -> Response:
        number, kept = request.path_params["run"], pages_of(place.files)
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
        ("/exports/preview", partial(preview, place), "Sign in to look at reports."),
        *((path, answer, "Sign in to download events.") for path, answer in event_files(place)),
        ("/exports/finding-evidence", partial(evidence_file, place), "Sign in to download evidence."),
        ("/exports/findings.{form}", partial(register_file, place), "Sign in to take it away."),
        ("/exports/inventory.{form}", inventory, "Sign in to take the inventory away."),
        ("/exports/{audit}/population", partial(population_file, place), "Sign in to download populations."),
        ("/exports/{document}/document", partial(document_file, place), "Sign in to download documents."),
        ("/exports/coverage.csv", partial(coverage_file, place), "Sign in to download coverage."),
        ("/exports/checkpoint.txt", partial(checkpoint_file, place), "Sign in to download the checkpoint."),
        ("/exports/{model}/{version}/{document}", of_version, "Sign in to download documents."),
        (
            "/exports/access-reviews/{review}.{form}",
            partial(access_review_file, place),
            "Sign in to download access reviews.",
        ),
        (
            "/exports/access-drills/{drill}.{form}",
            partial(drill_file, place),
            "Sign in to download drills of access.",
        ),
        ("/exports/templates/models.{kind}", template, "Sign in to download templates."),
        ("/exports/{reading}/attributes", partial(attributes_file, place), "Sign in to read attributes."),
        ("/exports/{request}/subject", partial(subject_file, place), "Sign in to take it away."),
        ("/exports/{model}/processing", partial(processing_file, place), "Sign in to read it."),
        ("/exports/records-of-processing.csv", partial(register_of_processing, place), "Sign in to take it away."),
        ("/exports/{export}/file", export, "Sign in to download exports."),
        ("/exports/{run}/evidently", evidently, "Sign in to download reports."),
    ]


def _signed_in(place: Workplace, path: str, otherwise: str) -> Callable[[Request], Awaitable[Response]]:
    def asked(request: Request) -> Response:
        who = person_in_cookies(place, request.cookies)
        if who is None:
            return PlainTextResponse(otherwise, 401, NOT_KEPT)
        try:
            may_read(who.actor)  # before anything is looked up: whether there is such a file is not told either
            if against := leaving_refusals(who.actor):
                raise Refused(against)
            answers = {one: answer for one, answer, _ in _answers(place.within(who.actor))}
            return answers[path](request, who.actor)
        except NotFound as error:
            return PlainTextResponse(str(error), 404, NOT_KEPT)
        except Unreadable as error:
            return PlainTextResponse(str(error), 422, NOT_KEPT)
        except GovernanceError as error:
            return PlainTextResponse(str(error), 403, NOT_KEPT)

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(asked, request)

    return endpoint
