"""The one way in which a file leaves: an authorised route that asks the use case and is never cached."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.composition import Workplace, now
from app.signin.who import person_in_cookies
from core.errors import GovernanceError, NotFound
from core.reports.service import download

TYPES = {"pdf": "application/pdf", "zip": "application/zip"}
NOT_KEPT = {"Cache-Control": "no-store"}


def download_routes(place: Workplace) -> list[Route]:
    """`/exports/X0001/file`: 401 when nobody is signed in, 403 with every reason, 404 when there is none."""

    def answer(request: Request) -> Response:
        who = person_in_cookies(place, request.cookies)
        if who is None:
            return PlainTextResponse("Sign in to download exports.", 401, NOT_KEPT)
        try:
            found = download(
                place.store,
                place.ledger,
                place.exports,
                export=request.path_params["export"],
                actor=who.actor,
                at=now(),
            )
        except NotFound as error:
            return PlainTextResponse(str(error), 404, NOT_KEPT)
        except GovernanceError as error:
            return PlainTextResponse(str(error), 403, NOT_KEPT)
        kind = TYPES[found.filename.rpartition(".")[2]]
        return FileResponse(found.path, media_type=kind, filename=found.filename, headers=NOT_KEPT)

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return [Route("/exports/{export}/file", endpoint)]
