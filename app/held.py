"""While the ledger is held nobody can sign in, as a sign-in is an entry: says why instead of failing inside."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core.ledger.anchors.holding import LedgerHeld


class WhileHeld:
    """ASGI middleware that answers with the reason and the way out (503)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except LedgerHeld as held:
            if scope["type"] != "http":
                raise
            await PlainTextResponse(f"{held}\n", 503, {"Cache-Control": "no-store"})(scope, receive, send)
