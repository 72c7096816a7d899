"""Answers to items of packs, documents about versions and their templates, under the same rules as the pages."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.api.answers.documents import (
    AnswerGiven,
    AnswerList,
    AnswerOnRecord,
    DocumentDraft,
    DocumentKept,
    DocumentLine,
    DocumentList,
    DocumentRevision,
    DocumentView,
    TemplateLine,
    TemplateList,
    TemplatePublished,
    TemplateView,
)
from app.api.caller import Reader
from app.api.wishes_documents import AnswerWish, DocumentWish, ReasonWish, TemplateWish
from app.api.writing import Write
from core.coverage import service as coverage
from core.coverage.queries import answers_on_record
from core.coverage.tables import CoverageAnswer
from core.documents.queries import document_page, documents_of
from core.documents.service import draft, keep_document
from core.documents.tables import Document
from core.documents.templates import Template, publish_template, template_versions
from core.errors import NotFound
from core.inventory.moves import load_version
from core.policy.packs.signals import DocumentKind

router = APIRouter(tags=["Answers and documents"])


@router.get("/answers", operation_id="list_answers")
def answers(
    reader: Reader,
    model: Annotated[str | None, Query(max_length=16, description="Otherwise every model and the organisation")] = None,
    pack: Annotated[str | None, Query(max_length=60)] = None,
    item: Annotated[str | None, Query(max_length=60)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> AnswerList:
    """Every answer of a person to an item of a pack, in force, ended or withdrawn. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = answers_on_record(session, model=model, pack=pack, item=item, limit=limit, offset=offset)
    rows = [_answer(row, number) for row, number in page.rows]
    return AnswerList(answers=rows, total=page.total, limit=limit, offset=offset)


@router.post("/answers", status_code=HTTPStatus.CREATED, response_model=AnswerGiven, operation_id="answer_item")
def answer(wish: AnswerWish, write: Write) -> Response:
    """Answer an item of a pack for a model. Scope: `coverage:answer`. For the whole organisation an approver answers
    on the page, so that without a model every token gets 403."""
    return write.answer(
        lambda store: coverage.answer_item(
            store,
            model=wish.model,
            pack=wish.pack,
            item=wish.item,
            outcome=wish.outcome,
            reason=wish.reason,
            link=wish.link,
            expires_at=wish.until,
            **write.acting,
        ),
        lambda session, done: AnswerGiven(answer=done.answer, ledger=write.proof(session, done.entry)),
    )


@router.post(
    "/answers/{answer}/withdrawal",
    status_code=HTTPStatus.CREATED,
    response_model=AnswerGiven,
    operation_id="withdraw_answer",
)
def withdraw(answer: str, wish: ReasonWish, write: Write) -> Response:
    """Withdraw an answer with a reason; it stays on record. Scope: `coverage:answer`."""
    return write.answer(
        lambda store: coverage.withdraw_answer(store, answer=answer, reason=wish.reason, **write.acting),
        lambda session, done: AnswerGiven(answer=done.answer, ledger=write.proof(session, done.entry)),
    )


@router.get("/models/{model}/versions/{version}/documents", operation_id="list_documents")
def documents(model: str, version: str, reader: Reader) -> DocumentList:
    """The documents about a version. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        _, row = load_version(session, model, version)
        found = documents_of(session, row.id or 0)
    return DocumentList(documents=[_line(one) for one in found.values()])


@router.get("/models/{model}/versions/{version}/documents/{kind}/draft", operation_id="draft_document")
def drafted(model: str, version: str, kind: str, reader: Reader) -> DocumentDraft:
    """The template in use, filled from the record as it is now; `kind` with hyphens, such as `risk-assessment`.
    Stores nothing. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        filled, template = draft(session, model=model, version=version, kind=_kind(kind), at=reader.at)
    return DocumentDraft(
        kind=template.kind,
        template=template.version,
        template_digest=template.digest,
        body=filled.body,
        open_places=list(filled.open_places),
    )


