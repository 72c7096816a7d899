"""Recorded events and receipts as files: what the download routes answer once they know who asks."""

from collections.abc import Callable
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from app.composition import Workplace, now
from app.handouts import NOT_KEPT, attached_as
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import NotFound, Refused
from core.ledger.batches.queries import event_proof
from core.ledger.batches.short import ProofForm, proof_file
from core.ledger.queries import entry
from core.reports.events_bundle import take_events

Answer = Callable[[Request, Actor], Response]


def event_files(place: Workplace) -> tuple[tuple[str, Answer], ...]:
    """Paths, and what each answers."""
    return (
        ("/exports/events/{batch}/bundle", lambda request, actor: event_bundle_file(place, request, actor)),
        ("/exports/events/{event}/receipt", lambda request, actor: event_receipt_file(place, request, actor)),
        ("/exports/ledger/{entry}/receipt", lambda request, actor: entry_file(place, request, actor, "receipt")),
        ("/exports/ledger/{entry}/body", lambda request, actor: entry_file(place, request, actor, "body")),
    )


def event_receipt_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """The proof of one event, which verifies offline: short, or with `form=long` as JSON."""
    reasons = permission_refusals(actor, Permission.RECORD_READ)
    if reasons:
        raise Refused(reasons)
    event = request.path_params["event"]
    form = ProofForm.LONG if request.query_params.get("form") == ProofForm.LONG else ProofForm.SHORT
    with place.store.reading() as session:
        proof = event_proof(session, place.events, event)
    media, ending = ("application/json", ".json") if form is ProofForm.LONG else ("application/octet-stream", "")
    return _attached(proof_file(proof, form), media, f"{event.replace(':', '-')}.event-proof{ending}")


def entry_file(place: Workplace, request: Request, actor: Actor, part: Literal["receipt", "body"]) -> Response:
    """The receipt of one entry, or the exact bytes that it proves; together they verify offline."""
    reasons = permission_refusals(actor, Permission.LEDGER_READ)
    if reasons:
        raise Refused(reasons)
    asked = request.path_params["entry"]
    if not asked.isdecimal() or len(asked) > 18:
        raise NotFound("ledger entry", asked)
    with place.store.reading() as session:
        body, receipt = entry(session, int(asked)).body, place.ledger.receipt(session, int(asked))
    name = f"entry-{int(asked)}.tlog-proof"
    if part == "receipt":
        return _attached(receipt.encode(), "text/plain; charset=utf-8", name)
    return _attached(body.encode(), "application/json", f"{name}.entry")


def event_bundle_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """A file of events whole, or the events of it that `event` names, as a signed bundle; who took it is on record."""
    batch, chosen = request.path_params["batch"], request.query_params.getlist("event")
    taken = take_events(
        place.store,
        place.ledger,
        place.events,
        place.keys,
        whole=() if chosen else (batch,),
        chosen=tuple(chosen),
        actor=actor,
        at=now(),
    )
    return _attached(taken.content, "application/zip", f"{taken.name}.zip")


def _attached(content: bytes, media: str, name: str) -> Response:
    return Response(content, 200, {**NOT_KEPT, **attached_as(name)}, media)
