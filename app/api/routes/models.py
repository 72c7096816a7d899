"""Registers models and versions, and reads the inventory."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import Session

from app.api import views
from app.api.answers import ModelList, ModelView, Registered, VersionView
from app.api.caller import Reader
from app.api.wishes import ModelRegistration, VersionRegistration
from app.api.writing import Write, Writing
from core.inventory import queries, service

router = APIRouter(tags=["Inventory"])


@router.post("/models", status_code=HTTPStatus.CREATED, response_model=Registered, operation_id="register_model")
def register(wish: ModelRegistration, write: Write) -> Response:
    """Register a model with its first version and the datasets it names, all or nothing. Scopes: `model:register`
    and `version:register`."""
    caller = write.caller
    return write.answer(
        lambda store: service.register(
            store,
            caller.place.ledger,
            model=wish.model.entered(caller.actor.id),
            version=wish.version.entered(),
            datasets=[dataset.entered() for dataset in wish.datasets],
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: _registered(write, session, done),
    )


@router.post(
    "/models/{model}/versions",
    status_code=HTTPStatus.CREATED,
    response_model=Registered,
    operation_id="register_version",
)
def register_version(model: str, wish: VersionRegistration, write: Write) -> Response:
    """Register the next version of a model. Scope: `version:register`."""
    caller = write.caller
    return write.answer(
        lambda store: service.register_version(
            store,
            caller.place.ledger,
            model=model,
            version=wish.version.entered(),
            datasets=[dataset.entered() for dataset in wish.datasets],
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: _registered(write, session, done),
    )


@router.get("/models", operation_id="list_models")
def models(
    reader: Reader,
    text: Annotated[str, Query(max_length=200, description="In name, number or owner's name")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> ModelList:
    """The inventory, a page at a time, by next review. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = queries.inventory(session, queries.InventoryFilter(text=text), limit=limit, offset=offset)
        lines = [views.model_line(row) for row in page.rows]
    return ModelList(models=lines, total=page.total, limit=limit, offset=offset)


@router.get("/models/{model}", operation_id="read_model")
def model(model: str, reader: Reader) -> ModelView:
    """A model with its versions, newest first. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        return views.model_view(queries.model_page(session, model))


@router.get("/models/{model}/versions/{version}", operation_id="read_version")
def version(model: str, version: str, reader: Reader) -> VersionView:
    """A version: its stage, evidence digest and how its checks came out. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        return views.version_view(session, queries.model_page(session, model, version))


def _registered(write: Writing, session: Session, done: service.Registered) -> Registered:
    return Registered(model=done.model, version=done.version, ledger=write.proof(session, done.entry))
