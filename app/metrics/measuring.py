"""Counts and times every answer, by the class of its address, never by the address itself."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.metrics.process import REQUEST_SECONDS, REQUESTS, SOCKETS
from app.navigation import ACCOUNT, PAGES

ROUTES: tuple[tuple[str, str], ...] = (  # the beginning of a path, and the class it belongs to
    ("/api", "api"),
    ("/exports/", "export"),
    ("/idp/", "sign-in"),
    ("/auth/", "sign-in"),
    ("/oauth2callback", "sign-in"),
    ("/setup", "sign-in"),
    ("/metrics", "metrics"),
    ("/_stcore/health", "health"),
    ("/health/", "health"),
    ("/_stcore/upload_file", "upload"),
    ("/_stcore/", "frame"),
    ("/static/", "asset"),
    ("/app/", "asset"),
    ("/component/", "asset"),
    ("/media/", "asset"),
    ("/favicon", "asset"),
)
_ADDRESSES = frozenset({"/", *(f"/{page.address}" for page in (*PAGES, ACCOUNT))})
BROKEN = "500"


def route_class(path: str) -> str:
    """One of a few words, whatever was asked for."""
    if path in _ADDRESSES:
        return "page"
    return next((word for beginning, word in ROUTES if path.startswith(beginning)), "other")


class Measured:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            with SOCKETS.track_inprogress():
                return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        route, begin, status = route_class(scope["path"]), time.perf_counter(), BROKEN

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            return await self._app(scope, receive, noting)
        finally:
            REQUESTS.labels(route, status).inc()
            REQUEST_SECONDS.labels(route).observe(time.perf_counter() - begin)
