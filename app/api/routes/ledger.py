"""Hands out what proves the record: the newest checkpoint, and receipts."""

from typing import Annotated

from fastapi import APIRouter, Path

from app.api.answers import CheckpointView, LedgerProof
from app.api.caller import Reader, Signed
from app.api.writing import proof
from core.errors import NotFound
from core.ledger.anchors.lines import cosigned
from core.ledger.queries import latest_checkpoint

router = APIRouter(prefix="/ledger", tags=["Ledger"])


@router.get("/checkpoint", operation_id="read_checkpoint")
def checkpoint(signed: Signed) -> CheckpointView:
    """The newest signed checkpoint; any token may have it, so that many can watch."""
    with signed.place.store.reading() as session:
        newest = latest_checkpoint(session)
        if newest is None:
            raise NotFound("checkpoint of size", 0)
        note = cosigned(session, newest.checkpoint.size, newest.note)
    return CheckpointView(note=note, verifier_key=signed.place.ledger.vkey)


@router.get("/entries/{index}/receipt", operation_id="read_receipt")
def receipt(index: Annotated[int, Path(ge=0, lt=2**63)], reader: Reader) -> LedgerProof:
    """An entry and the proof that it is in the ledger, under the newest checkpoint. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        return proof(reader.place.ledger, session, index)
