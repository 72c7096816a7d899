"""Templates of documents: one of each kind ships, the organisation publishes versions of its own."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.documents.filling import places
from core.documents.rules import publish_template_refusals
from core.documents.tables import DocumentTemplate
from core.documents.values import KNOWN
from core.errors import Problem, Refused, Unreadable
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.packs.signals import DocumentKind
from core.store import Store
from core.store.numbers import next_number

LONGEST = 200_000


@dataclass(frozen=True)
class Template:
    """A version of a template; `row` is None for the one that ships."""

    kind: DocumentKind
    version: int
    body: str
    digest: str
    row: DocumentTemplate | None = None


def template_in_use(session: Session, kind: DocumentKind) -> Template:
    """The newest version of the organisation, or the one that ships."""
    return template_versions(session, kind)[0]


def template_versions(session: Session, kind: DocumentKind) -> tuple[Template, ...]:
    """Every version, newest first; the last is the one that ships."""
    rows = session.exec(
        select(DocumentTemplate).where(DocumentTemplate.kind == kind).order_by(col(DocumentTemplate.version).desc())
    ).all()
    return (*(Template(kind, row.version, row.body, row.digest, row) for row in rows), shipped(kind))


@cache
def shipped(kind: DocumentKind) -> Template:
    """The template that an installation begins with."""
    body = files("core.documents").joinpath(f"data/{kind.value}.md").read_text(encoding="utf-8")
    return Template(kind, 1, body, digest_of(body))


def digest_of(body: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(body.encode()).hexdigest()


def publish_template(
    store: Store, ledger: Ledger, *, kind: DocumentKind, body: str, reason: str, actor: Actor, at: datetime
) -> Template:
    """Publish the next version of a template; documents that are kept stay as they are. Raises `Unreadable` for places
    that nothing fills."""
    _check(body, reason)
    entity = Entity("template", kind.value)
    with deciding(store, ledger, "publish a template", entity=entity, actor=actor, at=at) as tx:
        next_number(tx.session, "DT")  # others who publish wait here
        before = template_in_use(tx.session, kind)
        standing = publish_template_refusals(actor, body=body, reason=reason, same=body == before.body)
        if standing:
            raise Refused(standing)
        row = DocumentTemplate(
            kind=kind,
            version=before.version + 1,
            body=body,
            digest=digest_of(body),
            reason=reason.strip(),
            published_by=actor.acting_as,
            published_at=at,
        )
        tx.session.add(row)
        ledger.record(
            tx,
            Event.TEMPLATE_PUBLISHED,
            entity=Entity("template", f"{kind.value} {row.version}"),
            actor=actor,
            at=at,
            payload={"digest": row.digest, "reason": row.reason},
        )
        return Template(kind, row.version, body, row.digest, row)


def _check(body: str, reason: str) -> None:
    problems = [
        Problem("too long", column=name, expected=f"at most {most} characters")
        for name, text, most in (("template", body, LONGEST), ("reason", reason, 2000))
        if len(text) > most
    ]
    lines = body.splitlines()
    for place in places(body):
        if not place.startswith("write:") and place not in KNOWN:
            line = next((number for number, text in enumerate(lines, start=1) if place in text), None)
            problems.append(Problem(f"nothing fills the place “{place}”", line=line, expected="a place of the list"))
    if problems:
        raise Unreadable(problems)
