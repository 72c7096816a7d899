"""Gathers, for one model or for all at once, which signals are at hand: each source is a few statements over sets."""

from collections.abc import Callable, Iterable, Iterator, Set
from datetime import datetime

from sqlmodel import Session

from core.coverage.gathering.acts import acts
from core.coverage.gathering.documents import documents
from core.coverage.gathering.fields import fields
from core.coverage.gathering.figures import figures
from core.coverage.gathering.files import files
from core.coverage.gathering.ledger import ledger
from core.coverage.gathering.scope import Held, Scope
from core.coverage.gathering.votes import answered_items

Source = Callable[[Session, Scope, Set[str], datetime], Iterable[Held]]
SOURCES: tuple[Source, ...] = (fields, figures, files, acts, documents, ledger, answered_items)

__all__ = ["Held", "Scope", "gather"]


def gather(session: Session, scope: Scope, words: Set[str], *, at: datetime) -> Iterator[Held]:
    """Which of these signals are at hand for each model of the scope; one that has ended before `at` is not."""
    for source in SOURCES:
        for held in source(session, scope, words, at):
            if held.word in words and (held.until is None or held.until > at):
                yield held
