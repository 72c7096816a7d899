"""`/health/live` and `/health/ready`, for a proxy, an orchestrator or a monitor; they name no version and nobody."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.composition import Workplace, now
from app.health.checks import readiness

NOT_KEPT = {"Cache-Control": "no-store"}


def health_routes(place: Workplace) -> list[Route]:
    """Both routes; neither asks who comes."""

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"}, headers=NOT_KEPT)

    async def ready(_request: Request) -> JSONResponse:
        answers = await run_in_threadpool(readiness, place, at=now())
        stands = all(one.ok or not one.needed for one in answers)
        body = {
            "status": "ready" if stands else "not ready",
            "checks": {one.name: "ok" if one.ok else one.why for one in answers},
        }
        return JSONResponse(body, 200 if stands else 503, NOT_KEPT)

    return [Route("/health/live", live, methods=["GET"]), Route("/health/ready", ready, methods=["GET"])]
