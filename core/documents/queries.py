"""Reads of documents for pages: those of a version, and one with its versions."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.documents.comparing import Line, compared
from core.documents.tables import Document, DocumentVersion
from core.errors import NotFound
from core.inventory.moves import version_by_id
from core.inventory.tables import Model, ModelVersion
from core.policy.packs.signals import DocumentKind


@dataclass(frozen=True)
class DocumentPage:
    """A document at one of its versions, with all of them, newest first, and what it changed against the one before."""

    document: Document
    model: Model
    version: ModelVersion
    shown: DocumentVersion
    versions: tuple[DocumentVersion, ...]
    changes: tuple[Line, ...]

    @property
    def title(self) -> str:
        """“Risk assessment”."""
        return self.document.kind.value.capitalize()


def documents_of(session: Session, version_id: int) -> dict[DocumentKind, Document]:
    """The documents about this version."""
    rows = session.exec(select(Document).where(Document.version_id == version_id)).all()
    return {row.kind: row for row in rows}


def document_page(session: Session, number: str, revision: int | None = None) -> DocumentPage:
    """The document at this version, or at its newest; raises `NotFound`."""
    row = session.exec(select(Document).where(Document.number == number)).first()
    if row is None:
        raise NotFound("document", number)
    versions = session.exec(
        select(DocumentVersion)
        .where(DocumentVersion.document_id == row.id)
        .order_by(col(DocumentVersion.revision).desc())
    ).all()
    shown = next((one for one in versions if one.revision == (revision or row.revision)), None)
    if shown is None:
        raise NotFound(f"version of {number}", revision)
    before = next((one for one in versions if one.revision == shown.revision - 1), None)
    model, version = version_by_id(session, row.version_id)
    changes = compared(before.body, shown.body) if before else ()
    return DocumentPage(row, model, version, shown, tuple(versions), changes)
