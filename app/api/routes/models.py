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
from core.inventory.rules import Stage
from core.validation.queries import open_findings_of_models

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
    text: Annotated[
        str, Query(max_length=200, description="Beginnings of words in the record or a person's name")
    ] = "",
    business_line: Annotated[str | None, Query(max_length=200)] = None,
    tier: Annotated[int | None, Query(ge=1, le=4)] = None,
    stage: Annotated[Stage | None, Query(description="Of the newest version")] = None,
    owner: Annotated[str | None, Query(max_length=16, description="A person's number")] = None,
    pack: Annotated[str | None, Query(max_length=100, description="Id of a regulation pack that applies")] = None,
    group: Annotated[str | None, Query(max_length=16, description="Number of a group of models")] = None,
    in_production: Annotated[bool | None, Query()] = None,
    sort: Annotated[queries.Sort | None, Query(description="Left out: best match of a text, or next review")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> ModelList:
    """The inventory, narrowed and sorted, a page at a time. Scope: `record:read`."""
    narrowed = queries.InventoryFilter(
        text=text,
        business_line=business_line,
        tier=tier,
        stage=stage,
        owner=owner,
        pack=pack,
        group=group,
        in_production=in_production,
        findings=open_findings_of_models() if sort is queries.Sort.OPEN_FINDINGS else None,
    )
    with reader.place.store.reading() as session:
        page = queries.inventory(session, narrowed, limit=limit, offset=offset, sort=sort)
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
        return views.version_view(session, queries.model_page(session, model, version), at=reader.at)


def _registered(write: Writing, session: Session, done: service.Registered) -> Registered:
    return Registered(model=done.model, version=done.version, ledger=write.proof(session, done.entry))
