"""Takes in a file that is not sent but named: a path on the server, or an object in S3, where that is allowed."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from app.api.answers import HandedIn
from app.api.bodies import FILE_LIMIT
from app.api.handing_in import KINDS, KindOfFile, Upload, hand_in, handed_in, refuse_before_reading
from app.api.mapping import Mapping
from app.api.wishes import ReferenceWish
from app.api.writing import Write
from app.references import fetched
from app.sources import parse_address, source_refusals
from core.store import Store
from core.validation import intake

router = APIRouter(tags=["Validation"])


@router.post(
    "/models/{model}/versions/{version}/evidence/{kind}/reference",
    response_model=HandedIn,
    operation_id="refer_to_evidence",
)
def refer(model: str, version: str, kind: KindOfFile, mapping: Mapping, wish: ReferenceWish, write: Write) -> Response:
    """Hand in a file that the server fetches itself: a path on the server or an object in S3, in a folder or bucket
    that an administrator allowed. It is copied, read and kept exactly as if it had been sent. Scope:
    `evidence:upload`."""
    settings = write.caller.place.settings
    address = parse_address(wish.address)
    upload = Upload(model, version, address.name, KINDS[kind], mapping, address.written)
    stops = source_refusals(address, settings.evidence_sources, own=settings.data_dir)

    def act(store: Store) -> intake.HandedIn:
        with store.transaction():
            pass  # claims the key: a repeat is answered here, before anything is fetched
        refuse_before_reading(write.caller, store, upload, stops)
        with fetched(address, settings.data_dir / "incoming", limit=FILE_LIMIT) as path:
            return hand_in(write.caller, store, upload, path)

    return write.answer(act, lambda session, done: handed_in(write, session, done), status=HTTPStatus.OK)
