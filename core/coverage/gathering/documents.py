"""Documents that are kept for a version with nothing left to fill in."""

from collections.abc import Iterable, Set
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from core.coverage.gathering.scope import Held, Scope
from core.documents.tables import Document


def documents(session: Session, scope: Scope, words: Set[str], _at: datetime) -> Iterable[Held]:
    """`document T` for each."""
    if not any(word.startswith("document ") for word in words):
        return
    pairs = scope.pairs
    query = (
        select(pairs.c.model, col(Document.kind), col(Document.number))
        .join(Document, col(Document.version_id) == pairs.c.version)
        .where(col(Document.open_places) == 0)
    )
    for model, kind, number in session.execute(query):
        yield Held(model, f"document {kind.value}", number)
