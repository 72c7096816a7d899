"""The use cases of documents: draft one from its template, and keep a version of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.documents.filling import Filled, fill, open_count
from core.documents.rules import DocumentFacts, keep_refusals
from core.documents.tables import Document, DocumentVersion
from core.documents.templates import LONGEST, Template, digest_of, template_in_use
from core.documents.values import record_of, values_of
from core.errors import Conflict, Problem, Refused, Unreadable
from core.improvement.incidents.facts import load_incident
from core.inventory.moves import facts_of, load_version
from core.inventory.tables import ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.policy.packs.signals import DocumentKind
from core.store import Store, Transaction
from core.store.numbers import next_number

LONGEST_COMMENT = 2000


@dataclass(frozen=True)
class Kept:
    """The document and its new version, and the ledger entry that says so."""

    document: str
    revision: int
    entry: int


def draft(
    session: Session, *, model: str, version: str, kind: DocumentKind, incident: str = "", at: datetime
) -> tuple[Filled, Template]:
    """The template in use, filled from the record as it is now, and which version of it that was.

    Places about an incident are filled from the one that is named, or else from the newest of the version.
    """
    template = template_in_use(session, kind)
    record = record_of(session, model, version, at=at, incident=incident)
    return fill(template.body, values_of(record)), template


def document_facts(session: Session, version: ModelVersion, kind: DocumentKind) -> DocumentFacts:
    """What the rules ask for."""
    row = document_of(session, version.id or 0, kind)
    return DocumentFacts(kind.value, facts_of(session, version).contributors, row.revision if row else 0)


def document_of(session: Session, version_id: int, kind: DocumentKind) -> Document | None:
    """The document of this kind about this version."""
    return session.exec(select(Document).where(Document.version_id == version_id, Document.kind == kind)).first()


def keep_document(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    version: str,
    kind: DocumentKind,
    body: str,
    comment: str = "",
    incident: str = "",
    expected_revision: int = 0,
    actor: Actor,
    at: datetime,
) -> Kept:
    """Keep this text as the next version of the document, the first where `expected_revision` is 0.

    With an `incident` the document is linked with it. Raises `Conflict` where somebody kept another version meanwhile.
    """
    _check(body, comment)
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, f"keep a {kind}", entity=entity, actor=actor, at=at) as tx:
        number = next_number(tx.session, "DOC") if not expected_revision else ""  # a first one waits for another first
        _, row = load_version(tx.session, model, version)
        found = document_of(tx.session, row.id or 0, kind)
        facts = document_facts(tx.session, row, kind)
        same = found is not None and newest_text(tx.session, found) == body
        standing = keep_refusals(facts, actor, body=body, comment=comment, same=same)
        if standing:
            raise Refused(standing)
        if facts.revision != expected_revision:
            raise Conflict(f"version {expected_revision}", f"version {facts.revision}", "The document")
        kept = _advanced(tx, found, body, at, actor) if found else _begun(tx, number, row, kind, body, at, actor)
        if incident:
            ends = Ref(RecordKind.INCIDENT, load_incident(tx.session, incident).number), _ref(kept)
            link(tx, *ends, by=actor.acting_as, at=at)
        return _recorded(tx, ledger, kept, body, comment, f"{model} {version}", incident, actor=actor, at=at)


def _ref(row: Document) -> Ref:
    return Ref(RecordKind.DOCUMENT, row.number)


def _begun(
    tx: Transaction, number: str, version: ModelVersion, kind: DocumentKind, body: str, at: datetime, actor: Actor
) -> Document:
    row = Document(
        number=number,
        version_id=version.id or 0,
        kind=kind,
        revision=1,
        open_places=open_count(body),
        kept_by=actor.acting_as,
        kept_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return row


def _advanced(tx: Transaction, row: Document, body: str, at: datetime, actor: Actor) -> Document:
    """Compare-and-set on the revision."""
    done = tx.session.execute(
        update(Document)
        .where(col(Document.id) == row.id, col(Document.revision) == row.revision)
        .values(revision=row.revision + 1, open_places=open_count(body), kept_by=actor.acting_as, kept_at=at)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
        raise Conflict(f"version {row.revision}", "a newer one", "The document")
    tx.session.refresh(row)
    return row


def _recorded(
    tx: Transaction,
    ledger: Ledger,
    row: Document,
    body: str,
    comment: str,
    about: str,
    incident: str,
    *,
    actor: Actor,
    at: datetime,
) -> Kept:
    template = template_in_use(tx.session, row.kind)
    version = DocumentVersion(
        document_id=row.id or 0,
        revision=row.revision,
        body=body,
        digest=digest_of(body),
        template_version=template.version,
        template_digest=template.digest,
        open_places=row.open_places,
        comment=comment.strip(),
        kept_by=actor.acting_as,
        kept_at=at,
    )
    tx.session.add(version)
    entry = ledger.record(
        tx,
        Event.DOCUMENT_KEPT,
        entity=Entity("document", row.number),
        actor=actor,
        at=at,
        payload={
            "kind": row.kind.value,
            "version": about,
            "revision": row.revision,
            "digest": version.digest,
            "template": f"{row.kind.value} {template.version}",
            "open": row.open_places,
            "comment": version.comment,
            **({"incident": incident} if incident else {}),
        },
    )
    return Kept(row.number, row.revision, entry.index)


def newest_text(session: Session, document: Document) -> str:
    """The text of the newest version."""
    return session.exec(
        select(DocumentVersion.body).where(
            DocumentVersion.document_id == document.id, DocumentVersion.revision == document.revision
        )
    ).one()


def _check(body: str, comment: str) -> None:
    problems = [
        Problem("too long", column=name, expected=f"at most {most} characters")
        for name, text, most in (("document", body, LONGEST), ("comment", comment, LONGEST_COMMENT))
        if len(text) > most
    ]
    if problems:
        raise Unreadable(problems)
