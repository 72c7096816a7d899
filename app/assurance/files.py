"""Reports of drills of access as files: every cell as JSON, and the signature over those bytes."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from app.composition import Workplace
from core.access.rules import Actor
from core.assurance.drill.service import load_drill
from core.errors import NotFound, Refused
from core.reports.rules import export_refusals

NOT_KEPT = {"Cache-Control": "no-store"}


def drill_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """`AD0001.json`, or `AD0001.p7s`: a detached CMS signature in PEM."""
    if reasons := export_refusals(actor):
        raise Refused(reasons)
    number, form = request.path_params["drill"], request.path_params["form"]
    with place.store.reading() as session:
        row = load_drill(session, number)
    if form == "json" and row.digest:
        path = place.exports.path(row.digest)
        return FileResponse(path, media_type="application/json", filename=f"{number}.json", headers=NOT_KEPT)
    if form == "p7s" and row.signature:
        attached = {"Content-Disposition": f'attachment; filename="{number}.json.p7s"'}
        return Response(row.signature, media_type="application/x-pem-file", headers={**NOT_KEPT, **attached})
    raise NotFound(f"report of {number}", form)
