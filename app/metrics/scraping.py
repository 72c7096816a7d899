"""`GET /metrics`: for whom the figures are, and in which form."""

import hmac
from collections.abc import Iterable
from ipaddress import ip_address

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.composition import Workplace
from app.metrics.process import REGISTRY, watch
from app.metrics.record import RecordFigures
from app.settings import Settings

ADDRESS = "/metrics"
_ASKS = {"WWW-Authenticate": 'Bearer realm="metrics"', "Cache-Control": "no-store"}


class Figures(Collector):
    """Those of this process, then those of the store."""

    def __init__(self, record: RecordFigures) -> None:
        self._record = record

    def collect(self) -> Iterable[Metric]:
        """Every figure as of now."""
        yield from REGISTRY.collect()
        yield from self._record.collect()


def metrics_routes(place: Workplace) -> list[Route]:
    """The address, where a setting opens it to somebody; none otherwise."""
    if not place.settings.scraped:
        return []
    watch(place.store.engine)
    figures = Figures(RecordFigures(place))

    async def scraped(request: Request) -> Response:
        if not may_scrape(place.settings, request):
            return PlainTextResponse("Send the token of COUNTERSIGN_METRICS_TOKEN.\n", 401, _ASKS)
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        body = await run_in_threadpool(encode, figures)
        return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})

    return [Route(ADDRESS, scraped, methods=["GET"])]


def may_scrape(settings: Settings, request: Request) -> bool:
    """Whether the token is right, or the caller's own address lies in a network that needs none."""
    sent = request.headers.get("authorization", "")
    wanted = f"Bearer {settings.metrics_token}"
    if settings.metrics_token and hmac.compare_digest(sent.encode(), wanted.encode()):
        return True
    return bool(request.client) and _within(settings, request.client.host if request.client else "")


def _within(settings: Settings, host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in settings.metrics_networks)
