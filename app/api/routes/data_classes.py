"""Reads and takes down what columns of datasets and production data are."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import Session

from app.api.answers.data_classes import ColumnClassView, ColumnsClassed, DataClassesView
from app.api.caller import Reader
from app.api.wishes_data_classes import DataClassesWish
from app.api.writing import Write
from core.inventory.classes.queries import columns_of, holder_entity, terms_of
from core.privacy.classes.deciding import Classed, classify_columns

router = APIRouter(prefix="/data-classes", tags=["Data"])


@router.get("/{holder}", operation_id="read_data_classes")
def data_classes(
    holder: str,
    reader: Reader,
    missing: Annotated[bool, Query(description="Only columns for which something is missing")] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> DataClassesView:
    """The columns of a dataset, or of a model's production data: class, purpose, legal basis and what is missing.
    Scope: `record:read`."""
    with reader.place.store.reading() as session:
        entity, name, owner = holder_entity(session, holder)
        terms = terms_of(session, entity.id)
        page = columns_of(session, entity.id, missing=missing, limit=limit, offset=offset)
    return DataClassesView(
        holder=entity.id, name=name, owner=owner, revision=terms.revision, days=terms.days, hold=terms.hold_reason,
        columns=[ColumnClassView.model_validate(row, from_attributes=True) for row in page.rows],
        total=page.total, limit=limit, offset=offset,
    )  # fmt: skip


@router.put("/{holder}", response_model=ColumnsClassed, operation_id="class_columns")
def class_columns(holder: str, wish: DataClassesWish, write: Write) -> Response:
    """Confirm or change the classes of columns, all or none. Scope: `data:classify`."""

    def said(session: Session, done: Classed) -> ColumnsClassed:
        proof = write.proof(session, done.recorded.index) if done.recorded else write.newest(session)
        return ColumnsClassed(revision=done.revision, columns=list(done.columns), ledger=proof)

    decisions = {name: one.entered() for name, one in wish.columns.items()}
    return write.answer(
        lambda store: classify_columns(
            store, holder=holder, decisions=decisions, expected_revision=wish.expected_revision, **write.acting
        ),
        said,
    )
