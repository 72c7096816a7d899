"""Requests approval and votes, under the same rules as the pages."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from app.api import views
from app.api.answers import Changed, ChangeView
from app.api.caller import Reader
from app.api.wishes import ChangeWish, VoteWish
from app.api.writing import Write, Writing
from core.approval import queries, service

router = APIRouter(tags=["Change control"])


@router.post(
    "/models/{model}/versions/{version}/changes",
    status_code=HTTPStatus.CREATED,
    response_model=Changed,
    operation_id="request_change",
)
def request_change(model: str, version: str, wish: ChangeWish, write: Write) -> Response:
    """Request a change: that a validated version go into production, or of another kind. Scope: `change:request`."""
    caller = write.caller
    return write.answer(
        lambda store: service.request_change(
            store,
            caller.place.ledger,
            model=model,
            version=version,
            rationale=wish.rationale,
            kind=wish.kind,
            restriction=wish.restriction,
            lifts=wish.lifts,
            exception=wish.excepted(),
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: _changed(write, session, done),
    )


@router.get("/changes/{change}", operation_id="read_change")
def change(change: str, reader: Reader) -> ChangeView:
    """A change request with its votes. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        return views.change_view(queries.change(session, change, reader.actor, at=reader.at))


@router.post(
    "/changes/{change}/votes", status_code=HTTPStatus.CREATED, response_model=Changed, operation_id="vote_on_change"
)
def vote(change: str, wish: VoteWish, write: Write) -> Response:
    """Vote. Approval is a person's act: no token has a scope for it, so this answers 403 with every reason, as the
    page would."""
    caller = write.caller
    return write.answer(
        lambda store: service.vote(
            store,
            caller.place.ledger,
            change=change,
            choice=wish.choice,
            rationale=wish.rationale,
            conditions=[condition.entered() for condition in wish.conditions],
            seen_digest=wish.seen_digest,
            session_id="",  # no token signs in
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: _changed(write, session, done),
    )


def _changed(write: Writing, session: Session, done: service.Changed) -> Changed:
    return Changed(change=done.change, status=done.status, ledger=write.proof(session, done.entry))
