"""Files of evidence at hand, by kind."""

from collections.abc import Iterable, Set
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.coverage.gathering.scope import Held, Scope
from core.validation.tables import Evidence


def files(session: Session, scope: Scope, words: Set[str], _at: datetime) -> Iterable[Held]:
    """`evidence K` where a file of this kind was handed in and not replaced."""
    if not any(word.startswith("evidence ") for word in words):
        return
    pairs = scope.pairs
    query = (
        select(pairs.c.model, col(Evidence.kind), func.max(Evidence.number))
        .join(Evidence, col(Evidence.version_id) == pairs.c.version)
        .where(col(Evidence.replaced_at).is_(None))
        .group_by(pairs.c.model, col(Evidence.kind))
    )
    for model, kind, number in session.execute(query):
        if (word := f"evidence {kind.value}") in words:
            yield Held(model, word, number)
