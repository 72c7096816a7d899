"""Coverage, documents and populations of audits as files: what the download routes answer once they know who asks."""

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from app.composition import Workplace, now
from app.views.coverage.export import coverage_csv
from core.access.rules import Actor, Permission, permission_refusals
from core.audits.queries import whole_audit
from core.documents.queries import DocumentPage, document_page
from core.documents.rendering import as_html
from core.errors import NotFound, Problem, Refused, Unreadable
from core.inventory.exporting import Format
from core.ledger.anchors.lines import cosigned
from core.ledger.queries import latest_checkpoint

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,200}")
NOT_KEPT = {"Cache-Control": "no-store"}
LISTS = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
}
LOCKED_UP = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


def coverage_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """Coverage of all models, or of one, as CSV."""
    with place.store.reading() as session:
        text = coverage_csv(session, request.query_params, at=now())
    return _attached(text, "text/csv; charset=utf-8", "coverage.csv")


def population_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """The population that a sample of an audit was drawn from, a line each: key, tab, tier; to the byte as digested."""
    number, asked = request.path_params["audit"], request.query_params.get("sample", "1")
    with place.store.reading() as session:
        samples = whole_audit(session, number).samples
    found = next((one for one in samples if str(one.ordinal) == asked), None)
    if found is None:
        raise NotFound(f"sample of {number}", asked)
    return _attached(found.members, "text/tab-separated-values; charset=utf-8", f"{number}-{found.ordinal}.tsv")


def document_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """A version of a document as Markdown or HTML; the newest where none is named."""
    asked, form = request.query_params.get("version", ""), request.query_params.get("form", "md")
    if form not in ("md", "html") or (asked and not asked.isdecimal()):
        raise Unreadable([Problem("the address names no form or version of a document", found=f"{form} {asked}"[:80])])
    with place.store.reading() as session:
        page = document_page(session, request.path_params["document"], int(asked) if asked else None)
    name = f"{page.document.number}-{page.shown.revision}.{form}"
    if form == "md":
        return _attached(page.shown.body, "text/markdown; charset=utf-8", name)
    title = f"{page.title}: {page.model.name} {page.version.version}"
    return _attached(as_html(title, page.shown.body, _foot(page)), "text/html; charset=utf-8", name)


def checkpoint_file(place: Workplace, _request: Request, actor: Actor) -> Response:
    """The newest checkpoint with what witnesses added to it, to be kept elsewhere."""
    reasons = permission_refusals(actor, Permission.LEDGER_READ)
    if reasons:
        raise Refused(reasons)
    with place.store.reading() as session:
        newest = latest_checkpoint(session)
        if newest is None:
            raise NotFound("checkpoint", "newest")
        note = cosigned(session, newest.checkpoint.size, newest.note)
    return _attached(note, "text/plain; charset=utf-8", f"checkpoint-{newest.checkpoint.size}.txt")


def _foot(page: DocumentPage) -> str:
    shown = page.shown
    return (
        f"{page.document.number} version {shown.revision}, kept {shown.kept_at:%Y-%m-%d %H:%M} UTC by {shown.kept_by}. "
        f"SHA-256 of its Markdown: {shown.digest}"
    )


def may_read(actor: Actor) -> None:
    """Raises `Refused` where this actor reads no record; asked before every file that is taken away."""
    reasons = permission_refusals(actor, Permission.RECORD_READ)
    if reasons:
        raise Refused(reasons)


def attached_as(name: str) -> dict[str, str]:
    """The header that has a browser keep an answer under this name; a name of odd signs is encoded (RFC 6266)."""
    plain = _PLAIN.fullmatch(name) is not None
    said = f'filename="{name}"' if plain else f"filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": f"attachment; {said}"}


def _attached(text: str, kind: str, name: str) -> Response:
    return Response(text, media_type=kind, headers={**NOT_KEPT, **LOCKED_UP, **attached_as(name)})
