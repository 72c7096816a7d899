"""Registers, links and changes the records around models, changes models, and says what a withdrawal breaks."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import Session

from app.api.answers.parts import (
    Dependent,
    Dependents,
    Edited,
    FieldChangeView,
    FieldHistoryView,
    LinkView,
    PartLine,
    PartList,
    PartView,
    RecordedPart,
    TextView,
)
from app.api.caller import Reader
from app.api.wishes import DatasetWish
from app.api.wishes_of_records import AssetWish, EditWish, EndWish, LinkWish, PartEditWish, TextWish
from app.api.writing import Write
from core.errors import Problem, Unreadable
from core.inventory.changing import Changed, change_model, field_history
from core.inventory.parts import changing, linking, queries, registering
from core.inventory.parts.finding import load_record, named
from core.inventory.parts.graph import dependents
from core.inventory.parts.rules import Edge, NodeKind

router = APIRouter(tags=["Records"])
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10**9)]
PartKind = Literal[NodeKind.DATASET, NodeKind.PROMPT, NodeKind.WORKFLOW, NodeKind.DECISION_POINT, NodeKind.VENDOR]


@router.get("/parts", operation_id="list_parts")
def parts(
    reader: Reader,
    kind: PartKind,
    text: Annotated[str, Query(max_length=200, description="In name, number or description")] = "",
    retired: bool = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> PartList:
    """Datasets, prompts, workflows, decision points or vendors, by name. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = queries.parts(session, kind, text=text, retired=retired, limit=limit, offset=offset)
    lines = [PartLine.model_validate(row, from_attributes=True) for row in page.rows]
    return PartList(parts=lines, total=page.total, limit=limit, offset=offset)


