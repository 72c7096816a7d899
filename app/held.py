"""While the ledger is held nobody can sign in, as a sign-in is an entry: says why instead of failing inside."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.signin.provider.forms import message_page
from core.ledger.anchors.holding import LedgerHeld

WAY_OUT = (
    "Nobody can sign in until that is put right, as a sign-in is an entry. For whoever runs this installation: restore "
    "a backup that holds these entries and start again; if there is none, countersign ledger resume goes on under a "
    "new name and puts the loss on record."
)


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
            page = message_page("The ledger signs nothing", f"{held.hold.fact}. {WAY_OUT}", status=503)
            await page(scope, receive, send)
