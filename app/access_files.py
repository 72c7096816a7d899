"""Access reviews as files: what the download route answers."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.composition import Workplace, now
from app.handouts import LISTS, NOT_KEPT, attached_as
from core.access.rules import Actor
from core.assurance.reviews_exported import export_access_review
from core.errors import NotFound
from core.inventory.exporting import Format


def access_review_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """Every grant of a review as CSV, XLSX or JSON."""
    review, form = request.path_params["review"], request.path_params["form"]
    if form not in set(Format):
        raise NotFound("form of an access review", form)
    found = export_access_review(place.store, place.ledger, review=review, form=Format(form), actor=actor, at=now())
    attached = attached_as(found.filename)
    return StreamingResponse(found.chunks, media_type=LISTS[Format(form)], headers={**NOT_KEPT, **attached})