@router.get("/parts/{part}", operation_id="read_part")
def part(part: str, reader: Reader) -> PartView:
    """A part with its fields, texts and links. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page, links = queries.part_page(session, part), queries.links_of(session, part)
    return PartView(
        number=page.about.number,
        kind=page.about.kind,
        name=page.about.name,
        version=page.version,
        owner=page.about.owner,
        fields=dict(page.values),
        revision=page.revision,
        schema_fingerprint=page.schema_fingerprint,
        retired_at=page.retired_at,
        texts=[_text(one) for one in page.texts],
        links=[_link(row.edge) for row in links],
    )


@router.post("/parts", status_code=HTTPStatus.CREATED, response_model=RecordedPart, operation_id="register_part")
def register_part(wish: AssetWish, write: Write) -> Response:
    """Register a prompt, workflow, decision point or vendor. Scope: `model:edit`."""
    caller = write.caller
    entered = wish.entered(caller.actor.id)
    return write.answer(
        lambda store: registering.register_asset(
            store, caller.place.ledger, asset=entered, actor=caller.actor, at=caller.at
        ),
        lambda session, done: RecordedPart(
            number=done.number, version=done.version, ledger=write.proof(session, done.entry)
        ),
    )


@router.post("/datasets", status_code=HTTPStatus.CREATED, response_model=RecordedPart, operation_id="register_dataset")
def register_dataset(wish: DatasetWish, write: Write) -> Response:
    """Register a version of a dataset on its own. Scope: `model:edit`."""
    caller = write.caller
    return write.answer(
        lambda store: registering.register_dataset(
            store, caller.place.ledger, dataset=wish.entered(), actor=caller.actor, at=caller.at
        ),
        lambda session, done: RecordedPart(number=done.number, ledger=write.proof(session, done.entry)),
    )


@router.post(
    "/parts/{part}/versions", status_code=HTTPStatus.CREATED, response_model=RecordedPart, operation_id="write_text"
)
def write_text(part: str, wish: TextWish, write: Write) -> Response:
    """Write the next version of a prompt or workflow. Scope: `model:edit`."""
    caller = write.caller
    return write.answer(
        lambda store: registering.add_asset_version(
            store,
            caller.place.ledger,
            asset=part,
            text=wish.text,
            rationale=wish.rationale,
            expected_version=wish.expected_version,
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: RecordedPart(
            number=done.number, version=done.version, ledger=write.proof(session, done.entry)
        ),
    )


@router.post("/parts/{part}/edits", response_model=Edited, operation_id="change_part")
def change_part(part: str, wish: PartEditWish, write: Write) -> Response:
    """Change fields of a part, with their history. Scope: `model:edit`."""
    caller = write.caller
    return write.answer(
        lambda store: changing.change_part(
            store,
            caller.place.ledger,
            part=part,
            changes=wish.changes,
            reason=wish.reason,
            expected_revision=wish.expected_revision,
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: _edited(write, session, done),
        status=HTTPStatus.OK,
    )


@router.post("/models/{model}/edits", response_model=Edited, operation_id="change_model")
def edit_model(model: str, wish: EditWish, write: Write) -> Response:
    """Change fields of a model, with their history; the tier follows exposure and purpose. Scope: `model:edit`."""
    caller = write.caller
    return write.answer(
        lambda store: change_model(
            store,
            caller.place.ledger,
            model=model,
            changes=wish.changes,
            reason=wish.reason,
            expected_revision=wish.expected_revision,
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: _edited(write, session, done),
        status=HTTPStatus.OK,
    )


@router.post("/links", status_code=HTTPStatus.CREATED, response_model=RecordedPart, operation_id="make_link")
def make_link(wish: LinkWish, write: Write) -> Response:
    """Say that one record bears on another. Scope: `model:edit`."""
    caller = write.caller
    return write.answer(
        lambda store: linking.make_link(
            store,
            caller.place.ledger,
            source=wish.source,
            relation=wish.relation,
            target=wish.target,
            note=wish.note,
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: RecordedPart(number=done.number, ledger=write.proof(session, done.entry)),
    )


@router.post("/links/{link}/end", response_model=RecordedPart, operation_id="end_link")
def end_link(link: str, wish: EndWish, write: Write) -> Response:
    """Say that a link no longer holds; it stays on record. Scope: `model:edit`."""
    caller = write.caller
    return write.answer(
        lambda store: linking.end_link(
            store, caller.place.ledger, link=link, reason=wish.reason, actor=caller.actor, at=caller.at
        ),
        lambda session, done: RecordedPart(number=done.number, ledger=write.proof(session, done.entry)),
        status=HTTPStatus.OK,
    )


@router.get("/records/{number}/dependents", operation_id="read_dependents")
def read_dependents(number: str, reader: Reader) -> Dependents:
    """What breaks if a model, dataset or other part is withdrawn, through any number of links. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        load_record(session, number)
        steps = dependents(session, number)
        nodes = named(session, {step.number for step in steps})
    return Dependents(
        about=number,
        dependents=[
            Dependent(
                number=step.number,
                kind=nodes[step.number].kind,
                name=nodes[step.number].name,
                owner=nodes[step.number].owner,
                distance=step.distance,
                through=_link(step.by),
            )
            for step in steps
        ],
    )


@router.get("/records/{number}/history", operation_id="read_field_history")
def read_field_history(number: str, reader: Reader, limit: Limit = 50, offset: Offset = 0) -> FieldHistoryView:
    """Every change of a record's fields: old, new, who, when and why, newest first. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        load_record(session, number)
        page = field_history(session, number, limit=limit, offset=offset)
    changes = [FieldChangeView.model_validate(row, from_attributes=True) for row in page.rows]
    return FieldHistoryView(changes=changes, total=page.total, limit=limit, offset=offset)


def _edited(write: Write, session: Session, done: Changed) -> Edited:
    if done.entry is None:
        raise Unreadable([Problem("nothing differs from the record, so nothing was changed", column="changes")])
    return Edited(
        number=done.number, fields=list(done.fields), revision=done.revision, ledger=write.proof(session, done.entry)
    )


def _link(edge: Edge) -> LinkView:
    return LinkView(number=edge.number or None, source=edge.source, relation=edge.relation, target=edge.target)


def _text(one: queries.TextVersion) -> TextView:
    return TextView(
        version=one.version,
        text=one.body,
        digest=one.digest,
        rationale=one.rationale,
        created_by=one.created_by,
        created_at=one.created_at,
    )
