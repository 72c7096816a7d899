"""Search, saved views and edits of many models, for pipelines and other systems."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.api.answers.finding import (
    EditMade,
    EditPlan,
    EditView,
    FieldDifference,
    FoundView,
    PlannedChange,
    SearchResults,
    ViewKept,
    ViewLine,
    ViewList,
)
from app.api.caller import Reader, Signed
from app.api.problems import RefusalDetail
from app.api.wishes_finding import DefaultViewWish, ModelsEditWish, ModelsWish, UndoWish, ViewEditWish, ViewWish
from app.api.writing import Write
from core.inventory import bulk, views
from core.inventory.queries import Found, FoundKind, find
from core.store import Store

router = APIRouter(tags=["Finding things"])


@router.get("/search", operation_id="search")
def search(
    reader: Reader,
    text: Annotated[str, Query(min_length=1, max_length=200, description="Beginnings of words; all must be found")],
    kind: Annotated[FoundKind | None, Query(description="Otherwise everything")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1000)] = 0,
) -> SearchResults:
    """Search models, versions, datasets, prompts, workflows, decision points and vendors. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = find(session, text, kind=kind, limit=limit, offset=offset)
    return SearchResults(
        results=[_found(row) for row in page.rows], total=page.total, more=page.more, limit=limit, offset=offset
    )


@router.get("/views", operation_id="list_views")
def list_views(reader: Reader) -> ViewList:
    """Saved views of the inventory: those of the token's owner and shared ones. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        found = views.views_for(session, reader.actor.id)
    return ViewList(
        views=[
            ViewLine(
                view=one.number,
                name=one.name,
                query=one.query,
                owner=one.owner,
                shared=one.shared,
                mine=one.mine,
                default=one.default,
            )
            for one in found
        ]
    )


@router.post("/views", status_code=HTTPStatus.CREATED, response_model=ViewKept, operation_id="save_view")
def save_view(wish: ViewWish, write: Write) -> Response:
    """Keep a view for the token's owner, in place of their view of the same name. Scope: `record:read`."""
    said = wish.model_dump()
    return write.answer(
        lambda store: views.save_view(store, **write.acting, **said),
        lambda session, done: ViewKept(view=done, ledger=write.newest(session)),
    )


@router.post("/views/{view}/edits", status_code=HTTPStatus.CREATED, response_model=ViewKept, operation_id="change_view")
def change_view(view: str, wish: ViewEditWish, write: Write) -> Response:
    """Rename a view of the token's owner, share it, or stop sharing it. Scope: `record:read`."""
    return write.answer(
        lambda store: views.rename_view(store, view=view, name=wish.name, shared=wish.shared, **write.acting),
        lambda session, _: ViewKept(view=view, ledger=write.newest(session)),
    )


@router.post(
    "/views/{view}/deletion", status_code=HTTPStatus.CREATED, response_model=ViewKept, operation_id="delete_view"
)
def delete_view(view: str, write: Write) -> Response:
    """Delete a view of the token's owner. Scope: `record:read`."""
    return write.answer(
        lambda store: views.delete_view(store, view=view, **write.acting),
        lambda session, _: ViewKept(view=view, ledger=write.newest(session)),
    )


@router.post("/default-view", status_code=HTTPStatus.CREATED, response_model=ViewKept, operation_id="open_with_view")
def open_with(wish: DefaultViewWish, write: Write) -> Response:
    """Let the inventory open with a view for the token's owner, or with everything. Scope: `record:read`."""
    return write.answer(
        lambda store: views.open_with(store, view=wish.view, **write.acting),
        lambda session, _: ViewKept(view=wish.view or "", ledger=write.newest(session)),
    )


@router.post("/bulk-edits/preview", operation_id="preview_bulk_edit")
def preview(wish: ModelsWish, signed: Signed) -> EditPlan:
    """What an edit would do to each model, with every reason against it; stores nothing. Scope: `model:edit`."""
    asked = wish.entered()
    rows = bulk.preview(
        signed.place.store, signed.place.ledger, models=wish.models, wish=asked, actor=signed.actor, at=signed.at
    )
    return _plan(rows, bulk.plan_digest(asked, _revisions(rows)))


@router.post("/bulk-edits", status_code=HTTPStatus.CREATED, response_model=EditMade, operation_id="make_bulk_edit")
def make(wish: ModelsEditWish, write: Write) -> Response:
    """Change every model or none, as the preview with this digest showed it. Scope: `model:edit`."""

    def act(store: Store) -> str:
        asked = wish.entered()
        revisions = bulk.agreed(store, models=wish.models, wish=asked, expected=wish.expected, actor=write.caller.actor)
        return bulk.change_models(store, revisions=revisions, wish=asked, reason=wish.reason, **write.acting)

    return write.answer(act, lambda session, done: EditMade(edit=done, ledger=write.newest(session)))


@router.get("/bulk-edits/{edit}", operation_id="read_bulk_edit")
def read(edit: str, reader: Reader) -> EditView:
    """An edit of many models, and which edit took it back. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        found = bulk.bulk_edit(session, edit)
    return EditView(
        edit=found.number,
        reason=found.reason,
        made_by=found.made_by,
        made_at=found.made_at,
        models=found.models,
        undoes=found.undoes or None,
        undone_by=found.undone_by or None,
    )


@router.post("/bulk-edits/{edit}/undo/preview", operation_id="preview_undo")
def preview_undo(edit: str, signed: Signed) -> EditPlan:
    """What taking an edit back would do; stores nothing. Scope: `model:edit`."""
    rows = bulk.preview_undo(signed.place.store, signed.place.ledger, edit=edit, actor=signed.actor, at=signed.at)
    return _plan(rows, bulk.plan_digest(bulk.BulkWish(), _revisions(rows), undoes=edit))


@router.post(
    "/bulk-edits/{edit}/undo", status_code=HTTPStatus.CREATED, response_model=EditMade, operation_id="undo_bulk_edit"
)
def undo(edit: str, wish: UndoWish, write: Write) -> Response:
    """Give the fields of an edit the values they had, of every model or of none. Scope: `model:edit`."""

    def act(store: Store) -> str:
        revisions = bulk.agreed_undo(store, edit=edit, expected=wish.expected, actor=write.caller.actor)
        return bulk.undo_bulk_edit(store, edit=edit, revisions=revisions, reason=wish.reason, **write.acting)

    return write.answer(act, lambda session, done: EditMade(edit=done, ledger=write.newest(session)))


def _found(row: Found) -> FoundView:
    return FoundView(
        kind=row.kind,
        number=row.number,
        name=row.name,
        model=row.model or None,
        version=row.version or None,
        field=row.field or None,
        extract="".join(text for text, _ in row.extract),
    )


def _revisions(rows: Sequence[bulk.PlannedRow]) -> dict[str, int]:
    return {row.number: row.revision for row in rows}


def _plan(rows: Sequence[bulk.PlannedRow], digest: str) -> EditPlan:
    possible = any(row.changes for row in rows) and not any(row.refusals for row in rows)
    return EditPlan(digest=digest, possible=possible, models=[_planned(row) for row in rows])


def _planned(row: bulk.PlannedRow) -> PlannedChange:
    return PlannedChange(
        model=row.number,
        name=row.name,
        revision=row.revision,
        changes=[FieldDifference(field=one.field, old=one.old, new=one.new) for one in row.changes],
        refusals=[
            RefusalDetail(code=one.code, message=one.message, clause=one.clause, way_out=one.way_out)
            for one in row.refusals
        ],
    )
