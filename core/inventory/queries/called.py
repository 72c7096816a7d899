"""People by the beginnings of their names: names are not in the index of words, so that they can be erased."""

from sqlmodel import Session

from core.access.queries import names
from core.store.words import words_in


def people_called(session: Session, word: str) -> frozenset[str]:
    """The numbers of people with a name or number that begins with this word."""
    return frozenset(
        number
        for number, name in names(session).items()
        if any(part.startswith(word) for part in (*words_in(name), number.lower()))
    )
