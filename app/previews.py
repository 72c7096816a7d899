"""A report as a page for the frame of the exports page: told from the record of then, kept nowhere."""

from collections.abc import Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from app.composition import Workplace, now
from app.handouts import NOT_KEPT
from core.access.rules import Actor
from core.errors import Problem, Refused, Unreadable
from core.reports.formats.html import html_page
from core.reports.formats.html.page import style_digest
from core.reports.rules import preview_refusals
from core.reports.templates import build_report
from core.reports.values.report import Asked, Subject, SubjectKind

PREVIEW_HEADERS = {
    **NOT_KEPT,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style_digest()}'; sandbox; "
    "frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
}


def preview(place: Workplace, request: Request, actor: Actor) -> Response:
    """The answer of the route."""
    return Response(preview_page(place, request.query_params, actor, at=now()), headers=PREVIEW_HEADERS)


def preview_page(place: Workplace, params: Mapping[str, str], actor: Actor, *, at: datetime) -> bytes:
    """The page; raises `Refused`, `Unreadable` and `NotFound`."""
    reasons = preview_refusals(actor)
    if reasons:
        raise Refused(reasons)
    asked = asked_from(params, at)
    with place.store.reading() as session:
        report = build_report(
            session,
            asked,
            reference="",
            origin=place.ledger.origin,
            vkey=place.ledger.vkey,
            generated_by=actor.id,
            at=at,
        )
    return html_page(report)[0]


def asked_from(params: Mapping[str, str], at: datetime) -> Asked:
    """What an address asks for; raises `Unreadable` for a subject or a moment that does not read."""
    about = params.get("about", "")
    if about not in set(SubjectKind):
        expected = ", ".join(SubjectKind)
        raise Unreadable([Problem("not what a report is about", column="about", found=about[:80], expected=expected)])
    subject = Subject(SubjectKind(about), params.get("model", "")[:40], params.get("version", "")[:60])
    since = params.get("since", "")
    return Asked(
        params.get("template", "")[:60],
        subject,
        moment_from(params.get("as_of", ""), "as_of") if params.get("as_of") else at,
        moment_from(since, "since") if since else None,
    )


def moment_from(text: str, name: str) -> datetime:
    """An ISO 8601 moment with its zone; raises `Unreadable`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        expected = "2026-11-23T09:38:00+00:00"
        raise Unreadable([Problem("no moment with a zone", column=name, found=text[:80], expected=expected)])
    return found
