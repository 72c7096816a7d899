"""Evidence of remediations and the register itself as files: what the download routes answer."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from app.composition import Workplace, now
from app.handouts import LISTS, LOCKED_UP, NOT_KEPT, attached_as
from app.lists.register import in_words, read
from core.access.rules import Actor
from core.errors import NotFound, Refusal, Refused
from core.inventory.exporting import Format
from core.register.exporting import export_register
from core.validation.findings.proof import shown_file

SEALED = Refusal(
    "sealed", "These bytes were handed in elsewhere with sensitive attributes", "docs/personal-data.md",
    "Validators read them there, with a reason.",
)  # fmt: skip


def evidence_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """A file that was handed in as evidence of a remediation; always as a download, whatever it holds."""
    asked = request.query_params
    finding, digest = asked.get("finding", ""), asked.get("digest", "")
    with place.store.reading() as session:
        row = shown_file(session, finding=finding, digest=digest, actor=actor)
    if place.files.sealed.holds(digest):  # the same bytes were handed in elsewhere, with sensitive attributes
        raise Refused([SEALED])
    headers = {
        **NOT_KEPT,
        **LOCKED_UP,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name or digest, safe='')}",
    }
    return FileResponse(place.files.path(digest), media_type="application/octet-stream", headers=headers)


def register_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """The register with these filters as CSV, XLSX or JSON."""
    params, form = dict(request.query_params), request.path_params["form"]
    if form not in set(Format):
        raise NotFound("form of the register", form)
    found = export_register(
        place.store, place.ledger, read(params), form=Format(form), in_words=in_words(params), actor=actor, at=now()
    )
    attached = attached_as(found.filename)
    return StreamingResponse(found.chunks, media_type=LISTS[Format(form)], headers={**NOT_KEPT, **attached})
