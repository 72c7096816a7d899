"""A lock by a word, for what is counted before it is added to and has no row of its own that could be locked."""

from sqlalchemy import text
from sqlmodel import Session

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:word, 0))")


def lock_word(session: Session, word: str) -> None:
    """Let others who lock the same word wait until this transaction ends, on whichever server they run.

    SQLite's transaction holds the only write lock already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK, {"word": word})
