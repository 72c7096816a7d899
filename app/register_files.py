"""Evidence of remediations and the register itself as files: what the download routes answer."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from app.composition import Workplace
from app.handouts import LOCKED_UP, NOT_KEPT
from core.access.rules import Actor
from core.validation.findings.proof import shown_file


def evidence_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """A file that was handed in as evidence of a remediation; always as a download, whatever it holds."""
    asked = request.query_params
    finding, digest = asked.get("finding", ""), asked.get("digest", "")
    with place.store.reading() as session:
        row = shown_file(session, finding=finding, digest=digest, actor=actor)
    headers = {
        **NOT_KEPT,
        **LOCKED_UP,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name or digest, safe='')}",
    }
    return FileResponse(place.files.path(digest), media_type="application/octet-stream", headers=headers)
