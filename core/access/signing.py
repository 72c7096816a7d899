"""Recent authentication: who signs a decision has just proved who they are, in the session that they act in."""

from datetime import datetime

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.rules import Actor, recent_authentication_refusals
from core.access.second_factor.proving import Factors, against_proof
from core.access.tables import SignInSession
from core.errors import Refusal, Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store

CONFIRM = "confirm who one is"


def authenticated_at(session: Session, *, session_id: str, person: str, at: datetime) -> datetime | None:
    """When this person last proved who they are in this open session; None where it is not theirs, or has ended."""
    row = session.get(SignInSession, session_id) if session_id else None
    return row.authenticated_at if row is not None and _open(row, person, at) else None


def signing_refusals(session: Session, *, session_id: str, actor: Actor, at: datetime) -> tuple[Refusal, ...]:
    """Why this actor cannot sign in this session at this moment, for the button as for the use case."""
    proved = None if actor.token else authenticated_at(session, session_id=session_id, person=actor.id, at=at)
    return recent_authentication_refusals(proved, at)


def confirm_password(
    store: Store,
    ledger: Ledger,
    factors: Factors | None = None,
    *,
    password: str,
    code: str = "",
    session_id: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Prove anew that one sits at this session: by the password, and a code where one has an authenticator.

    Counts against the lockout like a sign-in. Raises `Refused` for a wrong password or code or another person's
    session, `TooManyAttempts` after too many.
    """
    reasons = against_proof(store, ledger, factors, person=actor.id, password=password, code=code, at=at)
    with deciding(store, ledger, CONFIRM, entity=Entity("person", actor.id), actor=actor, at=at) as tx:
        row = tx.session.get(SignInSession, session_id)
        if reasons:
            raise Refused(reasons)
        if actor.token or row is None or not _open(row, actor.id, at):
            raise Refused([Refusal("session", "This session is not yours, or has ended", "signing", "Sign in again.")])
        row.authenticated_at = at
        ledger.record(tx, Event.SESSION_CONFIRMED, entity=Entity("person", actor.id), actor=actor, at=at)


def _open(row: SignInSession, person: str, at: datetime) -> bool:
    return row.person == person and row.ended_at is None and row.expires_at > at
