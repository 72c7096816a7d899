"""What the API answers about answers to items of packs, documents about versions, and their templates."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from app.api.answers.coverage import AnswerLine
from core.policy.packs.signals import DocumentKind


class AnswerOnRecord(AnswerLine):
    """A person's answer to an item of a pack, in force or not."""

    model: str | None = Field(description="None: for the whole organisation")
    pack: str
    item: str
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawal_reason: str


class AnswerList(BaseModel):
    """Answers, newest first."""

    answers: list[AnswerOnRecord]
    total: int
    limit: int
    offset: int


class AnswerGiven(Recorded):
    """An answer that was given or withdrawn."""

    answer: str = Field(examples=["CA0001"])


class DocumentLine(BaseModel):
    """A document about a version."""

    document: str = Field(examples=["DOC0001"])
    kind: DocumentKind
    revision: int
    open_places: int = Field(description="Left to fill in; until there is none the document shows nothing")
    kept_by: str
    kept_at: datetime


class DocumentList(BaseModel):
    """The documents about a version."""

    documents: list[DocumentLine]


class DocumentRevision(BaseModel):
    """One version of a document, without its text."""

    revision: int
    digest: str
    comment: str
    template: int = Field(description="Version of the template that was in use")
    open_places: int
    kept_by: str
    kept_at: datetime


class DocumentView(DocumentLine):
    """A document at one of its versions, with all of them, newest first."""

    model: str
    version: str
    shown: int = Field(description="The version whose text this is")
    digest: str = Field(description="SHA-256 of the text")
    body: str = Field(description="Markdown")
    revisions: list[DocumentRevision]


class DocumentDraft(BaseModel):
    """A template filled from the record as it is now; nothing is stored."""

    kind: DocumentKind
    template: int
    template_digest: str
    body: str = Field(description="Markdown; what the record does not fill stays in double braces")
    open_places: list[str]


class DocumentKept(Recorded):
    """A document of which a version was kept."""

    document: str
    revision: int


class TemplateLine(BaseModel):
    """A version of a template; version 1 ships."""

    kind: DocumentKind
    version: int
    digest: str
    published_by: str | None
    published_at: datetime | None
    reason: str


class TemplateView(TemplateLine):
    """The template in use, with its text and every version, newest first."""

    body: str
    versions: list[TemplateLine]


class TemplateList(BaseModel):
    """The templates in use."""

    templates: list[TemplateLine]


class TemplatePublished(Recorded):
    """A template that was published."""

    kind: DocumentKind
    version: int
