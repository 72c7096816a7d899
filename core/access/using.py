"""When people last used their account: the newest sign-in, use of a session or of a token."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.access.tables import SignInSession, Token


def last_uses(session: Session, people: Collection[str] | None = None) -> Mapping[str, datetime]:
    """The newest use of each of these people, or of everybody; who never used their account is missing."""
    opened = select(SignInSession.person, func.max(func.coalesce(SignInSession.seen_at, SignInSession.opened_at)))
    called = select(Token.person, func.max(Token.last_used_at)).where(col(Token.last_used_at).is_not(None))
    if people is not None:
        opened = opened.where(col(SignInSession.person).in_(people))
        called = called.where(col(Token.person).in_(people))
    found: dict[str, datetime] = {}
    for query in (opened.group_by(SignInSession.person), called.group_by(Token.person)):
        for person, at in session.exec(query):
            if at is not None:
                found[person] = max(at, found.get(person, at))
    return found
