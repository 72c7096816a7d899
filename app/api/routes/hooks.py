"""Hears of reviews and results: events of GitHub and GitLab under a signature, without a token."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from app.api.caller import moment
from app.api.problems import BadRequest
from app.composition import Workplace, workplace
from app.delivery.keys import sender_secret
from core.approval.code.forges import github_report, gitlab_report
from core.approval.code.service import hear
from core.approval.hooks.service import hook as load_hook
from core.approval.hooks.signing import github_signature_holds, gitlab_token_holds
from core.approval.hooks.tables import CodeHook, Forge
from core.errors import NotFound
from core.validation.uploads.strict_json import loads

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Header()]


@router.post("/hooks/{number}")
async def told(
    number: str,
    request: Request,
    place: Annotated[Workplace, Depends(workplace)],
    x_hub_signature_256: Text = "",
    x_github_event: Text = "",
    x_gitlab_token: Text = "",
) -> Response:
    """Take an event in; 202 also for one that says nothing that is kept, 401 for one that nobody signed."""
    body = await request.body()
    row = await run_in_threadpool(_sender, place, number)
    secret = sender_secret(place, row) if row else b"nobody has this secret"
    if row is not None and row.forge is Forge.GITLAB:
        holds = gitlab_token_holds(secret, x_gitlab_token)
    else:
        holds = github_signature_holds(secret, body, x_hub_signature_256)
    if row is None or not holds:
        raise BadRequest(HTTPStatus.UNAUTHORIZED, "not-signed", "The event is not signed with this webhook's secret.")
    said = loads(body) if body else None
    report = gitlab_report(said) if row.forge is Forge.GITLAB else github_report(x_github_event, said)
    if report is None:
        return Response(status_code=HTTPStatus.ACCEPTED)
    await run_in_threadpool(hear, place.store, place.ledger, hook=number, report=report, at=moment())
    return Response(status_code=HTTPStatus.ACCEPTED)


def _sender(place: Workplace, number: str) -> CodeHook | None:
    with place.store.reading() as session:
        try:
            row = load_hook(session, number)
        except NotFound:
            return None
    return row if isinstance(row, CodeHook) else None
