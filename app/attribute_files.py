"""Sensitive attributes as a file: what the download route answers; each file is a reading on record."""

from starlette.requests import Request
from starlette.responses import Response

from app.composition import Workplace, now
from app.handouts import LOCKED_UP, NOT_KEPT, attached_as
from core.access.rules import Actor
from core.privacy.sensitive.reading import take_attributes


def attributes_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """The row ids and attributes of what this person read within the last quarter of an hour."""
    number = request.path_params["reading"]
    found = take_attributes(place.store, place.ledger, place.files, reading=number, actor=actor, at=now())
    headers = {**NOT_KEPT, **LOCKED_UP, **attached_as(found.filename)}
    return Response(found.content, media_type="text/csv; charset=utf-8", headers=headers)
