"""Every request has an id, which its answer and each line of the log that belongs to it carry."""

import logging
import re
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs.vocabulary import REQUEST
from app.metrics.measuring import route_class

HEADER = b"x-request-id"
QUIET = frozenset({"asset", "frame", "health", "metrics"})  # answered often and of no interest unless they fail
_GIVEN = re.compile(rb"[A-Za-z0-9._-]{8,64}")
log = logging.getLogger("countersign.requests")


class Named:
    """ASGI middleware around the whole application.

    A proxy's id is taken over where it is plain; the line says the class of the address and never the address, since
    addresses hold what people search for, and one-time links.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            return await self._app(scope, receive, send)
        name = _name(scope)
        token, begin, status = REQUEST.set(name), time.perf_counter(), 500

        async def naming(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (HEADER, name.encode())]
            await send(message)

        try:
            return await self._app(scope, receive, naming)
        finally:
            if scope["type"] == "http":
                _say(scope, status, time.perf_counter() - begin)
            REQUEST.reset(token)


def _name(scope: Scope) -> str:
    given = dict(scope["headers"]).get(HEADER, b"")
    return given.decode() if _GIVEN.fullmatch(given) else secrets.token_hex(8)


def _say(scope: Scope, status: int, seconds: float) -> None:
    route = route_class(scope["path"])
    if route in QUIET and status < 400:
        return
    level = logging.ERROR if status >= 500 else logging.INFO
    said = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000)}
    log.log(level, "answered", extra=said)