@router.post(
    "/models/{model}/versions/{version}/documents",
    status_code=HTTPStatus.CREATED,
    response_model=DocumentKept,
    operation_id="keep_document",
)
def keep(model: str, version: str, wish: DocumentWish, write: Write) -> Response:
    """Keep a text as the next version of a document. Scope: `document:write`. Validation plan and review decision are
    written by people who took no part, so that every token gets 403 for them."""
    said = wish.model_dump()
    return write.answer(
        lambda store: keep_document(store, model=model, version=version, **said, **write.acting),
        lambda session, done: DocumentKept(
            document=done.document, revision=done.revision, ledger=write.proof(session, done.entry)
        ),
    )


@router.get("/documents/{document}", operation_id="read_kept_document")
def kept(
    document: str,
    reader: Reader,
    revision: Annotated[int | None, Query(ge=1, le=10**9, description="Otherwise the newest")] = None,
) -> DocumentView:
    """A document at one of its versions. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = document_page(session, document, revision)
    return DocumentView(
        **_line(page.document).model_dump(),
        model=page.model.number,
        version=page.version.version,
        shown=page.shown.revision,
        digest=page.shown.digest,
        body=page.shown.body,
        revisions=[
            DocumentRevision(
                revision=one.revision,
                digest=one.digest,
                comment=one.comment,
                template=one.template_version,
                open_places=one.open_places,
                kept_by=one.kept_by,
                kept_at=one.kept_at,
            )
            for one in page.versions
        ],
    )


@router.get("/templates", operation_id="list_templates")
def templates(reader: Reader) -> TemplateList:
    """The template in use of each kind of document. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        return TemplateList(templates=[_template(template_versions(session, kind)[0]) for kind in DocumentKind])


@router.get("/templates/{kind}", operation_id="read_template")
def template(kind: str, reader: Reader) -> TemplateView:
    """A template with its text and its versions; `kind` with hyphens. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        found = template_versions(session, _kind(kind))
    lines = [_template(one) for one in found]
    return TemplateView(**lines[0].model_dump(), body=found[0].body, versions=lines)


@router.post(
    "/templates/{kind}",
    status_code=HTTPStatus.CREATED,
    response_model=TemplatePublished,
    operation_id="publish_template",
)
def publish(kind: str, wish: TemplateWish, write: Write) -> Response:
    """Publish the next version of a template. An act of approvers on the page: no token has a scope for it, so this
    answers 403 with every reason."""
    return write.answer(
        lambda store: publish_template(store, kind=_kind(kind), body=wish.body, reason=wish.reason, **write.acting),
        lambda session, done: TemplatePublished(kind=done.kind, version=done.version, ledger=write.newest(session)),
    )


def _kind(said: str) -> DocumentKind:
    found = next((one for one in DocumentKind if one.value.replace(" ", "-") == said), None)
    if found is None:
        raise NotFound("kind of document", said)
    return found


def _line(row: Document) -> DocumentLine:
    return DocumentLine(
        document=row.number,
        kind=row.kind,
        revision=row.revision,
        open_places=row.open_places,
        kept_by=row.kept_by,
        kept_at=row.kept_at,
    )


def _template(one: Template) -> TemplateLine:
    row = one.row
    return TemplateLine(
        kind=one.kind,
        version=one.version,
        digest=one.digest,
        published_by=row.published_by if row else None,
        published_at=row.published_at if row else None,
        reason=row.reason if row else "",
    )


def _answer(row: CoverageAnswer, model: str | None) -> AnswerOnRecord:
    return AnswerOnRecord(
        answer=row.number,
        outcome=row.outcome,
        reason=row.reason,
        link=row.link,
        given_by=row.given_by,
        given_at=row.given_at,
        expires_at=row.expires_at,
        for_all_models=row.model_id is None,
        model=model,
        pack=row.pack,
        item=row.item,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
        withdrawal_reason=row.withdrawal_reason,
    )
